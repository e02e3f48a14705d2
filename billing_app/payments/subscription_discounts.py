"""What a subscription's price comes to after the discounts that recur, and without tax that is inside it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import stripe


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon given to a subscription: a percentage, or an amount in minor units of a currency.

    `recurs` is False for one that is taken off a single invoice: what comes back every month is dearer than that.
    """

    percent_off: Decimal | None
    amount_off_minor: int | None
    currency: str | None
    recurs: bool
    ends_at: datetime | None

    def counts(self, at: datetime) -> bool:
        """Whether it makes the recurring price lower at that moment."""
        return self.recurs and (self.ends_at is None or at < self.ends_at)


def net_minor(
    amount_minor: int, currency: str, discounts: Sequence[Discount], at: datetime, *, without_tax: Fraction
) -> int:
    """What recurs of a period's price: one discount after the other, as Stripe takes them off, then tax inside it.

    Args:
        amount_minor: the price of a period, in minor units.
        without_tax: the share of it that is not tax; 1 where tax comes on top.
    """
    left = amount_minor
    for one in discounts:
        if not one.counts(at):
            continue
        if one.percent_off is not None:
            off = int((left * one.percent_off / 100).quantize(Decimal(1), ROUND_HALF_UP))
        else:
            off = one.amount_off_minor or 0 if one.currency == currency else 0
        left = max(0, left - off)
    exact = left * without_tax
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def read_discounts(raw: stripe.Subscription) -> tuple[Discount, ...]:
    """From `subscription`, with `discounts.source.coupon` expanded; what was not expanded is left out."""
    found: list[Discount] = []
    for one in raw.discounts or []:
        coupon = one.source.coupon if isinstance(one, stripe.Discount) else None
        if not isinstance(one, stripe.Discount) or not isinstance(coupon, stripe.Coupon):
            continue
        found.append(
            Discount(
                percent_off=None if coupon.percent_off is None else Decimal(str(coupon.percent_off)),
                amount_off_minor=coupon.amount_off,
                currency=coupon.currency.upper() if coupon.currency else None,
                recurs=coupon.duration != "once",
                ends_at=datetime.fromtimestamp(one.end, UTC) if one.end else None,
            )
        )
    return tuple(found)


def share_without_tax(raw: stripe.Subscription) -> Fraction:
    """How much of a price that includes tax is not tax, by the latest invoice; 1 where it is not known yet."""
    invoice = raw.latest_invoice
    items = raw["items"].data
    inside = bool(items) and items[0].price.tax_behavior == "inclusive"
    if not inside or not isinstance(invoice, stripe.Invoice) or invoice.total <= 0:
        return Fraction(1)
    return Fraction(max(0, invoice.total_excluding_tax or invoice.total), invoice.total)
