"""Line items of a checkout session: a price, how many, and what it comes to."""

from decimal import ROUND_HALF_UP, Decimal

from billing_app.sandbox import currencies, tax
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import discount, fields, price, product
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

MAX_LINE_ITEMS = 100
_MAX_QUANTITY = 999_999


def new_line_items(work: Work, given: list[Json], mode: str) -> list[Json]:
    """Line items from a session's parameters, not yet taxed.

    Raises:
        ApiError: no lines or too many, an inactive or recurring price, mixed currencies, quantity out of range.
    """
    if not given:
        raise missing("line_items")
    if len(given) > MAX_LINE_ITEMS:
        raise invalid(f"A session can have at most {MAX_LINE_ITEMS} line items.", param="line_items")
    items = [_line_item(work, line, f"line_items[{at}]", mode) for at, line in enumerate(given)]
    if len({item["currency"] for item in items}) > 1:
        raise invalid("All prices of a session must have the same currency.", param="line_items")
    recurring = [item["price"]["recurring"] for item in items if item["price"]["recurring"]]
    if mode == "subscription" and not recurring:
        raise invalid("You must provide at least one recurring price in `subscription` mode.", param="line_items")
    if len({(one["interval"], one["interval_count"]) for one in recurring}) > 1:
        refuse_others({"line_items with different intervals": True}, set())
    return items


def apply_discounts(items: list[Json], coupons: list[Record]) -> None:
    """Set what coupons take off each line, one after the other on what the one before has left."""
    for item in items:
        item["amount_discount"] = 0
    for coupon in coupons:
        products = coupon.private["products"]
        lefts = [
            item["amount_subtotal"] - item["amount_discount"]
            if not products or item["price"]["product"] in products
            else 0
            for item in items
        ]
        for item, amount in zip(items, discount.amounts_off(coupon.body, lefts), strict=True):
            item["amount_discount"] += amount


def apply_tax(items: list[Json], country: str | None) -> None:
    """Set tax and total of each line for a customer in `country`; None means no tax."""
    for item in items:
        net = item["amount_subtotal"] - item["amount_discount"]
        taxed = tax.taxed(net, country, item["price"]["tax_behavior"])
        item["amount_tax"], item["amount_total"] = taxed.tax, taxed.total


def _line_item(work: Work, line: Json, path: str, mode: str) -> Json:
    refuse_others(line, {"metadata", "price", "price_data", "quantity"}, path)
    chosen = chosen_price(work, line, path)
    if "quantity" not in line:
        raise missing(f"{path}[quantity]")
    quantity = line["quantity"]
    if not 1 <= quantity <= _MAX_QUANTITY:
        message = f"Invalid integer: {quantity}. This value must be between 1 and {_MAX_QUANTITY}."
        raise invalid(message, param=f"{path}[quantity]", code="parameter_invalid_integer")
    if mode != "subscription" and chosen["recurring"] is not None:
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or "
            "use only one-time prices.",
            param=f"{path}[price]",
        )
    subtotal = _subtotal(chosen, quantity)
    if subtotal > currencies.MAX_AMOUNT_MINOR:
        raise invalid("The amount of the line is too large.", param=path, code="amount_too_large")
    name = work.get("product", chosen["product"]).body["name"]
    return {
        "id": new_id("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": subtotal,
        "amount_tax": 0,
        "amount_total": subtotal,
        "currency": chosen["currency"],
        "description": name,
        "metadata": fields.merged_metadata({}, line.get("metadata")),
        "price": chosen,
        "quantity": quantity,
    }


def chosen_price(work: Work, line: Json, path: str) -> Json:
    """The price of a line or an item: one there is, or one made inline.

    Raises:
        ApiError: none or both given, no such price, or not for sale.
    """
    if ("price" in line) == ("price_data" in line):
        raise invalid(
            f"You must specify either `price` or `price_data` in {path}.", param=path, code="parameter_missing"
        )
    return _listed_price(work, line["price"], path) if "price" in line else _inline_price(work, line, path)


def _listed_price(work: Work, price_id: str, path: str) -> Json:
    found = work.get("price", price_id, param=f"{path}[price]")
    body = found.body
    if found.private.get("inline"):  # made for one session, which now buys it
        return body
    if not body["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param=f"{path}[price]")
    if not work.get("product", body["product"]).body["active"]:
        raise invalid(
            f"Price `{price_id}` is not available to be purchased because its product is not active.",
            param=f"{path}[price]",
        )
    return body


def _inline_price(work: Work, line: Json, path: str) -> Json:
    given = line["price_data"]
    inside = f"{path}[price_data]"
    refuse_others(
        given,
        {"currency", "product", "product_data", "recurring", "tax_behavior", "unit_amount", "unit_amount_decimal"},
        inside,
    )
    if ("product" in given) == ("product_data" in given):
        raise invalid(f"You must specify either `product` or `product_data` in {inside}.", param=inside)
    if "product" in given:
        product_id = work.get("product", given["product"], param=f"{inside}[product]").id
    else:
        refuse_others(
            given["product_data"],
            {"description", "images", "metadata", "name", "tax_code", "unit_label"},
            f"{inside}[product_data]",
        )
        made = product.new_product(work, {**given["product_data"], "active": False})
        product_id = work.add(made).id
    body = price.new_price(work, given, product_id, active=False)
    work.add(body, {"inline": True})
    return body


def _subtotal(chosen: Json, quantity: int) -> int:
    exact = Decimal(chosen["unit_amount_decimal"]) * quantity
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
