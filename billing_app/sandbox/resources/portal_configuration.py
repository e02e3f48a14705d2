"""What customers may do in the portal (https://docs.stripe.com/api/customer_portal/configurations)."""

from typing import Any

from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_TYPE = "billing_portal.configuration"
_PARAMS = {"active", "business_profile", "default_return_url", "expand", "features", "login_page", "metadata", "name"}
_FEATURES = {
    "customer_update", "invoice_history", "payment_method_update", "subscription_cancel", "subscription_update",
}  # fmt: skip
_REASONS = [
    "too_expensive", "missing_features", "switched_service", "unused", "customer_service", "too_complex",
    "low_quality", "other",
]  # fmt: skip
_USUAL: Json = {
    "customer_update": {"enabled": True, "allowed_updates": ["email", "name", "address"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True},
}


def create(work: Work, params: Json) -> Json:
    """POST /v1/billing_portal/configurations."""
    return _new(work, params).body


def retrieve(work: Work, params: Json, configuration: str) -> Json:
    """GET /v1/billing_portal/configurations/{id}."""
    return work.get(_TYPE, configuration).body


def update(work: Work, params: Json, configuration: str) -> Json:
    """POST /v1/billing_portal/configurations/{id}: only what is given changes."""
    refuse_others(params, _PARAMS)
    record = work.get(_TYPE, configuration)
    body = record.body
    if params.get("active") is False and body["is_default"]:
        raise invalid("The default configuration cannot be deactivated.", param="active")
    previous = fields.update(body, params, ("active", "default_return_url", "name"))
    if "business_profile" in params:
        body["business_profile"] = {**body["business_profile"], **params["business_profile"]}
    if "features" in params:
        previous["features"] = body["features"]
        body["features"] = _features(work, params["features"], body["features"])
    body["updated"] = work.now
    work.save(record)
    work.emit("billing_portal.configuration.updated", body, previous)
    return body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/billing_portal/configurations; filters: active, is_default."""
    where = {name: params[name] for name in ("active", "is_default") if name in params}
    return page(work, _TYPE, params, "/v1/billing_portal/configurations", where)


def default(work: Work) -> Record:
    """The account's default configuration, as if its settings had been saved in the dashboard."""
    found = work.store.find(_TYPE, {"is_default": True}, limit=1)
    return found[0] if found else _new(work, {"features": _USUAL}, is_default=True)


def _new(work: Work, params: Json, *, is_default: bool = False) -> Record:
    refuse_others(params, _PARAMS - {"active"})
    if params.get("login_page", {}).get("enabled"):
        refuse_others({"login_page[enabled]=true": True}, set())
    profile = params.get("business_profile", {})
    body: Json = {
        "id": new_id(_TYPE),
        "object": _TYPE,
        "active": True,
        "application": None,
        "business_profile": {
            "headline": profile.get("headline") or None,
            "privacy_policy_url": profile.get("privacy_policy_url"),
            "terms_of_service_url": profile.get("terms_of_service_url"),
        },
        "created": work.now,
        "default_return_url": params.get("default_return_url") or None,
        "features": _features(work, params["features"], {}),
        "is_default": is_default,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "name": params.get("name") or None,
        "updated": work.now,
    }
    record = work.add(body)
    work.emit("billing_portal.configuration.created", body)
    return record


def _features(work: Work, given: Json, before: Json) -> Json:
    if given.get("subscription_pause", {}).get("enabled"):
        refuse_others({"features[subscription_pause]": True}, set())
    refuse_others(given, {*_FEATURES, "subscription_pause"}, "features")
    names = ("customer_update", "payment_method_update", "subscription_cancel", "subscription_update")
    new = {name: given.get(name, {}) for name in names}
    old = {name: before.get(name, {}) for name in names}
    may_change = _listed(new["customer_update"], "allowed_updates")
    cards = {"enabled": False, **old["payment_method_update"], **new["payment_method_update"]}
    return {
        "customer_update": {"allowed_updates": [], "enabled": False, **old["customer_update"], **may_change},
        "invoice_history": given.get("invoice_history", before.get("invoice_history", {"enabled": False})),
        "payment_method_update": {"enabled": cards["enabled"], "payment_method_configuration": None},
        "subscription_cancel": _cancel(new["subscription_cancel"], old["subscription_cancel"]),
        "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
        "subscription_update": _change(work, new["subscription_update"], old["subscription_update"]),
    }


def _cancel(given: Json, before: Json) -> Json:
    reason = {"enabled": False, "options": _REASONS, **before.get("cancellation_reason", {})}
    return {
        "mode": "at_period_end",
        "proration_behavior": "none",
        "enabled": False,
        **before,
        **given,
        "cancellation_reason": {**reason, **_listed(given.get("cancellation_reason", {}), "options")},
    }


def _change(work: Work, given: Json, before: Json) -> Json:
    made: Json = {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
        **before,
        **_listed(_listed(given, "default_allowed_updates"), "products"),
    }
    if "schedule_at_period_end" in given:
        made["schedule_at_period_end"] = {"conditions": [], **given["schedule_at_period_end"]}
    for at, product in enumerate(made["products"]):
        work.get("product", product["product"], param=f"features[subscription_update][products][{at}][product]")
        for n, price in enumerate(product["prices"]):
            path = f"features[subscription_update][products][{at}][prices][{n}]"
            found = work.get("price", price, param=path).body
            if found["product"] != product["product"] or found["recurring"] is None:
                raise invalid("A portal offers recurring prices of the product they are listed under.", param=path)
        product["adjustable_quantity"] = {
            "enabled": False, "maximum": None, "minimum": 1, **product.get("adjustable_quantity", {}),
        }  # fmt: skip
    if made["enabled"] and not made["products"]:
        raise missing("features[subscription_update][products]")
    return made


def _listed(given: Json, name: str) -> dict[str, Any]:
    """The group with an empty list where the client unset a list with an empty string."""
    return {**given, name: given[name] or []} if name in given else given
