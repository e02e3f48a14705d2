"""`expand[]`: ids in an answer replaced by the objects behind them (https://docs.stripe.com/api/expanding_objects)."""

from collections.abc import Callable
from typing import Any

from billing_app.sandbox.errors import ApiError, invalid
from billing_app.sandbox.paging import listed
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_MAX_PATHS, _MAX_DEPTH = 20, 4

# Which type of object stands behind a member of that name, in any object.
_BEHIND: dict[str, str] = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "customer": "customer",
    "default_payment_method": "payment_method",
    "default_price": "price",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "product": "product",
    "failure_balance_transaction": "balance_transaction",
    "configuration": "billing_portal.configuration",
    "coupon": "coupon",
    "invoice": "invoice",
    "latest_invoice": "invoice",
    "pending_setup_intent": "setup_intent",
    "price": "price",
    "promotion_code": "promotion_code",
    "released_subscription": "subscription",
    "schedule": "subscription_schedule",
    "setup_intent": "setup_intent",
    "subscription": "subscription",
    "test_clock": "test_helpers.test_clock",
}
# Members that stay an id in every answer.
_PLAIN = {("charge", "payment_method")}
# Members that are null in this sandbox but could be expanded in Stripe.
_ALWAYS_NULL = {
    "application", "application_fee", "default_source", "latest_attempt", "mandate", "on_behalf_of", "payment_link",
    "payment_record", "review", "single_use_mandate", "tax_code",
}  # fmt: skip


def _line_items(work: Work, session: Json) -> Json:
    items = work.get("checkout.session", session["id"]).private["line_items"]
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return listed(items[:10], url, has_more=len(items) > 10)


def _refunds(work: Work, charge: Json) -> Json:
    refunds = work.store.find("refund", {"charge": charge["id"]}, limit=11)
    url = f"/v1/charges/{charge['id']}/refunds"
    return listed([refund.body for refund in refunds[:10]], url, has_more=len(refunds) > 10)


def _breakdown(work: Work, details: Json) -> Json:
    return {"discounts": [], "taxes": []}


def _payments(work: Work, invoice: Json) -> Json:
    made = work.store.find("invoice_payment", {"invoice": invoice["id"]}, limit=11)
    url = f"/v1/invoice_payments?invoice={invoice['id']}"
    return listed([payment.body for payment in made[:10]], url, has_more=len(made) > 10)


def _confirmation(work: Work, invoice: Json) -> Json | None:
    intent_id = work.get("invoice", invoice["id"]).private.get("intent")
    if intent_id is None:
        return None
    return {"client_secret": work.get("payment_intent", intent_id).body["client_secret"], "type": "payment_intent"}


def _subscriptions(work: Work, customer: Json) -> Json:
    alive = ["active", "incomplete", "past_due", "paused", "trialing", "unpaid"]
    found = work.store.find("subscription", {"customer": customer["id"], "status": alive}, limit=11)
    url = f"/v1/customers/{customer['id']}/subscriptions"
    return listed([record.body for record in found[:10]], url, has_more=len(found) > 10)


def _applies_to(work: Work, coupon: Json) -> Json:
    return {"products": work.get("coupon", coupon["id"]).private["products"]}


# Members that appear only when they are asked for.
_COMPUTED: dict[tuple[str, str], Callable[[Work, Json], Json | None]] = {
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
    ("coupon", "applies_to"): _applies_to,
    ("customer", "subscriptions"): _subscriptions,
    ("invoice", "confirmation_secret"): _confirmation,
    ("invoice", "payments"): _payments,
    ("total_details", "breakdown"): _breakdown,
}


def expand(work: Work, answer: Json, paths: list[str]) -> Json:
    """The answer with the paths expanded.

    Raises:
        ApiError: a path that cannot be expanded, is too deep, or too many of them.
    """
    if len(paths) > _MAX_PATHS:
        raise invalid(f"You cannot expand more than {_MAX_PATHS} properties.", param="expand")
    for path in paths:
        steps = path.split(".")
        if len(steps) > _MAX_DEPTH:
            message = f"You cannot expand more than {_MAX_DEPTH} levels of a property. Property: {path[:200]}"
            raise invalid(message, param="expand")
        answer = _expanded(work, answer, steps, path, "")
    return answer


def _expanded(work: Work, here: Json, steps: list[str], path: str, inside: str) -> Json:
    """A copy of `here` with the first step expanded and the rest followed; stored objects stay as they are."""
    name, rest = steps[0], steps[1:]
    if here.get("object") == "list":
        if name != "data":
            raise _cannot(path, f"data.{path}")
        if not rest:
            raise _cannot(path)
        return {**here, "data": [_expanded(work, item, rest, path, "") for item in here["data"]]}
    value = _behind(work, here, name, path, inside)
    if rest and isinstance(value, dict):
        value = _expanded(work, value, rest, path, name)
    elif rest and isinstance(value, list):
        value = [_expanded(work, one, rest, path, name) if isinstance(one, dict) else one for one in value]
    elif rest and value is not None:
        raise _cannot(path)
    return {**here, name: value}


def _behind(work: Work, here: Json, name: str, path: str, inside: str) -> Any:
    kind = here.get("object", inside)
    if compute := _COMPUTED.get((kind, name)):
        value = here.get(name)
        return value if isinstance(value, dict) else compute(work, here)
    if name not in here or (kind, name) in _PLAIN:
        raise _cannot(path)
    value = here[name]
    if isinstance(value, dict):
        return value
    if name == "discounts":
        return [work.get("discount", one).body if isinstance(one, str) else one for one in value]
    if name == "source" and kind == "balance_transaction":
        return work.get({"ch": "charge", "du": "dispute"}.get(value.partition("_")[0], "refund"), value).body
    if name in _BEHIND:
        return None if value is None else work.get(_BEHIND[name], value).body
    if name in _ALWAYS_NULL and value is None:
        return None
    raise _cannot(path)


def _cannot(path: str, suggestion: str | None = None) -> ApiError:
    hint = f" You may want to try expanding '{suggestion[:200]}' instead." if suggestion else ""
    return invalid(f"This property cannot be expanded ({path[:200]}).{hint}", param="expand")
