"""Lines of an invoice: what is charged or given back, for which period, with discounts and tax."""

from decimal import Decimal

from billing_app.sandbox import tax
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.resources import discount
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work


def new_line(
    *,
    amount_minor: int,
    currency: str,
    description: str,
    period: tuple[int, int],
    parent: Json | None,
    price: Json | None = None,
    quantity: int | None = 1,
    subscription: str | None = None,
    discountable: bool = True,
    metadata: Json | None = None,
) -> Json:
    """A line, not yet discounted nor taxed; `amount_minor` is negative for a credit."""
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": amount_minor,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": discountable,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(metadata or {}),
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": None if price is None else pricing(price),
        "quantity": quantity,
        "subscription": subscription,
        "subtotal": amount_minor,
        "taxes": [],
    }


def pricing(price: Json) -> Json:
    """How a line or an invoice item names its price."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def of_subscription(
    subscription: str, item: str, *, invoice_item: str | None = None, credited: Json | None = None
) -> Json:
    """`parent` of a line that a subscription's item caused; with `invoice_item` it is a proration."""
    return {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": invoice_item,
            "proration": invoice_item is not None,
            "proration_details": {"credited_items": credited} if invoice_item else None,
            "subscription": subscription,
            "subscription_item": item,
        },
        "type": "subscription_item_details",
    }


def of_invoice_item(invoice_item: str, subscription: str | None = None) -> Json:
    """`parent` of a line that an invoice item caused."""
    return {
        "invoice_item_details": {
            "invoice_item": invoice_item,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": subscription,
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }


def price_out(work: Work, lines: list[Json], discounts: list[str], country: str | None, *, taxing: bool) -> None:
    """Set discounts and taxes of all lines: tax is on what the discounts have left."""
    discount.apply(work, lines, discounts)
    for line in lines:
        line["taxes"] = [_tax(work, line, country)] if taxing and country else []


def net(line: Json) -> int:
    """The line after discounts, with inclusive tax inside, in minor units."""
    return line["amount"] - sum(taken["amount"] for taken in line["discount_amounts"])


def tax_of(lines: list[Json], behavior: str) -> int:
    """Tax of all lines whose price has that tax behaviour."""
    return sum(one["amount"] for line in lines for one in line["taxes"] if one["tax_behavior"] == behavior)


def _tax(work: Work, line: Json, country: str | None) -> Json:
    behavior = _behavior(work, line)
    amount = net(line)
    taxed = tax.taxed(amount, country, behavior)
    rate = tax.RATES_PER_MILLE.get(country or "", 0)
    return {
        "amount": taxed.tax,
        "tax_behavior": behavior,
        "tax_rate_details": {"tax_rate": f"txr_sandbox_{str(country).lower()}_{behavior}"},
        "taxability_reason": "standard_rated" if rate else "not_collecting",
        "taxable_amount": taxed.total - taxed.tax,
        "type": "tax_rate_details",
    }


def _behavior(work: Work, line: Json) -> str:
    """Unspecified counts as exclusive, as where Stripe Tax's default is exclusive."""
    if line["pricing"] is None:
        return "exclusive"
    price = work.get("price", line["pricing"]["price_details"]["price"]).body
    return "inclusive" if price["tax_behavior"] == "inclusive" else "exclusive"


def subtotal(price: Json, quantity: int) -> int:
    """A price times a quantity, in minor units, half up."""
    return int((Decimal(price["unit_amount_decimal"]) * quantity + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))
