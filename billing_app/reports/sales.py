"""What is earned without credits: days of a plan, an unlock at its sale or by use. Exact, to the minor unit. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing_app.reports.lots import Key, Sums
from billing_app.reports.movements import Item, Movement

Rule = Literal["by_day", "at_sale", "per_use", "credited"]


@dataclass(frozen=True, slots=True)
class Sale:
    """One thing that was sold; see `RevenueSale`. `amount_minor` below zero: days that were credited.

    Attributes:
        ended_on: its refund was complete then; what was not used is no revenue.
        uses: (day, units) in the order of time; negative: given back.
    """

    source: str
    customer_id: int
    rule: Rule
    item: Item
    feature: str
    currency: str
    amount_minor: int
    sold_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    units: int = 0
    uses: tuple[tuple[date, int], ...] = ()
    ended_on: date | None = None
    seen: str = ""

    def runs_after(self, upto: date) -> bool:
        """Whether a later day will bring something that is not known yet."""
        return self.rule == "by_day" and _last_day(self) > upto


def _last_day(sale: Sale) -> date:
    assert sale.starts_on is not None, "days have a begin"
    assert sale.ends_on is not None, "days have an end"
    return max(sale.ends_on - timedelta(days=1), sale.starts_on, sale.sold_on)


def movements(sale: Sale, upto: date) -> Iterator[tuple[date, Movement, int]]:
    """Everything that became of a sale up to and including a day: (day, movement, minor units)."""
    match sale.rule:
        case "credited":
            yield sale.sold_on, Movement.CREDITED, sale.amount_minor
        case "at_sale":
            yield sale.sold_on, Movement.SOLD, sale.amount_minor
            yield sale.sold_on, Movement.AT_SALE, sale.amount_minor
        case "per_use":
            yield sale.sold_on, Movement.SOLD, sale.amount_minor
            yield from _uses(sale)
        case "by_day":
            yield sale.sold_on, Movement.SOLD, sale.amount_minor
            yield from earned_days(sale, after=None, upto=upto)


def earned_days(sale: Sale, *, after: date | None, upto: date) -> Iterator[tuple[date, Movement, int]]:
    """What days bring, those after `after` up to `upto`. A day before the sale is earned with the sale, not before.

    The parts add up to the amount: after so many of the days floor(amount x days / all days) is earned.
    """
    assert sale.starts_on is not None, "days have a begin"
    assert sale.ends_on is not None, "days have an end"
    days = max(1, (sale.ends_on - sale.starts_on).days)
    begin = 0
    if after is not None and after >= sale.sold_on:
        begin = max(0, min(days, (after - sale.starts_on).days + 1))
    if upto < sale.sold_on:
        return
    for number in range(begin, min(days, (upto - sale.starts_on).days + 1)):
        step = sale.amount_minor * (number + 1) // days - sale.amount_minor * number // days
        if step:
            yield max(sale.sold_on, sale.starts_on + timedelta(days=number)), Movement.BY_DAY, step


def earned_in_all(sale: Sale, upto: date) -> int:
    """What of a sale is owed no more after a day: earned, or refunded."""
    return sum(amount for _, word, amount in movements(sale, upto) if word not in (Movement.SOLD, Movement.CREDITED))


def _uses(sale: Sale) -> Iterator[tuple[date, Movement, int]]:
    used = 0
    for day, units in sale.uses:
        before = sale.amount_minor * used // sale.units
        used += units
        yield day, Movement.USED, sale.amount_minor * used // sale.units - before
    if sale.ended_on is not None:
        yield sale.ended_on, Movement.REFUNDED, sale.amount_minor - sale.amount_minor * used // sale.units


def add(sale: Sale, upto: date, sums: Sums, *, sign: Literal[1, -1] = 1) -> None:
    """Add a sale to the sums, or take it out again."""
    _add(sale, movements(sale, upto), sums, sign)


def add_days(sale: Sale, *, after: date, upto: date, sums: Sums) -> None:
    """Add what has come since."""
    _add(sale, earned_days(sale, after=after, upto=upto), sums, 1)


def _add(sale: Sale, became: Iterable[tuple[date, Movement, int]], sums: Sums, sign: int) -> None:
    for day, movement, amount in became:
        feature = sale.feature if movement in (Movement.USED, Movement.AT_SALE) else ""
        key = Key(day, sale.currency, sale.item, "", feature, movement)
        sums.add(sale.customer_id, key, sign * amount, events=sign)
