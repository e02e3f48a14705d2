"""Which checkout sessions can be created: Stripe's rules, and the limits of this sandbox, each said by name."""

from urllib.parse import urlsplit

from billing_app.sandbox.errors import invalid, missing, unsupported
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_CREATE = {
    "automatic_tax", "billing_address_collection", "branding_settings", "cancel_url", "client_reference_id",
    "custom_text", "customer", "customer_creation", "customer_email", "customer_update", "expand", "expires_at",
    "line_items", "locale", "metadata", "mode", "origin_context", "payment_intent_data", "payment_method_data",
    "submit_type", "success_url", "ui_mode",
    "adaptive_pricing", "allow_promotion_codes", "currency", "discounts", "invoice_creation",
    "payment_method_collection", "payment_method_types", "phone_number_collection", "setup_intent_data",
    "subscription_data", "tax_id_collection",
}  # fmt: skip
_SUBSCRIPTION_DATA = {
    "billing_cycle_anchor", "billing_mode", "description", "metadata", "proration_behavior", "trial_end",
    "trial_period_days", "trial_settings",
}  # fmt: skip
_DATA_OF = {"payment": "payment_intent_data", "setup": "setup_intent_data", "subscription": "subscription_data"}
_INTENT_DATA = {
    "capture_method", "description", "metadata", "receipt_email", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix",
}  # fmt: skip
_GROUPS = {
    "automatic_tax": {"enabled"},
    "branding_settings": {"display_name"},
    "custom_text": {"submit"},
    "customer_update": {"address", "name"},
}
# Taken only when they are off: what they turn on is not in this sandbox yet.
_ONLY_OFF = ("adaptive_pricing", "invoice_creation", "phone_number_collection", "tax_id_collection")
_LONGEST_S, _SHORTEST_S = 86_400, 1_800
_MAX_TRIAL_DAYS, _SHORTEST_TRIAL_S = 730, 2 * 86_400
_MAX_REFERENCE, _MAX_URL = 200, 5_000


def check(work: Work, params: Json) -> None:
    """Refuse what Stripe would refuse, and what this sandbox does not do yet.

    Raises:
        ApiError: 400, naming the parameter.
    """
    refuse_others(params, _CREATE)
    _check_kind(params)
    if "success_url" not in params:
        raise missing("success_url")
    for name in ("success_url", "cancel_url"):
        if name in params:
            _check_url(params[name], name)
    _check_buyer(work, params)
    if not work.now + _SHORTEST_S <= params.get("expires_at", work.now + _SHORTEST_S) <= work.now + _LONGEST_S:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise invalid(message, param="expires_at")
    for name, known in _GROUPS.items():
        refuse_others(params.get(name, {}), known, name)
    intent_data = params.get("payment_intent_data", {})
    refuse_others(intent_data, _INTENT_DATA, "payment_intent_data")
    if intent_data.get("capture_method") == "manual":
        raise unsupported("payment_intent_data[capture_method]=manual")
    refuse_others(params.get("subscription_data", {}), _SUBSCRIPTION_DATA, "subscription_data")
    _check_mode(work, params)


def _check_kind(params: Json) -> None:
    """What this sandbox does: a hosted page, without the extras of `_ONLY_OFF`."""
    if "mode" not in params:
        raise missing("mode")
    if params.get("payment_method_types", ["card"]) != ["card"]:
        raise unsupported("payment_method_types other than card")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise unsupported(f"ui_mode={params['ui_mode']}")
    for name in _ONLY_OFF:
        given = params.get(name)
        if given is True or (isinstance(given, dict) and given.get("enabled")):
            raise unsupported(name)


def _check_mode(work: Work, params: Json) -> None:
    """What goes with the session's mode."""
    mode = params["mode"]
    for other, name in _DATA_OF.items():
        if other != mode and name in params:
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if mode == "setup" and "line_items" in params:
        raise invalid("You can not pass `line_items` in `setup` mode.", param="line_items")
    if mode != "subscription" and "payment_method_collection" in params:
        raise invalid("payment_method_collection is for `subscription` mode.", param="payment_method_collection")
    if mode != "payment" and "customer_creation" in params:
        raise invalid("`customer_creation` can only be used in `payment` mode.", param="customer_creation")
    if "discounts" in params and params.get("allow_promotion_codes"):
        message = "You may only specify one of these parameters: allow_promotion_codes, discounts."
        raise invalid(message, param="discounts", code="parameters_exclusive")
    if len(params.get("discounts", [])) > 1:
        raise invalid("A session can have one discount.", param="discounts")
    data = params.get("subscription_data", {})
    days, end = data.get("trial_period_days"), data.get("trial_end")
    if days is not None and not 1 <= days <= _MAX_TRIAL_DAYS:
        message = f"The number of trial period days must be between 1 and {_MAX_TRIAL_DAYS}."
        raise invalid(message, param="subscription_data[trial_period_days]")
    if end is not None and end < work.now + _SHORTEST_TRIAL_S:
        message = "The `trial_end` date has to be at least 2 days in the future."
        raise invalid(message, param="subscription_data[trial_end]")
    if days is not None and end is not None:
        message = "You may only specify one of these parameters: trial_end, trial_period_days."
        raise invalid(message, param="subscription_data[trial_end]", code="parameters_exclusive")


def _check_buyer(work: Work, params: Json) -> None:
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
        for other in ("customer_email", "customer_creation"):
            if other in params:
                message = f"You may only specify one of these parameters: customer, {other}."
                raise invalid(message, param=other, code="parameters_exclusive")
    if len(params.get("client_reference_id", "")) > _MAX_REFERENCE:
        message = f"client_reference_id can have at most {_MAX_REFERENCE} characters."
        raise invalid(message, param="client_reference_id")
    email = params.get("customer_email", "a@b")
    if "@" not in email or any(character.isspace() for character in email):
        raise invalid(f"Invalid email address: {email[:200]}", param="customer_email", code="email_invalid")


def _check_url(url: str, param: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > _MAX_URL:
        raise invalid("Not a valid URL", param=param, code="url_invalid")
