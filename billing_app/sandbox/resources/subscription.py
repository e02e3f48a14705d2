"""The subscription object: its shape, how it changes, and when something next happens to it by itself."""

from typing import Any

from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import listed, page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_DAY_S = 86_400
# https://docs.stripe.com/billing/subscriptions/overview: the first payment must come within 23 hours.
INCOMPLETE_S = 23 * 3600
# https://docs.stripe.com/billing/subscriptions/trials: `trial_will_end` comes three days before the end.
TRIAL_NOTICE_S = 3 * _DAY_S
# https://docs.stripe.com/billing/subscriptions/webhooks: `invoice.upcoming` comes some days before the renewal.
UPCOMING_S = 7 * _DAY_S
ENDED = ("canceled", "incomplete_expired")
_FILTERS = {
    "collection_method", "created", "customer", "ending_before", "expand", "limit", "price", "starting_after",
    "status", "test_clock",
}  # fmt: skip


def new_body(work: Work, customer: Record, currency: str, params: Json) -> Json:
    """A subscription without items, from the parameters that only describe it."""
    subscription_id = new_id("subscription")
    by_card = params.get("collection_method", "charge_automatically") == "charge_automatically"
    end_behavior = params.get("trial_settings", {}).get("end_behavior", {})
    return {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": params.get("automatic_tax", {}).get("enabled", False),
            "liability": None,
        },
        "billing_cycle_anchor": work.now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": params.get("cancel_at_period_end", False),
        "canceled_at": work.now if params.get("cancel_at_period_end") else None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically" if by_card else "send_invoice",
        "created": work.now,
        "currency": currency,
        "customer": customer.id,
        "days_until_due": None if by_card else params.get("days_until_due", 30),
        "default_payment_method": params.get("default_payment_method"),
        "default_source": None,
        "default_tax_rates": [],
        "description": params.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None,
            "issuer": {"type": "self"},
        },
        "items": listed([], f"/v1/subscription_items?subscription={subscription_id}"),
        "latest_invoice": None,
        "livemode": False,
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": params.get("payment_settings", {}).get(
                "save_default_payment_method", "off"
            ),
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": work.now,
        "status": "incomplete",
        "test_clock": customer.clock,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {
            "end_behavior": {"missing_payment_method": end_behavior.get("missing_payment_method", "create_invoice")}
        },
        "trial_start": None,
    }  # fmt: skip


def items_of(body: Json) -> list[Json]:
    """The items of a subscription."""
    return body["items"]["data"]


def period_of(body: Json) -> tuple[int, int]:
    """The current period: all items of a subscription here have the same."""
    first = items_of(body)[0]
    return first["current_period_start"], first["current_period_end"]


def set_period(body: Json, start: int, end: int) -> None:
    """Move all items to a period."""
    for item in items_of(body):
        item["current_period_start"], item["current_period_end"] = start, end


def interval_of(body: Json) -> tuple[str, int]:
    """Interval and count of the subscription's prices, which all share it."""
    recurring = items_of(body)[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def change(work: Work, record: Record, **values: Any) -> None:
    """Set members, plan what comes next, store, and tell what it was before."""
    previous = {name: record.body[name] for name, value in values.items() if record.body[name] != value}
    record.body.update(values)
    told(work, record, previous)


def told(work: Work, record: Record, previous: Json) -> None:
    """Plan what comes next, store, and tell the previous values of what changed."""
    schedule(record)
    work.save(record)
    if previous:
        work.emit("customer.subscription.updated", record.body, previous)


def schedule(record: Record) -> None:
    """When something next happens to the subscription by itself."""
    body, private = record.body, record.private
    status = body["status"]
    if status in ENDED:
        record.due = None
        return
    moments: list[int] = []
    if body["pending_update"]:
        moments.append(body["pending_update"]["expires_at"])
    if status == "incomplete":
        moments.append(body["created"] + INCOMPLETE_S)
    elif status != "paused":
        _, end = period_of(body)
        moments.append(end)
        if private.get("upcoming_for") != end and status != "trialing" and not ends_with_period(body):
            moments.append(end - UPCOMING_S)
        if status == "trialing" and not private.get("trial_warned"):
            moments.append(body["trial_end"] - TRIAL_NOTICE_S)
    if body["cancel_at"] is not None:
        moments.append(body["cancel_at"])
    if body["pause_collection"] and body["pause_collection"]["resumes_at"]:
        moments.append(body["pause_collection"]["resumes_at"])
    record.due = min(moments) if moments else None


def ends_with_period(body: Json) -> bool:
    """Whether the subscription ends when its current period does."""
    return body["cancel_at_period_end"] or (body["cancel_at"] is not None and body["cancel_at"] <= period_of(body)[1])


def end(work: Work, record: Record, *, status: str = "canceled", reason: str | None = None) -> None:
    """The subscription is over for good."""
    body = record.body
    previous = {"status": body["status"]}
    body["status"] = status
    body["ended_at"] = work.now
    if status == "canceled":
        body["canceled_at"] = body["canceled_at"] or work.now
    if reason is not None:
        body["cancellation_details"] = {**body["cancellation_details"], "reason": reason}
    body["pending_update"] = None
    if body["schedule"]:
        _end_schedule(work, body["schedule"])
    schedule(record)
    work.save(record)
    if status == "canceled":
        work.emit("customer.subscription.deleted", body)
    else:
        work.emit("customer.subscription.updated", body, previous)


def _end_schedule(work: Work, schedule_id: str) -> None:
    """A schedule ends with its subscription."""
    found = work.get("subscription_schedule", schedule_id)
    if found.body["status"] in ("active", "not_started"):
        found.body.update(status="canceled", canceled_at=work.now, current_phase=None)
        found.due = None
        work.save(found)
        work.emit("subscription_schedule.canceled", found.body)


def retrieve(work: Work, params: Json, subscription_id: str) -> Json:
    """GET /v1/subscriptions/{id}."""
    return work.get("subscription", subscription_id).body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/subscriptions: without `status`, those that are not canceled."""
    refuse_others(params, _FILTERS)
    where = {name: params[name] for name in ("collection_method", "customer", "test_clock") if name in params}
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    alive = ["active", "incomplete", "past_due", "paused", "trialing", "unpaid"]
    asked = params.get("status")
    if asked != "all":
        where["status"] = {None: alive, "ended": list(ENDED)}.get(asked, asked)
    if "price" in params:
        work.get("price", params["price"], param="price")
        where["items.data[0].price.id"] = params["price"]
    return page(work, "subscription", params, "/v1/subscriptions", where)
