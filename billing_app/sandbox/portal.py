"""What customers do in the portal: change plan, cancel and go on, cards, details; as the configuration allows.

https://docs.stripe.com/customer-management/configure-portal.
"""

from dataclasses import dataclass

from billing_app.sandbox.billing import ending, phases, updating
from billing_app.sandbox.resources import customer, payment_method, subscription, subscription_schedule
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_LENGTH = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True)
class Offer:
    """A price a customer can switch to; `later` when it would begin at the end of the period."""

    price: Json
    product: str
    current: bool
    later: bool


def live_subscriptions(work: Work, owner: str) -> list[Record]:
    """Subscriptions of the customer that are not over, newest first."""
    alive = ["active", "past_due", "paused", "trialing", "unpaid"]
    return work.store.find("subscription", {"customer": owner, "status": alive}, limit=20)


def offers(work: Work, configuration: Json, record: Record) -> list[Offer]:
    """Prices the configuration lets the customer choose for a subscription with one item."""
    change = configuration["features"]["subscription_update"]
    items = subscription.items_of(record.body)
    if not change["enabled"] or "price" not in change["default_allowed_updates"] or len(items) != 1:
        return []
    current = items[0]["price"]
    found: list[Offer] = []
    for product in change["products"] or []:
        name = work.get("product", product["product"]).body["name"]
        for price_id in product["prices"]:
            price = work.get("price", price_id).body
            if price["active"] and price["currency"] == current["currency"]:
                found.append(Offer(price, name, price["id"] == current["id"], _is_later(change, current, price)))
    return found


def switch(work: Work, configuration: Json, record: Record, price_id: str) -> str | None:
    """Change the plan as configured: now, or by a schedule at the period's end; why not, when the payment failed."""
    chosen = next((one for one in offers(work, configuration, record) if one.price["id"] == price_id), None)
    if chosen is None or chosen.current:
        return "This plan cannot be chosen."
    undo_scheduled(work, record)
    if chosen.later:
        _schedule(work, record, chosen.price)
        return None
    item = subscription.items_of(record.body)[0]["id"]
    behavior = configuration["features"]["subscription_update"]["proration_behavior"]
    params: Json = {
        "items": [{"id": item, "price": price_id}],
        "proration_behavior": behavior,
        "payment_behavior": "pending_if_incomplete",
    }
    if configuration["features"]["subscription_update"]["billing_cycle_anchor"] == "now":
        params["billing_cycle_anchor"] = "now"
    ends_trial = configuration["features"]["subscription_update"]["trial_update_behavior"] == "end_trial"
    if record.body["status"] == "trialing" and ends_trial:
        params["trial_end"] = "now"
    changed = updating.update(work, params, record.id)
    if changed["pending_update"] is None:
        return None
    updating.drop_pending(work, work.get("subscription", record.id))
    return "The payment failed, so your plan was not changed. Try another card."


def undo_scheduled(work: Work, record: Record) -> None:
    """Drop a change that is planned for the period's end."""
    if record.body["schedule"]:
        phases.release(work, work.get("subscription_schedule", record.body["schedule"]))
        record.body = work.get("subscription", record.id).body


def cancel(work: Work, configuration: Json, record: Record, *, feedback: str, comment: str) -> None:
    """End the subscription as configured, with what the customer says about it."""
    how = configuration["features"]["subscription_cancel"]
    details: Json = {}
    if feedback in how["cancellation_reason"]["options"]:
        details["feedback"] = feedback
    if comment:
        details["comment"] = comment[:500]
    undo_scheduled(work, record)
    if how["mode"] == "at_period_end":
        params = {"cancel_at_period_end": True, "cancellation_details": details}
        updating.update(work, params, record.id)
    else:
        prorates = how["proration_behavior"] != "none"
        bills = how["proration_behavior"] == "always_invoice"
        ending.cancel(work, {"prorate": prorates, "invoice_now": bills, "cancellation_details": details}, record.id)


def go_on(work: Work, record: Record) -> None:
    """Take a cancellation at the period's end back."""
    updating.update(work, {"cancel_at_period_end": False}, record.id)


def use_card(work: Work, owner: str, method_id: str) -> None:
    """Make an attached card the one that everything is paid with."""
    customer.update(work, {"invoice_settings": {"default_payment_method": method_id}}, owner)
    for record in live_subscriptions(work, owner):
        if record.body["default_payment_method"] not in (None, method_id):
            subscription.change(work, record, default_payment_method=method_id)


def remove_card(work: Work, owner: str, method_id: str) -> str | None:
    """Detach a card that nothing is paid with; why not, when something is."""
    found = work.store.get("payment_method", method_id)
    if found is None or found.body["customer"] != owner:
        return "There is no such card."
    used = work.get("customer", owner).body["invoice_settings"]["default_payment_method"]
    if method_id in {used, *(record.body["default_payment_method"] for record in live_subscriptions(work, owner))}:
        return "Your subscription is paid with this card. Choose another one first."
    payment_method.detach(work, {}, method_id)
    return None


def _is_later(change: Json, current: Json, wanted: Json) -> bool:
    conditions = {one["type"] for one in change["schedule_at_period_end"]["conditions"]}
    shorter = _days(wanted) < _days(current)
    cheaper = (wanted["unit_amount"] or 0) * _days(current) < (current["unit_amount"] or 0) * _days(wanted)
    return ("shortening_interval" in conditions and shorter) or ("decreasing_item_amount" in conditions and cheaper)


def _days(price: Json) -> int:
    return _LENGTH[price["recurring"]["interval"]] * price["recurring"]["interval_count"]


def _schedule(work: Work, record: Record, price: Json) -> None:
    if record.body["cancel_at_period_end"]:
        go_on(work, record)
    made = subscription_schedule.create(work, {"from_subscription": record.id})
    running = made["phases"][0]
    quantity = subscription.items_of(record.body)[0]["quantity"]
    wanted: list[Json] = [
        {
            "items": [{"price": one["price"], "quantity": one["quantity"]} for one in running["items"]],
            "start_date": running["start_date"],
            "end_date": running["end_date"],
        },
        {"items": [{"price": price["id"], "quantity": quantity}]},
    ]
    subscription_schedule.update(work, {"phases": wanted, "end_behavior": "release"}, made["id"])
