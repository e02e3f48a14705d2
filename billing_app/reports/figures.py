"""A number with what it means: a value, or the reason why there is none; its definition; what it was made of. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from billing_app.money import exponent

FOREIGN_COST = "Part of its cost is in another currency, which is never converted."
Unit = Literal["minor", "cost", "percent", "count", "credits"]


@dataclass(frozen=True, slots=True)
class Amount:
    """Money of one currency, exactly, in major units: what a cost and a margin are (revenue itself is minor units)."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report.

    Attributes:
        key: its name for programs, such as `gross_margin`; label: for people.
        value: None: it has no meaning here, and `reason` says why (shown as n/a, never as 0).
        unit: `minor` units of `currency` (an int), `cost` in its major units (exact), `percent` (one decimal),
            `count`, `credits`.
        definition: what it is, in a sentence that is shown beside it.
        sample: how many things it was made of: customers, payments, entries, calls.
        computed_at: how fresh it is: when what it was read from was last brought up to date.
        modelled: part of it is modelled, not actual, and `note` says which.
        before: the value of the period it is compared with.
    """

    key: str
    label: str
    value: int | Decimal | None
    unit: Unit
    currency: str | None
    definition: str
    sample: int
    computed_at: datetime | None
    reason: str = ""
    modelled: bool = False
    note: str = ""
    before: int | Decimal | None = None


def major(minor: int, currency: str) -> Decimal:
    """Exact major units of whole minor units."""
    return Decimal(minor).scaleb(-exponent(currency))


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A share in percent with one decimal, half rounded away from zero; None: there is no whole to take it of."""
    if whole == 0:
        return None
    exact = Fraction(part) * 1000 / Fraction(whole)
    tenths = (abs(exact) + Fraction(1, 2)).__floor__()
    return Decimal(tenths if exact >= 0 else -tenths).scaleb(-1)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """A cost as money is shown: to the minor unit. For display; sums are made of exact amounts."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)


def margin_figure(
    revenue_minor: int, cost: Decimal, currency: str, *, foreign: bool = False
) -> tuple[Decimal | None, str]:
    """A margin in percent of revenue, or None and why: nothing was earned, or part of the cost is in other money."""
    if foreign:
        return None, FOREIGN_COST
    if revenue_minor <= 0:
        return None, "Nothing was recognised as revenue, so there is nothing to take a share of."
    revenue = major(revenue_minor, currency)
    return percent(revenue - cost, revenue), ""
