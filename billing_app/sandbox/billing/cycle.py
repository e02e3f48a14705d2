"""What time does to a subscription: notices, the end of a trial, renewal, the end.

https://docs.stripe.com/billing/subscriptions/webhooks (which events come when),
https://docs.stripe.com/billing/subscriptions/trials (the end of a trial without a payment method).
"""

import copy

from billing_app.sandbox.billing import collection, ending, periods, standing, statement
from billing_app.sandbox.resources import subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def due(work: Work, record: Record) -> None:
    """Do the first thing that is due at `work.now`; what else is due comes with the next call."""
    body = record.body
    _, end = subscription.period_of(body)
    pause = body["pause_collection"]
    if (body["pending_update"] and body["pending_update"]["expires_at"] <= work.now) or body["status"] == "incomplete":
        collection.void(work, work.get("invoice", body["latest_invoice"]))
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= work.now:
        subscription.change(work, record, pause_collection=None)
    elif body["cancel_at"] is not None and body["cancel_at"] <= work.now:
        _end(work, record)
    elif end <= work.now:
        _next_period(work, record)
    elif body["status"] == "trialing" and not record.private.get("trial_warned"):
        record.private["trial_warned"] = True
        _keep(work, record)
        work.emit("customer.subscription.trial_will_end", body)
    else:
        record.private["upcoming_for"] = end
        _keep(work, record)
        if not subscription.ends_with_period(body):
            work.emit("invoice.upcoming", next_invoice(work, record).body)


def next_invoice(work: Work, record: Record) -> Record:
    """The invoice of the next renewal as it would be now; nothing is stored."""
    ahead = copy.deepcopy(record)
    _advance(ahead.body)
    _, end = subscription.period_of(record.body)
    made = statement.bill(
        work,
        ahead,
        statement.period_lines(work, ahead),
        "upcoming",
        period=subscription.period_of(record.body),
        preview=True,
    )
    made.body["created"] = end
    made.body["next_payment_attempt"] = end + 3600
    made.body["automatically_finalizes_at"] = end + 3600
    return made


def _next_period(work: Work, record: Record) -> None:
    """The trial or the paid period is over."""
    body = record.body
    if body["status"] == "trialing" and not _can_pay(work, record):
        match body["trial_settings"]["end_behavior"]["missing_payment_method"]:
            case "cancel":
                subscription.end(work, record, reason="cancellation_requested")
                return
            case "pause":
                subscription.change(work, record, status="paused")
                work.emit("customer.subscription.paused", body)
                return
            case _:
                pass
    renew(work, record)


def renew(work: Work, record: Record) -> None:
    """Begin the next period and draft its invoice, which is collected an hour later."""
    body = record.body
    previous: Json = {"items": copy.deepcopy(body["items"]), "latest_invoice": body["latest_invoice"]}
    before = subscription.period_of(body)
    if body["status"] == "trialing":
        previous["status"] = "trialing"
        body["status"] = "active"
    _advance(body)
    made = statement.bill(
        work,
        record,
        statement.period_lines(work, record),
        "subscription_cycle",
        period=before,
        auto_advance=body["status"] != "unpaid",
    )
    body["latest_invoice"] = made.id
    standing.discounts_used(work, record)
    subscription.told(work, record, previous)


def _advance(body: Json) -> None:
    _, end = subscription.period_of(body)
    interval, count = subscription.interval_of(body)
    subscription.set_period(body, end, periods.end_after(body["billing_cycle_anchor"], interval, count, end))


def _end(work: Work, record: Record) -> None:
    if record.body["pending_update"]:
        collection.void(work, work.get("invoice", record.body["latest_invoice"]))
        record = work.get("subscription", record.id)
    ending.stop_collection(work, record)
    subscription.end(work, record)


def _can_pay(work: Work, record: Record) -> bool:
    owner = work.get("customer", record.body["customer"])
    return bool(record.body["default_payment_method"] or owner.body["invoice_settings"]["default_payment_method"])


def _keep(work: Work, record: Record) -> None:
    subscription.schedule(record)
    work.save(record)
