"""A subscription changes: prices, quantities, anchor, trial, with prorations and payment behaviours.

https://docs.stripe.com/billing/subscriptions/change-price, https://docs.stripe.com/billing/subscriptions/prorations,
https://docs.stripe.com/billing/subscriptions/pending-updates.
"""

import copy

from billing_app.sandbox.billing import collection, periods, standing, starting, statement
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.resources import payment_method, subscription
from billing_app.sandbox.resources.subscription_item import new_item, plan, quantity, recurring_price
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

# https://docs.stripe.com/billing/subscriptions/pending-updates-reference: an unpaid update is dropped after 23 hours,
# or with the period or trial that ends before.
PENDING_S = 23 * 3600
# What a pending update can hold; other changes are made by a request of their own.
PENDING_PARAMS = {
    "billing_cycle_anchor", "expand", "items", "off_session", "payment_behavior", "proration_behavior",
    "proration_date", "trial_end", "trial_from_plan",
}  # fmt: skip
_STATE = ("billing_cycle_anchor", "items", "status", "trial_end", "trial_start")


def alter(work: Work, record: Record, params: Json) -> Record | None:
    """Make the change that `params` ask for and bill it, but collect nothing; the draft when one is due now.

    Raises:
        ApiError: a change that cannot be; nothing is stored then.
    """
    body = record.body
    at = _proration_date(record, params, work.now)
    before = copy.deepcopy(subscription.items_of(body))
    trialing = body["status"] == "trialing"
    items = _new_items(work, record, params.get("items", []))
    body["items"]["data"] = items
    restart = _restarts(body, before, params, trialing=trialing)
    behavior = params.get("proration_behavior", "create_prorations")
    if trialing and not restart:
        _extend_trial(work, record, params)
        return None
    changed = _changed(before, items)
    if behavior != "none" and (restart or "trial_end" in params):
        for item in before:
            statement.credit(work, record, item, at)
    elif behavior != "none":
        for item in changed[0]:
            statement.credit(work, record, item, at)
        for item in changed[1]:
            statement.debit_rest(work, record, item, at)
    if "trial_end" in params and params["trial_end"] != "now":
        _extend_trial(work, record, params)
        return None
    if restart:
        return _restart(work, record)
    if behavior == "always_invoice" and (changed[0] or changed[1]):
        lines: list[Json] = []
        period = subscription.period_of(body)
        return statement.bill(work, record, lines, "subscription_update", period=period, proration_date=at)
    return None


def settle(work: Work, record: Record, draft: Record | None, before: Record, params: Json) -> None:
    """Collect what a change costs, and let the change stand, wait or fail as `payment_behavior` says."""
    behavior = params.get("payment_behavior", "allow_incomplete")
    previous = {name: before.body[name] for name in record.body if record.body[name] != before.body[name]}
    if draft is None:
        subscription.told(work, record, previous)
        return
    previous["latest_invoice"] = before.body["latest_invoice"]
    record.body["latest_invoice"] = draft.id
    draft.private["pending_update"] = behavior == "pending_if_incomplete"
    work.save(draft)
    if behavior != "pending_if_incomplete":
        subscription.told(work, record, previous)
    else:
        work.save(record)
    collection.finalize(work, draft)
    standing.discounts_used(work, work.get("subscription", record.id))
    record = work.get("subscription", record.id)
    if draft.body["status"] == "open" and behavior != "default_incomplete":
        _collect(work, record, draft, before, behavior, off_session=params.get("off_session", False))
    elif draft.body["status"] == "open":
        subscription.change(work, record, status="past_due")
    if behavior == "pending_if_incomplete" and draft.body["status"] == "paid":
        subscription.told(work, work.get("subscription", record.id), previous)


def _collect(work: Work, record: Record, draft: Record, before: Record, behavior: str, *, off_session: bool) -> None:
    if collection.method_for(work, draft) is None and behavior == "error_if_incomplete":
        raise payment_method.no_default()
    pending = behavior == "pending_if_incomplete"
    outcome = collection.collect(work, draft, off_session=off_session, retry=not pending)
    if outcome.kind == "paid":
        return
    if behavior == "error_if_incomplete":
        raise starting.refused(outcome.decline)
    if pending:
        _wait(work, record, draft, before)


def _wait(work: Work, record: Record, draft: Record, before: Record) -> None:
    """The subscription stays as it was; what was asked for waits until its invoice is paid."""
    wanted = {name: copy.deepcopy(record.body[name]) for name in _STATE}
    record.private["pending_state"] = {"body": wanted, "debits": record.private.get("debits", {})}
    record.private["debits"] = before.private.get("debits", {})
    record.body.update({name: before.body[name] for name in _STATE})
    subscription.change(
        work,
        record,
        latest_invoice=draft.id,
        pending_update={
            "billing_cycle_anchor": wanted["billing_cycle_anchor"]
            if wanted["billing_cycle_anchor"] != before.body["billing_cycle_anchor"]
            else None,
            "expires_at": min(work.now + PENDING_S, subscription.period_of(before.body)[1]),
            "subscription_items": wanted["items"]["data"],
            "trial_end": wanted["trial_end"] if wanted["trial_end"] != before.body["trial_end"] else None,
            "trial_from_plan": None,
        },
    )


def _proration_date(record: Record, params: Json, now: int) -> int:
    at = params.get("proration_date", now)
    start, end = subscription.period_of(record.body)
    if not start <= at <= end:
        message = "Invalid `proration_date`: it must lie in the current period."
        raise invalid(message, param="proration_date")
    return at


def _new_items(work: Work, record: Record, given: list[Json]) -> list[Json]:
    """The items after the change: those named by id are changed or deleted, others are added."""
    items = copy.deepcopy(subscription.items_of(record.body))
    period = subscription.period_of(record.body)
    for at, one in enumerate(given):
        path = f"items[{at}]"
        if "id" not in one:
            price = recurring_price(work, one, path)
            items.append(
                new_item(work, record.id, price, quantity(one, path), period=period, metadata=one.get("metadata"))
            )
            continue
        item = next((item for item in items if item["id"] == one["id"]), None)
        if item is None:
            message = f"The subscription item `{one['id'][:100]}` is not part of subscription {record.id}."
            raise invalid(message, param=f"{path}[id]", code="resource_missing")
        if one.get("deleted"):
            items.remove(item)
            continue
        if "price" in one or "price_data" in one:
            item["price"] = recurring_price(work, one, path, {item["price"]["id"]})
            item["plan"] = plan(item["price"])
        item["quantity"] = quantity(one, path, item["quantity"])
        item["metadata"] = {**item["metadata"], **one.get("metadata", {})}
    if not items:
        raise invalid("A subscription must have at least one active item.", param="items")
    starting.check_alike([item["price"] for item in items])
    if items[0]["price"]["currency"] != record.body["currency"]:
        raise invalid("A subscription cannot change its currency.", param="items")
    return items


def _changed(before: list[Json], after: list[Json]) -> tuple[list[Json], list[Json]]:
    """Items as they were that are credited, and items as they are that are debited."""
    old = {item["id"]: (item["price"]["id"], item["quantity"]) for item in before}
    new = {item["id"]: (item["price"]["id"], item["quantity"]) for item in after}
    credited = [item for item in before if new.get(item["id"]) != old[item["id"]]]
    debited = [item for item in after if old.get(item["id"]) != new[item["id"]]]
    return credited, debited


def _restarts(body: Json, before: list[Json], params: Json, *, trialing: bool) -> bool:
    """Whether a new period begins now: another interval, from free to paid, told so, or the trial is ended."""
    if params.get("billing_cycle_anchor") == "now" or params.get("trial_end") == "now":
        return True
    if trialing:
        return False
    recurring, earlier = subscription.items_of(body)[0]["price"]["recurring"], before[0]["price"]["recurring"]
    if (recurring["interval"], recurring["interval_count"]) != (earlier["interval"], earlier["interval_count"]):
        return True
    was_free = all(item["price"]["unit_amount"] == 0 for item in before)
    return was_free and any(item["price"]["unit_amount"] != 0 for item in subscription.items_of(body))


def _restart(work: Work, record: Record) -> Record:
    """Begin a full period now and bill it, with what was given back of the old one."""
    body = record.body
    if body["status"] == "trialing":
        body.update(status="active", trial_end=work.now)
    body["billing_cycle_anchor"] = work.now
    end = periods.plus(work.now, *subscription.interval_of(body))
    subscription.set_period(body, work.now, end)
    _keep_ending(body, end)
    return statement.bill(work, record, statement.period_lines(work, record), "subscription_update")


def _extend_trial(work: Work, record: Record, params: Json) -> None:
    body = record.body
    if "trial_end" not in params or params["trial_end"] == "now":
        return
    end = starting.check_trial_end(work, params["trial_end"])
    start = body["trial_start"] if body["status"] == "trialing" else work.now
    body.update(status="trialing", trial_start=start, trial_end=end, billing_cycle_anchor=end)
    subscription.set_period(body, start, end)
    _keep_ending(body, end)
    record.private["trial_warned"] = False


def _keep_ending(body: Json, end: int) -> None:
    """Cancellation at the period's end moves with the period."""
    if body["cancel_at_period_end"]:
        body["cancel_at"] = end
