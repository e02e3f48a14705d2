"""Subscription schedules: changes planned for later (https://docs.stripe.com/billing/subscriptions/subscription-schedules)."""

import copy

from billing_app.sandbox.billing import phases
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, schedule_phase, subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_CREATE = {"customer", "end_behavior", "expand", "from_subscription", "metadata", "phases", "start_date"}
_UPDATE = {"end_behavior", "expand", "metadata", "phases", "proration_behavior"}
_OPEN = ("not_started", "active")


def create(work: Work, params: Json) -> Json:
    """POST /v1/subscription_schedules: for a subscription there is, or for one that begins by it."""
    refuse_others(params, _CREATE)
    _check_end(params)
    if "from_subscription" in params:
        extra = params.keys() - {"expand", "from_subscription"}
        if extra:
            message = f"You cannot set `{min(extra)}` if `from_subscription` is set."
            raise invalid(message, param=min(extra))
        return _from_subscription(work, params["from_subscription"]).body
    for name in ("customer", "phases", "start_date"):
        if name not in params:
            raise missing(name)
    owner = work.get("customer", params["customer"], param="customer")
    start = work.now if params["start_date"] == "now" else params["start_date"]
    planned = schedule_phase.read(work, params["phases"], start)
    record = _store(work, owner, planned, params)
    work.emit("subscription_schedule.created", record.body)
    if start <= work.now:
        phases.due(work, record)
    return work.get("subscription_schedule", record.id).body


def retrieve(work: Work, params: Json, schedule: str) -> Json:
    """GET /v1/subscription_schedules/{id}."""
    return work.get("subscription_schedule", schedule).body


def update(work: Work, params: Json, schedule: str) -> Json:
    """POST /v1/subscription_schedules/{id}: phases that are over stay as they were; the current one comes first."""
    refuse_others(params, _UPDATE)
    _check_end(params)
    record = _open(work, schedule)
    body = record.body
    previous = fields.update(body, params, ("end_behavior",))
    if "phases" in params:
        running = phases.current(body)
        start = running["start_date"] if running else body["phases"][0]["start_date"]
        previous["phases"] = copy.deepcopy(body["phases"])
        planned = schedule_phase.read(work, params["phases"], start, running)
        over = [one for one in body["phases"] if running and one["end_date"] <= running["start_date"]]
        body["phases"] = [*over, *planned]
        if running is not None:
            body["current_phase"] = {"start_date": planned[0]["start_date"], "end_date": planned[0]["end_date"]}
            behavior = params.get("proration_behavior", "create_prorations")
            phases.make_true(work, record, planned[0], {"proration_behavior": behavior})
    phases.plan(record)
    work.save(record)
    if previous:
        work.emit("subscription_schedule.updated", body, previous)
    return body


def release(work: Work, params: Json, schedule: str) -> Json:
    """POST /v1/subscription_schedules/{id}/release: the subscription goes on without it."""
    refuse_others(params, {"expand", "preserve_cancel_date"})
    record = _open(work, schedule)
    phases.release(work, record)
    return record.body


def cancel(work: Work, params: Json, schedule: str) -> Json:
    """POST /v1/subscription_schedules/{id}/cancel: the subscription is cancelled with it, at once."""
    refuse_others(params, {"expand", "invoice_now", "prorate"})
    record = _open(work, schedule)
    subscription_id = record.body["subscription"]
    if subscription_id is not None:
        subscription.end(work, work.get("subscription", subscription_id), reason="cancellation_requested")
    else:
        record.body.update(status="canceled", canceled_at=work.now)
        record.due = None
        work.save(record)
        work.emit("subscription_schedule.canceled", record.body)
    return work.get("subscription_schedule", schedule).body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/subscription_schedules; filters: created, customer, scheduled."""
    refuse_others(params, {"created", "customer", "ending_before", "expand", "limit", "scheduled", "starting_after"})
    where = {"customer": params["customer"]} if "customer" in params else {}
    if params.get("scheduled"):
        where["status"] = "not_started"
    return page(work, "subscription_schedule", params, "/v1/subscription_schedules", where)


def _from_subscription(work: Work, subscription_id: str) -> Record:
    found = work.get("subscription", subscription_id, param="from_subscription")
    body = found.body
    if body["schedule"]:
        message = f"You cannot migrate a subscription that is already attached to a schedule: {body['schedule']}."
        raise invalid(message, param="from_subscription")
    if body["status"] in (*subscription.ENDED, "incomplete"):
        message = f"You cannot migrate a subscription whose status is {body['status']}."
        raise invalid(message, param="from_subscription")
    start, end = subscription.period_of(body)
    items = [{"price": item["price"]["id"], "quantity": item["quantity"]} for item in subscription.items_of(body)]
    phase = schedule_phase.of_items(items, start, end, body["currency"], {"trial_end": body["trial_end"]})
    owner = work.get("customer", body["customer"])
    record = _store(work, owner, [phase], {})
    record.body.update(subscription=found.id, status="active", current_phase={"start_date": start, "end_date": end})
    phases.plan(record)
    work.save(record)
    subscription.change(work, found, schedule=record.id)
    work.emit("subscription_schedule.created", record.body)
    return record


def _store(work: Work, owner: Record, planned: list[Json], params: Json) -> Record:
    body: Json = {
        "id": new_id("subscription_schedule"),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "canceled_at": None,
        "completed_at": None,
        "created": work.now,
        "current_phase": None,
        "customer": owner.id,
        "default_settings": {
            "application_fee_percent": None,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": "automatic",
            "billing_thresholds": None,
            "collection_method": "charge_automatically",
            "default_payment_method": None,
            "description": None,
            "invoice_settings": {
                "account_tax_ids": None, "custom_fields": None, "days_until_due": None, "description": None,
                "footer": None, "issuer": {"type": "self"},
            },
            "on_behalf_of": None,
            "transfer_data": None,
        },
        "end_behavior": params.get("end_behavior", "release"),
        "livemode": False,
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "pause_schedules": [],
        "phases": planned,
        "released_at": None,
        "released_subscription": None,
        "status": "not_started",
        "subscription": None,
        "test_clock": owner.clock,
    }  # fmt: skip
    record = work.add(body)
    phases.plan(record)
    work.save(record)
    return record


def _open(work: Work, schedule: str) -> Record:
    record = work.get("subscription_schedule", schedule)
    if record.body["status"] not in _OPEN:
        status = record.body["status"]
        raise invalid(f"You cannot change a subscription schedule that is {status}.", code="resource_missing")
    return record


def _check_end(params: Json) -> None:
    if params.get("end_behavior") in ("none", "renew"):
        refuse_others({f"end_behavior={params['end_behavior']}": True}, set())
