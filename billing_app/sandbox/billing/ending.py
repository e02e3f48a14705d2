"""Subscriptions are cancelled now, and paused ones resumed.

https://docs.stripe.com/billing/subscriptions/cancel, https://docs.stripe.com/billing/subscriptions/pause.
"""

from billing_app.sandbox.billing import collection, periods, statement, updating
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def cancel(work: Work, params: Json, subscription_id: str) -> Json:
    """DELETE /v1/subscriptions/{id}: now; `prorate` credits unused time, `invoice_now` bills what waits."""
    record = work.get("subscription", subscription_id)
    if record.body["status"] in subscription.ENDED:
        raise invalid(f"No such subscription: '{subscription_id}'", param="id", code="resource_missing")
    updating.drop_pending(work, record)
    if params.get("prorate"):
        for item in subscription.items_of(record.body):
            statement.credit(work, record, item, work.now)
    if params.get("invoice_now"):
        made = statement.bill(work, record, [], "subscription_update")
        record.body["latest_invoice"] = made.id
        work.save(record)
        if made.private["lines"]:
            collection.finalize(work, made)
            if made.body["status"] == "open":
                collection.collect(work, made)
            record = work.get("subscription", record.id)
    given = {name: fields.unset(value) for name, value in params.get("cancellation_details", {}).items()}
    record.body["cancellation_details"] = {**record.body["cancellation_details"], **given}
    stop_collection(work, record)
    subscription.end(work, record, reason="cancellation_requested")
    return record.body


def stop_collection(work: Work, record: Record) -> None:
    """Open and draft invoices of a cancelled subscription are no longer collected automatically."""
    mine = {"parent.subscription_details.subscription": record.id, "status": ["draft", "open"]}
    for invoice in work.store.find("invoice", mine):
        invoice.body.update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)
        invoice.due = None
        work.save(invoice)


def resume(work: Work, params: Json, subscription_id: str) -> Json:
    """POST /v1/subscriptions/{id}/resume: a paused one begins a new period, or goes on in the old one."""
    refuse_others(params, {"billing_cycle_anchor", "expand", "proration_behavior"})
    record = work.get("subscription", subscription_id)
    if record.body["status"] != "paused":
        message = f"This subscription's status is {record.body['status']}; only paused subscriptions can be resumed."
        raise invalid(message)
    body = record.body
    body["billing_cycle_anchor"] = work.now
    subscription.set_period(body, work.now, periods.plus(work.now, *subscription.interval_of(body)))
    made = statement.bill(work, record, statement.period_lines(work, record), "subscription_update")
    body["latest_invoice"] = made.id
    subscription.change(work, record, status="past_due")
    collection.finalize(work, made)
    if made.body["status"] == "open":
        collection.collect(work, made)
    record = work.get("subscription", record.id)
    work.emit("customer.subscription.resumed", record.body)
    return record.body
