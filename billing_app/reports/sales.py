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
        uses: (day, units) in the order of time; negative: given back.
        prices: (day, minor units) in the order of time: what its price has come to since part of it was given back. A
            lower price is one for all of its days or uses: of those gone, revenue is taken off on that day (by the
            refund itself, which is no movement of a sale); those to come are owed for no more.
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
    prices: tuple[tuple[date, int], ...] = ()
    seen: str = ""

    def runs_after(self, upto: date) -> bool:
        """Whether a later day will bring something that is not known yet."""
        return self.rule == "by_day" and _last_day(self) > upto


def _last_day(sale: Sale) -> date:
    begin, end = _days(sale)
    return max(end - timedelta(days=1), begin, sale.sold_on)


def _days(sale: Sale) -> tuple[date, date]:
    assert sale.starts_on is not None, "days have a begin"
    assert sale.ends_on is not None, "days have an end"
    return sale.starts_on, sale.ends_on


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
            yield from by_day(sale, after=None, upto=upto)


def by_day(sale: Sale, *, after: date | None, upto: date) -> Iterator[tuple[date, Movement, int]]:
    """What days bring, those after `after` up to `upto`. A day before the sale is earned with the sale, not before.

    The parts add up to the amount: after so many of the days floor(price x days / all days) is earned. A day is earned
    at the price with which it began.
    """
    starts_on, ends_on = _days(sale)
    days = max(1, (ends_on - starts_on).days)

    def gone(day: date) -> int:
        return 0 if day < sale.sold_on else max(0, min(days, (day - starts_on).days + 1))

    begin = sale.sold_on if after is None or after < sale.sold_on else after + timedelta(days=1)
    changed = {max(day, sale.sold_on): price for day, price in sale.prices}
    price = next((changed[day] for day in sorted(changed, reverse=True) if day < begin), sale.amount_minor)
    before = gone(begin - timedelta(days=1))
    for number in range((min(upto, _last_day(sale)) - begin).days + 1):
        day = begin + timedelta(days=number)
        now = gone(day)
        if step := price * now // days - price * before // days:
            yield day, Movement.BY_DAY, step
        if day in changed:
            yield day, Movement.REFUNDED, _owed(price, now, days) - _owed(changed[day], now, days)
            price = changed[day]
        before = now


def earned_in_all(sale: Sale, upto: date) -> int:
    """What of a sale is owed no more after a day: earned, or given back."""
    return sum(amount for _, word, amount in movements(sale, upto) if word not in (Movement.SOLD, Movement.CREDITED))


def _owed(price: int, gone: int, of_all: int) -> int:
    """What is owed for the rest, in minor units."""
    return price - price * gone // of_all


def _uses(sale: Sale) -> Iterator[tuple[date, Movement, int]]:
    """Uses and what was given back, in the order of time; of one day the uses first."""
    used, price = 0, sale.amount_minor
    happened = [(day, 0, units) for day, units in sale.uses] + [(day, 1, fallen) for day, fallen in sale.prices]
    for day, is_price, value in sorted(happened, key=lambda one: one[:2]):
        before = _owed(price, used, sale.units)
        if is_price:
            price = value
        else:
            used += value
        yield day, Movement.REFUNDED if is_price else Movement.USED, before - _owed(price, used, sale.units)


def add(sale: Sale, upto: date, sums: Sums, *, sign: Literal[1, -1] = 1) -> None:
    """Add a sale to the sums, or take it out again."""
    _add(sale, movements(sale, upto), sums, sign)


def add_days(sale: Sale, *, after: date, upto: date, sums: Sums) -> None:
    """Add what has come since."""
    _add(sale, by_day(sale, after=after, upto=upto), sums, 1)


def _add(sale: Sale, became: Iterable[tuple[date, Movement, int]], sums: Sums, sign: int) -> None:
    for day, movement, amount in became:
        feature = sale.feature if movement in (Movement.USED, Movement.AT_SALE) else ""
        key = Key(day, sale.currency, sale.item, "", feature, movement)
        sums.add(sale.customer_id, key, sign * amount, events=sign)
