"""Subscriptions begin: by API or at the end of a checkout, with a trial or a first payment.

https://docs.stripe.com/billing/subscriptions/overview (payment behaviours, incomplete),
https://docs.stripe.com/billing/subscriptions/trials, https://docs.stripe.com/billing/subscriptions/billing-cycle.
"""

from billing_app.sandbox.billing import collection, periods, standing, statement
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import discount, invoice_item, line_item, payment_method, subscription
from billing_app.sandbox.resources.subscription_item import MAX_ITEMS, new_item, quantity, recurring_price
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_CREATE = {
    "add_invoice_items", "automatic_tax", "billing_cycle_anchor", "billing_mode", "cancel_at", "cancel_at_period_end",
    "collection_method", "currency", "customer", "days_until_due", "default_payment_method", "description",
    "discounts", "expand", "items", "metadata", "off_session", "payment_behavior", "payment_settings",
    "proration_behavior", "trial_end", "trial_from_plan", "trial_period_days", "trial_settings",
}  # fmt: skip
_MAX_TRIAL_DAYS = 730
_DAY_S = 86_400


def create(work: Work, params: Json) -> Json:
    """POST /v1/subscriptions."""
    refuse_others(params, _CREATE)
    if "customer" not in params:
        raise missing("customer")
    if params.get("billing_mode", {}).get("type", "flexible") != "flexible":
        refuse_others({"billing_mode[type]=classic": True}, set())
    owner = work.get("customer", params["customer"], param="customer")
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        message = "payment_behavior=pending_if_incomplete can only be used when a subscription is updated."
        raise invalid(message, param="payment_behavior")
    if "default_payment_method" in params:
        check_method(work, params["default_payment_method"], owner.id)
    record = begin(work, owner, params)
    _first_payment(work, record, behavior, off_session=params.get("off_session", False))
    return work.get("subscription", record.id).body


def begin(work: Work, owner: Record, params: Json, *, paid: Record | None = None) -> Record:
    """Make the subscription and its first invoice, finalised; nothing is collected yet.

    Args:
        paid: a payment intent that has paid the first invoice already.
    """
    prices = _prices(work, params.get("items", []))
    trial_end = _trial_end(work, params, prices)
    body = subscription.new_body(work, owner, prices[0][0]["currency"], params)
    record = Record("subscription", body["id"], work.now, body, clock=owner.clock)
    whole = _first_period(work, body, params, prices, trial_end)
    total = sum(price["unit_amount"] * count for price, count, _ in prices if price["unit_amount"])
    discount.check(work, params.get("discounts", []), owner.id, total, body["currency"])
    body["discounts"] = discount.give(work, params.get("discounts", []), owner.id, subscription=record.id)
    _plan_end(work, body, params)
    subscription.schedule(record)
    work.save(record)
    _add_invoice_items(work, record, params.get("add_invoice_items", []))
    lines = statement.period_lines(work, record, trial=trial_end is not None, whole=whole)
    if whole is not None and params.get("proration_behavior") == "none":
        lines = []
    first = statement.bill(work, record, lines, "subscription_create")
    body["latest_invoice"] = first.id
    work.save(record)
    work.emit("customer.subscription.created", body)
    if trial_end is not None and trial_end - work.now <= subscription.TRIAL_NOTICE_S:
        record.private["trial_warned"] = True
        subscription.schedule(record)
        work.save(record)
        work.emit("customer.subscription.trial_will_end", body)
    collection.finalize(work, first, pay=paid)
    record = work.get("subscription", record.id)
    standing.discounts_used(work, record)
    return record


def _first_payment(work: Work, record: Record, behavior: str, *, off_session: bool) -> None:
    first = work.get("invoice", record.body["latest_invoice"])
    if first.body["status"] != "open":
        return
    if record.body["collection_method"] == "send_invoice":
        subscription.change(work, record, status="active")
        return
    if behavior == "default_incomplete":
        return
    if collection.method_for(work, first) is None:
        raise payment_method.no_default()
    outcome = collection.collect(work, first, off_session=off_session, retry=False)
    if outcome.kind != "paid" and behavior == "error_if_incomplete":
        raise refused(outcome.decline)


def refused(decline: collection.Decline | None) -> ApiError:
    """402 for `error_if_incomplete`: nothing of the request stays."""
    if decline is not None:
        return payment_method.declined(decline)
    message = "Payment for this subscription requires additional user action before it can be completed successfully."
    return ApiError(402, "card_error", message, code="subscription_payment_intent_requires_action")


def _prices(work: Work, given: list[Json]) -> list[tuple[Json, int, Json]]:
    """Price, quantity and metadata of each item."""
    if not given:
        raise missing("items")
    if len(given) > MAX_ITEMS:
        raise invalid(f"A subscription can have at most {MAX_ITEMS} items.", param="items")
    prices = [
        (recurring_price(work, one, f"items[{at}]"), quantity(one, f"items[{at}]"), one.get("metadata", {}))
        for at, one in enumerate(given)
    ]
    check_alike([price for price, _, _ in prices])
    return prices


def check_alike(prices: list[Json]) -> None:
    """Refuse prices of different currencies or intervals in one subscription, and the same price twice.

    Raises:
        ApiError: names `items`.
    """
    if len({price["currency"] for price in prices}) > 1:
        raise invalid("All prices of a subscription must have the same currency.", param="items")
    if len({(price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in prices}) > 1:
        refuse_others({"items with different intervals": True}, set())
    if len({price["id"] for price in prices}) < len(prices):
        raise invalid("Cannot add multiple subscription items with the same price.", param="items")


def _trial_end(work: Work, params: Json, prices: list[tuple[Json, int, Json]]) -> int | None:
    days = params.get("trial_period_days")
    if days is not None and "trial_end" in params:
        raise invalid("You may only specify one of these parameters: trial_end, trial_period_days.", param="trial_end")
    if params.get("trial_from_plan") and days is None:
        days = max((price["recurring"]["trial_period_days"] or 0) for price, _, _ in prices) or None
    if days is not None:
        if not 0 <= days <= _MAX_TRIAL_DAYS:
            raise invalid(f"trial_period_days must be between 0 and {_MAX_TRIAL_DAYS}.", param="trial_period_days")
        return work.now + days * _DAY_S if days else None
    end = params.get("trial_end", "now")
    return None if end == "now" else check_trial_end(work, end)


def check_trial_end(work: Work, end: int) -> int:
    """The end of a trial, in the future and within two years.

    Raises:
        ApiError: it is not.
    """
    if not work.now < end <= work.now + _MAX_TRIAL_DAYS * _DAY_S:
        message = "Invalid timestamp: must be a Unix timestamp in the future, within two years."
        raise invalid(message, param="trial_end", code="parameter_invalid_integer")
    return end


def _first_period(
    work: Work, body: Json, params: Json, prices: list[tuple[Json, int, Json]], trial_end: int | None
) -> tuple[int, int] | None:
    """Set items, anchor and trial; the full period when the first one is only a part of it."""
    interval, count = prices[0][0]["recurring"]["interval"], prices[0][0]["recurring"]["interval_count"]
    anchor = params.get("billing_cycle_anchor")
    whole = None
    if trial_end is not None:
        body.update(status="trialing", trial_start=work.now, trial_end=trial_end, billing_cycle_anchor=trial_end)
        end = trial_end
    elif anchor is not None:
        latest = periods.plus(work.now, interval, count)
        if not work.now < anchor <= latest:
            message = "billing_cycle_anchor cannot be later than next natural billing date, nor in the past."
            raise invalid(message, param="billing_cycle_anchor")
        body["billing_cycle_anchor"] = end = anchor
        whole = (periods.start_before(anchor, interval, count, anchor), anchor)
    else:
        end = periods.end_after(work.now, interval, count, work.now)
    body["items"]["data"] = [
        new_item(work, body["id"], price, many, period=(work.now, end), metadata=metadata)
        for price, many, metadata in prices
    ]
    return whole


def _plan_end(work: Work, body: Json, params: Json) -> None:
    if "cancel_at" in params:
        set_cancel_at(work, body, params["cancel_at"])
    if body["cancel_at_period_end"]:
        body["cancel_at"] = subscription.period_of(body)[1]
        body["cancellation_details"]["reason"] = "cancellation_requested"


def set_cancel_at(work: Work, body: Json, given: int | str) -> None:
    """Set when the subscription ends; a word stands for the end of the current period.

    Raises:
        ApiError: a moment that is over.
    """
    if given == "":
        body.update(cancel_at=None, canceled_at=None)
        return
    moment = given if isinstance(given, int) else subscription.period_of(body)[1]
    if moment <= work.now:
        raise invalid("cancel_at must be in the future.", param="cancel_at")
    body.update(cancel_at=moment, canceled_at=body["canceled_at"] or work.now)
    body["cancellation_details"] = {**body["cancellation_details"], "reason": "cancellation_requested"}


def _add_invoice_items(work: Work, record: Record, given: list[Json]) -> None:
    """One-time prices that go on the first invoice."""
    for at, one in enumerate(given):
        path = f"add_invoice_items[{at}]"
        refuse_others(one, {"metadata", "price", "price_data", "quantity"}, path)
        price = line_item.chosen_price(work, one, path)
        if price["recurring"] is not None:
            raise invalid("Only one-time prices can be added.", param=f"{path}[price]")
        many = quantity(one, path)
        invoice_item.new_invoice_item(
            work,
            record.body["customer"],
            amount_minor=invoice_item.invoice_line.subtotal(price, many),
            currency=price["currency"],
            description=work.get("product", price["product"]).body["name"],
            period=(work.now, work.now),
            price=price,
            quantity=many,
            subscription=record.id,
            metadata=one.get("metadata"),
        )


def check_method(work: Work, method: str, customer: str) -> None:
    """Refuse a payment method that is not attached to the customer.

    Raises:
        ApiError: `resource_missing`.
    """
    if work.get("payment_method", method, param="default_payment_method").body["customer"] != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {method}.",
            param="default_payment_method",
            code="resource_missing",
        )
