"""A schedule moves its subscription from phase to phase, and lets it go or ends it after the last.

https://docs.stripe.com/billing/subscriptions/subscription-schedules.
"""

import copy

from billing_app.sandbox.billing import changes, collection, starting
from billing_app.sandbox.resources import subscription
from billing_app.sandbox.resources.subscription_item import new_item
from billing_app.sandbox.resources.subscription_item import plan as plan_of
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def plan(record: Record) -> None:
    """When the schedule does something next."""
    body = record.body
    running = current(body)
    if body["status"] == "not_started":
        record.due = body["phases"][0]["start_date"]
    else:
        record.due = running["end_date"] if running and body["status"] == "active" else None


def current(body: Json) -> Json | None:
    """The phase that runs."""
    running = body["current_phase"]
    return next((one for one in body["phases"] if running and one["start_date"] == running["start_date"]), None)


def due(work: Work, record: Record) -> None:
    """The schedule begins, or its current phase is over."""
    body = record.body
    if body["status"] == "not_started":
        _begin(work, record)
        return
    running = current(body)
    upcoming = next((one for one in body["phases"] if running and one["start_date"] == running["end_date"]), None)
    if upcoming is not None:
        body["current_phase"] = {"start_date": upcoming["start_date"], "end_date": upcoming["end_date"]}
        plan(record)
        work.save(record)
        make_true(work, record, upcoming, {"proration_behavior": upcoming["proration_behavior"]})
        work.emit("subscription_schedule.updated", body)
    elif body["end_behavior"] == "cancel":
        body.update(status="completed", completed_at=work.now, current_phase=None)
        plan(record)
        work.save(record)
        subscription.end(work, work.get("subscription", body["subscription"]))
        work.emit("subscription_schedule.completed", body)
    else:
        release(work, record)


def release(work: Work, record: Record) -> None:
    """The subscription goes on as it is, without the schedule."""
    body = record.body
    subscription_id = body["subscription"]
    body.update(
        status="released",
        released_at=work.now,
        released_subscription=subscription_id,
        subscription=None,
        current_phase=None,
    )
    plan(record)
    work.save(record)
    if subscription_id is not None:
        subscription.change(work, work.get("subscription", subscription_id), schedule=None)
    work.emit("subscription_schedule.released", body)


def make_true(work: Work, record: Record, phase: Json, how: Json) -> None:
    """Give the subscription what a phase says; at a period's end that costs nothing by itself."""
    found = work.get("subscription", record.body["subscription"])
    wanted = [(one["price"], one["quantity"]) for one in phase["items"]]
    have = [(item["price"]["id"], item["quantity"]) for item in subscription.items_of(found.body)]
    if phase["metadata"]:
        found.body["metadata"] = {**found.body["metadata"], **phase["metadata"]}
        work.save(found)
    if wanted == have:
        return
    if subscription.period_of(found.body)[1] <= work.now:
        _change_at_boundary(work, found, wanted)
        return
    before = copy.deepcopy(found)
    draft = changes.alter(work, found, {"items": _as_params(found.body, wanted), **how})
    changes.settle(work, found, draft, before, {})


def _change_at_boundary(work: Work, found: Record, wanted: list[tuple[str, int]]) -> None:
    """Between two periods: the renewal that follows bills the new prices for the new period."""
    body = found.body
    interval = subscription.interval_of(body)
    period = subscription.period_of(body)
    items = subscription.items_of(body)
    after: list[Json] = []
    for at, (price_id, quantity) in enumerate(wanted):
        price = work.get("price", price_id).body
        if at < len(items):
            after.append({**items[at], "price": price, "plan": plan_of(price), "quantity": quantity})
        else:
            after.append(new_item(work, found.id, price, quantity, period=period))
    previous = {"items": copy.deepcopy(body["items"])}
    body["items"]["data"] = after
    if subscription.interval_of(body) != interval:
        body["billing_cycle_anchor"] = period[1]
    subscription.told(work, found, previous)


def _as_params(body: Json, wanted: list[tuple[str, int]]) -> list[Json]:
    items = subscription.items_of(body)
    params: list[Json] = [
        {"price": price, "quantity": quantity, **({"id": items[at]["id"]} if at < len(items) else {})}
        for at, (price, quantity) in enumerate(wanted)
    ]
    params.extend({"id": item["id"], "deleted": True} for item in items[len(wanted) :])
    return params


def _begin(work: Work, record: Record) -> None:
    body = record.body
    first = body["phases"][0]
    owner = work.get("customer", body["customer"])
    params: Json = {
        "items": [{"price": one["price"], "quantity": one["quantity"]} for one in first["items"]],
        "metadata": first["metadata"],
        "discounts": [{name: value for name, value in one.items() if value} for one in first["discounts"]],
    }
    if first["trial_end"]:
        params["trial_end"] = first["trial_end"]
    if first["default_payment_method"]:
        params["default_payment_method"] = first["default_payment_method"]
    made = starting.begin(work, owner, params)
    body.update(
        status="active",
        subscription=made.id,
        current_phase={"start_date": first["start_date"], "end_date": first["end_date"]},
    )
    plan(record)
    work.save(record)
    subscription.change(work, made, schedule=record.id)
    invoice = work.get("invoice", made.body["latest_invoice"])
    if invoice.body["status"] == "open":
        collection.collect(work, invoice, retry=False)
    work.emit("subscription_schedule.updated", body)
