"""Setup intents: cards saved without a payment (https://docs.stripe.com/api/setup_intents)."""

from billing_app.sandbox import setups
from billing_app.sandbox.errors import ApiError, missing
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, payment_method
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_CREATE = {
    "automatic_payment_methods", "confirm", "customer", "description", "expand", "metadata", "payment_method",
    "return_url", "usage", "use_stripe_sdk",
}  # fmt: skip
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def new_setup_intent(work: Work, params: Json, private: Json | None = None) -> Record:
    """Store a setup intent that has not been tried yet, and tell so."""
    intent_id = new_id("setup_intent")
    body: Json = {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": params.get("automatic_payment_methods"),
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{random_text(25)}",
        "created": work.now,
        "customer": params.get("customer"),
        "description": params.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": params.get("payment_method"),
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_confirmation" if params.get("payment_method") else "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    record = work.add(body, private)
    work.emit("setup_intent.created", body)
    return record


def create(work: Work, params: Json) -> Json:
    """POST /v1/setup_intents; with `confirm` it is tried at once."""
    refuse_others(params, _CREATE)
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    given = dict(params)
    automatic = params.get("automatic_payment_methods", {"enabled": True})
    given["automatic_payment_methods"] = {"allow_redirects": "always", **automatic} if automatic["enabled"] else None
    if "payment_method" in params:
        given["payment_method"] = payment_method.resolve(work, params["payment_method"], "payment_method").id
    record = new_setup_intent(work, given, {"return_url": params.get("return_url")})
    if params.get("confirm"):
        _confirm(work, record)
    return record.body


def retrieve(work: Work, params: Json, setup_intent: str) -> Json:
    """GET /v1/setup_intents/{id}."""
    refuse_others(params, {"client_secret", "expand"})
    return work.get("setup_intent", setup_intent).body


def update(work: Work, params: Json, setup_intent: str) -> Json:
    """POST /v1/setup_intents/{id}, while it is open."""
    refuse_others(params, {"customer", "description", "expand", "metadata", "payment_method"})
    record = _open(work, setup_intent, "update")
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    if "payment_method" in params:
        record.body["payment_method"] = payment_method.resolve(work, params["payment_method"], "payment_method").id
        record.body["status"] = "requires_confirmation"
    fields.update(record.body, params, ("customer", "description"))
    work.save(record)
    return record.body


def confirm(work: Work, params: Json, setup_intent: str) -> Json:
    """POST /v1/setup_intents/{id}/confirm; a decline is a 402 and stays on record."""
    refuse_others(params, {"expand", "payment_method", "return_url", "use_stripe_sdk"})
    record = _open(work, setup_intent, "confirm")
    if "payment_method" in params:
        record.body["payment_method"] = payment_method.resolve(work, params["payment_method"], "payment_method").id
    if "return_url" in params:
        record.private["return_url"] = params["return_url"]
    _confirm(work, record)
    return record.body


def cancel(work: Work, params: Json, setup_intent: str) -> Json:
    """POST /v1/setup_intents/{id}/cancel."""
    record = _open(work, setup_intent, "cancel")
    reason = params.get("cancellation_reason")
    record.body.update(status="canceled", cancellation_reason=reason, next_action=None)
    work.save(record)
    work.emit("setup_intent.canceled", record.body)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/setup_intents; filters: created, customer, payment_method."""
    refuse_others(
        params, {"created", "customer", "ending_before", "expand", "limit", "payment_method", "starting_after"}
    )
    where = {name: params[name] for name in ("customer", "payment_method") if name in params}
    return page(work, "setup_intent", params, "/v1/setup_intents", where)


def _confirm(work: Work, record: Record) -> None:
    if record.body["payment_method"] is None:
        raise missing("payment_method")
    method = work.get("payment_method", record.body["payment_method"])
    outcome = setups.attempt(work, record, method)
    if outcome.decline is not None:
        raise payment_method.declined(
            outcome.decline, keep_changes=True, setup_intent=record.body, payment_method=method.body
        )


def _open(work: Work, setup_intent: str, verb: str) -> Record:
    record = work.get("setup_intent", setup_intent)
    status = record.body["status"]
    if status not in _OPEN:
        message = f"You cannot {verb} this SetupIntent because it has a status of {status}."
        raise ApiError(
            400,
            "invalid_request_error",
            message,
            code="setup_intent_unexpected_state",
            setup_intent=record.body,
        )
    return record
