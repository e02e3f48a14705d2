"""Invoices as they would be: the change is made, billed and undone (https://docs.stripe.com/invoicing/preview)."""

import copy

from billing_app.sandbox.billing import changes, cycle, starting, statement
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_PREVIEW = {
    "automatic_tax", "currency", "customer", "discounts", "expand", "preview_mode", "schedule", "subscription",
    "subscription_details",
}  # fmt: skip
_DETAILS = {
    "billing_cycle_anchor", "cancel_at", "cancel_at_period_end", "cancel_now", "items", "proration_behavior",
    "proration_date", "start_date", "trial_end",
}  # fmt: skip
_COSTLY = {"billing_cycle_anchor", "items", "trial_end"}


def create(work: Work, params: Json) -> Json:
    """POST /v1/invoices/create_preview: the next invoice, or that of a change; nothing stays of it."""
    refuse_others(params, _PREVIEW)
    details = params.get("subscription_details", {})
    refuse_others(details, _DETAILS, "subscription_details")
    if params.get("preview_mode", "next") != "next":
        refuse_others({"preview_mode=recurring": True}, set())
    if not params.keys() & {"customer", "schedule", "subscription"}:
        raise missing("customer")
    told, moment = len(work.events), work.now
    work.store.sql.execute("SAVEPOINT preview")
    try:
        return _shown(_made(work, params, details))
    finally:
        work.store.sql.execute("ROLLBACK TO preview")
        work.store.sql.execute("RELEASE preview")
        del work.events[told:]
        work.now = max(moment, work.now) if work.clock else moment


def _made(work: Work, params: Json, details: Json) -> Record:
    subscription_id = params.get("subscription")
    if "schedule" in params:
        plan = work.get("subscription_schedule", params["schedule"], param="schedule")
        subscription_id = plan.body["subscription"]
    if subscription_id is None:
        return _new(work, params, details)
    record = work.get("subscription", subscription_id, param="subscription")
    if record.body["status"] in subscription.ENDED:
        raise _none_upcoming()
    if details.get("cancel_now"):
        for item in subscription.items_of(record.body) if details.get("proration_behavior") != "none" else []:
            statement.credit(work, record, item, details.get("proration_date", work.now))
        return statement.bill(work, record, [], "subscription_update")
    if details.keys() & _COSTLY:
        anchor = details.get("billing_cycle_anchor", {}).get("type")
        names = ("items", "proration_behavior", "proration_date", "trial_end")
        wanted: Json = {name: details[name] for name in names if name in details}
        draft = changes.alter(work, record, wanted | ({"billing_cycle_anchor": anchor} if anchor else {}))
        if draft is not None:
            return draft
    elif subscription.ends_with_period(record.body) and not details.keys() & {"cancel_at", "cancel_at_period_end"}:
        raise _none_upcoming()
    if params.get("discounts"):
        refuse_others({"discounts with a subscription": True}, set())
    _apply_schedule(work, record)
    return cycle.next_invoice(work, record)


def _new(work: Work, params: Json, details: Json) -> Record:
    """The first invoice of a subscription that is not there yet, or what waits for the customer."""
    owner = work.get("customer", params["customer"], param="customer")
    if "items" not in details:
        raise _none_upcoming()
    wanted: Json = {"items": details["items"], "discounts": params.get("discounts", [])}
    if "trial_end" in details:
        wanted["trial_end"] = details["trial_end"]
    if "automatic_tax" in params:
        wanted["automatic_tax"] = params["automatic_tax"]
    made = starting.begin(work, copy.deepcopy(owner), wanted)
    return work.get("invoice", made.body["latest_invoice"])


def _apply_schedule(work: Work, record: Record) -> None:
    """The next renewal bills what the schedule says for that time."""
    schedule_id = record.body["schedule"]
    if not schedule_id:
        return
    plan = work.get("subscription_schedule", schedule_id)
    _, end = subscription.period_of(record.body)
    for phase in plan.body["phases"]:
        if phase["start_date"] <= end < phase["end_date"]:
            for item, wanted in zip(subscription.items_of(record.body), phase["items"], strict=False):
                item["price"] = work.get("price", wanted["price"]).body
                item["quantity"] = wanted["quantity"]


def _shown(record: Record) -> Json:
    body = record.body
    if not body["id"].startswith("upcoming_"):
        body["id"] = "upcoming_" + body["id"]
    body.update(status="draft", number=None, hosted_invoice_url=None, invoice_pdf=None, ending_balance=None)
    body["status_transitions"] = dict.fromkeys(body["status_transitions"])
    body.update(amount_paid=0, amount_remaining=body["amount_due"], attempted=False, attempt_count=0)
    for line in body["lines"]["data"]:
        line["invoice"] = body["id"]
    return body


def _none_upcoming() -> ApiError:
    return invalid("No upcoming invoices for customer.", code="invoice_upcoming_none")
