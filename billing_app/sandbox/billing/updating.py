"""POST /v1/subscriptions/{id}: what only describes is set, what costs goes through `changes`."""

import copy

from billing_app.sandbox.billing import changes, collection, starting
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import discount, fields, subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_UPDATE = {
    *changes.PENDING_PARAMS, "automatic_tax", "cancel_at", "cancel_at_period_end", "cancellation_details",
    "collection_method", "days_until_due", "default_payment_method", "description", "discounts", "metadata",
    "pause_collection", "payment_settings", "trial_settings",
}  # fmt: skip
_COSTLY = {"billing_cycle_anchor", "items", "trial_end"}


def update(work: Work, params: Json, subscription_id: str) -> Json:
    """POST /v1/subscriptions/{id}."""
    refuse_others(params, _UPDATE)
    record = work.get("subscription", subscription_id)
    _check(record, params)
    before = copy.deepcopy(record)
    _describe(work, record, params)
    if params.keys() & _COSTLY:
        drop_pending(work, record)
        draft = changes.alter(work, record, params)
        changes.settle(work, record, draft, before, params)
    else:
        previous = {name: before.body[name] for name in record.body if record.body[name] != before.body[name]}
        subscription.told(work, record, previous)
    return work.get("subscription", subscription_id).body


def drop_pending(work: Work, record: Record) -> None:
    """An update that waits for its payment gives way to a new one."""
    if record.body["pending_update"] is None:
        return
    waiting = work.get("invoice", record.body["latest_invoice"])
    record.body["pending_update"] = None
    record.private.pop("pending_state", None)
    subscription.schedule(record)
    work.save(record)
    if waiting.body["status"] == "open" and waiting.private.get("pending_update"):
        collection.void(work, waiting)


def _check(record: Record, params: Json) -> None:
    body = record.body
    if body["status"] in subscription.ENDED and params.keys() - {"cancellation_details", "expand", "metadata"}:
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise invalid(message, code="resource_missing")
    if params.get("payment_behavior") == "pending_if_incomplete":
        extra = sorted(params.keys() - changes.PENDING_PARAMS)
        if extra:
            message = f"You cannot use payment_behavior=pending_if_incomplete together with {', '.join(extra)}."
            raise invalid(message, param=extra[0])
    if body["schedule"] and params.keys() & {"cancel_at", "cancel_at_period_end", "items", "trial_end"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{body['schedule']}`, and updating any "
            "cancelation behavior or items directly is not allowed. Please update the schedule instead.",
        )


def _describe(work: Work, record: Record, params: Json) -> None:
    body = record.body
    fields.update(body, params, ("collection_method", "days_until_due", "description"))
    if "default_payment_method" in params:
        _set_method(work, body, params["default_payment_method"])
    if "automatic_tax" in params:
        body["automatic_tax"] = {**body["automatic_tax"], "enabled": params["automatic_tax"]["enabled"]}
    if "payment_settings" in params:
        refuse_others(params["payment_settings"], {"save_default_payment_method"}, "payment_settings")
        body["payment_settings"] = {**body["payment_settings"], **params["payment_settings"]}
    if "trial_settings" in params:
        ending = params["trial_settings"]["end_behavior"]["missing_payment_method"]
        body["trial_settings"] = {"end_behavior": {"missing_payment_method": ending}}
    if "pause_collection" in params:
        pause = params["pause_collection"]
        body["pause_collection"] = {"resumes_at": None, **pause} if pause else None
    if "discounts" in params:
        total = sum((item["price"]["unit_amount"] or 0) * item["quantity"] for item in subscription.items_of(body))
        discount.check(work, params["discounts"], body["customer"], total, body["currency"])
        body["discounts"] = discount.give(work, params["discounts"], body["customer"], subscription=record.id)
    if "cancel_at" in params and "cancel_at_period_end" in params:
        message = "You may only specify one of these parameters: cancel_at, cancel_at_period_end."
        raise invalid(message, param="cancel_at", code="parameters_exclusive")
    if "cancel_at" in params:
        starting.set_cancel_at(work, body, params["cancel_at"])
    if "cancel_at_period_end" in params:
        end_with_period(work, body, ends=params["cancel_at_period_end"])
    if "cancellation_details" in params:
        given = {name: fields.unset(value) for name, value in params["cancellation_details"].items()}
        body["cancellation_details"] = {**body["cancellation_details"], **given}


def end_with_period(work: Work, body: Json, *, ends: bool) -> None:
    """Let the subscription end with its period, or go on after all."""
    if ends == body["cancel_at_period_end"]:
        return
    body["cancel_at_period_end"] = ends
    body["cancel_at"] = subscription.period_of(body)[1] if ends else None
    body["canceled_at"] = work.now if ends else None
    reason = "cancellation_requested" if ends else None
    body["cancellation_details"] = {**body["cancellation_details"], "reason": reason}


def _set_method(work: Work, body: Json, method: str) -> None:
    if method:
        starting.check_method(work, method, body["customer"])
    body["default_payment_method"] = method or None
