"""Items of a subscription: a recurring price and how many of it (https://docs.stripe.com/api/subscription_items)."""

from collections.abc import Collection

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page_of
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, line_item
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

MAX_ITEMS = 20
_MAX_QUANTITY = 999_999


def new_item(
    work: Work, subscription: str, price: Json, quantity: int, *, period: tuple[int, int], metadata: Json | None = None
) -> Json:
    """An item billed for `period`."""
    return {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": work.now,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": fields.merged_metadata({}, metadata),
        "plan": plan(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def plan(price: Json) -> Json:
    """The legacy plan object that Stripe still shows beside a recurring price."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": "licensed",
    }


def recurring_price(work: Work, given: Json, path: str, held: Collection[str] = ()) -> Json:
    """The price of an element of `items`: there already, or given inline.

    Args:
        held: prices the subscription has already; they stay usable after they are archived.

    Raises:
        ApiError: none or both given, inactive, or not recurring.
    """
    refuse_others(given, {"clear_usage", "deleted", "id", "metadata", "price", "price_data", "quantity"}, path)
    if given.get("price") in held and "price_data" not in given:
        return work.get("price", given["price"], param=f"{path}[price]").body
    chosen = line_item.chosen_price(work, given, path)
    if chosen["recurring"] is None:
        message = (
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`."
        )
        raise invalid(message, param=f"{path}[price]")
    return chosen


def quantity(given: Json, path: str, otherwise: int = 1) -> int:
    """How many, within what Stripe takes."""
    count = given.get("quantity", otherwise)
    if not 0 <= count <= _MAX_QUANTITY:
        raise invalid(f"Invalid integer: {count}", param=f"{path}[quantity]", code="parameter_invalid_integer")
    return count


def owner(work: Work, item: str) -> Record:
    """The subscription an item belongs to."""
    row = work.store.sql.execute(
        "SELECT o.id FROM objects o, json_each(o.body, '$.items.data') i"
        " WHERE o.type = 'subscription' AND json_extract(i.value, '$.id') = ?",
        (item,),
    ).fetchone()
    return work.get("subscription_item", item) if row is None else work.get("subscription", row["id"])


def retrieve(work: Work, params: Json, item: str) -> Json:
    """GET /v1/subscription_items/{id}."""
    return next(one for one in owner(work, item).body["items"]["data"] if one["id"] == item)


def listing(work: Work, params: Json) -> Json:
    """GET /v1/subscription_items of a subscription."""
    record = work.get("subscription", params["subscription"], param="subscription")
    return page_of(record.body["items"]["data"], params, f"/v1/subscription_items?subscription={record.id}")
