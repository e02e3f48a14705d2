"""Figures worked out from prices: per credit, per unit, what a bigger pack or a year saves. Pure and exact."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing_app.catalog.schema import Catalog, Noun, Pack, Period, Plan, PlanPrice
from billing_app.money import Money, divided, shown_unit_price

MONTHS = {Period.MONTH: 1, Period.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Quoted:
    """What unit prices are quoted in: `session` at 1 credit, or the credit itself."""

    noun: Noun
    credits: int


def quoted_in(catalog: Catalog) -> Quoted:
    """The unit the pricing page counts in (`pricing.price_per`); credits where the catalogue names none."""
    rate = catalog.rate(catalog.pricing.price_per) if catalog.pricing.price_per else None
    feature = catalog.feature(rate.feature) if rate else None
    if rate and feature and feature.unit:
        return Quoted(feature.unit, rate.credits)
    return Quoted(catalog.brand.credit, 1)


def price_of_credits(price: Money, credits_bought: int, credits_used: int = 1) -> Decimal:
    """What `credits_used` of the credits bought for `price` cost, in major units."""
    return divided(price, credits_bought) * credits_used


def shown_price_of(price: Money, credits_bought: int, quoted: Quoted) -> str:
    """`$0.40 per session` (row A1)."""
    amount = price_of_credits(price, credits_bought, quoted.credits)
    return f"{shown_unit_price(amount, price.currency)} per {quoted.noun.one}"


def smallest(packs: Iterable[Pack]) -> Pack | None:
    """The pack with the fewest credits, which the others are compared with."""
    return min(packs, key=lambda pack: (pack.credits, pack.price.minor), default=None)


def pack_saving_percent(pack: Pack, than: Pack) -> int:
    """How much less a credit costs than in another pack, in whole percent, rounded down; never below 0."""
    return _saving_percent(Fraction(pack.price.minor, pack.credits), Fraction(than.price.minor, than.credits))


def yearly_saving_percent(plan: Plan) -> int:
    """What a year costs less than twelve months, in whole percent, rounded down (row C1); 0 without both prices."""
    month, year = plan.price(Period.MONTH), plan.price(Period.YEAR)
    if month is None or year is None:
        return 0
    return _saving_percent(Fraction(year.amount.minor), Fraction(12 * month.amount.minor))


def credits_in_period(plan: Plan, price: PlanPrice) -> int:
    """Credits that one payment brings: each month's, times its months."""
    return plan.credits_per_month * MONTHS[price.period]


def per_month(price: PlanPrice) -> Decimal:
    """The price of one month, in major units."""
    return divided(price.amount, MONTHS[price.period])


def _saving_percent(price: Fraction, than: Fraction) -> int:
    if than <= 0 or price >= than:
        return 0
    return int((than - price) * 100 / than)  # int() cuts off, which rounds a positive share down
