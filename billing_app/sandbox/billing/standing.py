"""What a payment, or its failure, does to the subscription behind an invoice.

https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses.
"""

from billing_app.sandbox.resources import discount, subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def subscription_of(work: Work, invoice: Record) -> Record | None:
    """The subscription an invoice is for, if any."""
    parent = invoice.body["parent"]
    details = parent and parent["subscription_details"]
    return work.get("subscription", details["subscription"]) if details else None


def paid(work: Work, invoice: Record) -> None:
    """The invoice is paid: what waited for it happens."""
    record = subscription_of(work, invoice)
    if record is None or record.body["status"] in subscription.ENDED:
        return
    if invoice.private.get("pending_update"):
        apply_pending(work, record)
        return
    if record.body["latest_invoice"] == invoice.id and record.body["status"] in ("incomplete", "past_due", "unpaid"):
        subscription.change(work, record, status="active")


def failed(work: Work, invoice: Record, *, last: bool) -> None:
    """A payment failed; `last` when it is not tried again."""
    record = subscription_of(work, invoice)
    if record is None or invoice.private.get("pending_update"):
        return
    if record.body["status"] in ("active", "trialing"):
        subscription.change(work, record, status="past_due")
    if last and record.body["status"] == "past_due":
        match work.config.dunning_end:
            case "cancel":
                subscription.end(work, record, reason="payment_failed")
            case "unpaid":
                subscription.change(work, record, status="unpaid")
            case "past_due":
                pass


def voided(work: Work, invoice: Record) -> None:
    """The invoice is void: nothing is owed for it any more."""
    record = subscription_of(work, invoice)
    if record is None or record.body["status"] in subscription.ENDED:
        return
    if invoice.private.get("pending_update"):
        if record.body["pending_update"]:
            subscription.change(work, record, pending_update=None)
            work.emit("customer.subscription.pending_update_expired", record.body)
    elif record.body["latest_invoice"] == invoice.id:
        if record.body["status"] == "incomplete":
            subscription.end(work, record, status="incomplete_expired")
        elif record.body["status"] in ("past_due", "unpaid"):
            subscription.change(work, record, status="active")


def apply_pending(work: Work, record: Record) -> None:
    """A pending update becomes true, because its invoice was paid."""
    waiting = record.private.pop("pending_state", None)
    if waiting is None:
        return
    previous: Json = {name: record.body[name] for name, value in waiting["body"].items() if record.body[name] != value}
    previous["pending_update"] = record.body["pending_update"]
    record.body.update(waiting["body"], pending_update=None)
    record.private["debits"] = waiting["debits"]
    record.private.pop("upcoming_for", None)
    subscription.told(work, record, previous)
    work.emit("customer.subscription.pending_update_applied", record.body)


def discounts_used(work: Work, record: Record) -> None:
    """After an invoice, discounts for one invoice are spent; those over are dropped too."""
    left = discount.still_given(work, record.body["discounts"])
    if left != record.body["discounts"]:
        record.body["discounts"] = left
        work.save(record)
