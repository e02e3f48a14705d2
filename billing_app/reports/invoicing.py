"""What of a paid invoice does not sit on credits: days of plans without them, and time that was credited. Pure.

Every invoice is recognised to the cent: what its lines charge is the price of its lots, or is earned by day, or was
credited. So bookings are the sum of the lines, whatever an invoice was for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from billing_app.reports.movements import Item
from billing_app.reports.sales import Sale

UNKNOWN = Item("other", "", "Invoices outside the price list")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paid invoice, net of tax and discount. `of_credits`: what it pays for comes as credits."""

    id: str
    item: Item
    of_credits: bool
    net_minor: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice that is paid.

    Attributes:
        lots_minor: the price of the lots it made.
        total_minor: with tax; given_back: (day, minor units of it that were given back in all), in the order of time.
    """

    id: str
    customer_id: int
    currency: str
    paid_on: date
    lots_minor: int
    lines: tuple[Line, ...]
    total_minor: int = 0
    given_back: tuple[tuple[date, int], ...] = ()


def sales_of(invoice: PaidInvoice) -> list[Sale]:
    """What it sold, or credited, besides its lots."""
    made = [_by_day(invoice, line, line.net_minor) for line in invoice.lines if not line.of_credits and line.net_minor]
    charged = [line for line in invoice.lines if line.of_credits]
    rest = sum(line.net_minor for line in charged) - invoice.lots_minor
    if rest > 0:
        # Credits that were spent before they were paid for have no lot: their time is what is left to go by.
        line = max(charged, key=lambda one: one.net_minor, default=None)
        made.append(_by_day(invoice, line, rest, part="rest") if line else _at_once(invoice, UNKNOWN, rest))
    elif rest < 0:
        line = min(charged, key=lambda one: one.net_minor, default=None)
        made.append(_at_once(invoice, line.item if line else UNKNOWN, rest))
    return made


def _by_day(invoice: PaidInvoice, line: Line, amount_minor: int, part: str = "") -> Sale:
    return Sale(
        source=f"{invoice.id}:{line.id}{part and ':'}{part}",
        customer_id=invoice.customer_id,
        rule="by_day",
        item=line.item,
        feature="",
        currency=invoice.currency,
        amount_minor=amount_minor,
        sold_on=invoice.paid_on,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        prices=prices_after(amount_minor, invoice.given_back, invoice.total_minor),
    )


def prices_after(
    amount_minor: int, given_back: Iterable[tuple[date, int]], total_minor: int
) -> tuple[tuple[date, int], ...]:
    """What a part of a sale comes to cost as part of all of it is given back: the same share of every part."""
    return tuple((day, amount_minor - amount_minor * back // total_minor) for day, back in given_back if total_minor)


def _at_once(invoice: PaidInvoice, item: Item, amount_minor: int) -> Sale:
    return Sale(
        source=f"{invoice.id}:credited",
        customer_id=invoice.customer_id,
        rule="credited",
        item=item,
        feature="",
        currency=invoice.currency,
        amount_minor=-amount_minor,
        sold_on=invoice.paid_on,
    )


def lines_of(
    told: Iterable[Mapping[str, object]], items: Mapping[int, tuple[Item, int]], with_windows: frozenset[str]
) -> tuple[Line, ...]:
    """Lines as an invoice keeps them. `items`: each item with its credits; `with_windows`: lines that made windows."""
    lines: list[Line] = []
    for one in told:
        item_id, line_id = one["item_id"], str(one["id"])
        item, credits = items.get(item_id, (UNKNOWN, 0)) if isinstance(item_id, int) else (UNKNOWN, 0)
        net = one["net_minor"]
        assert isinstance(net, int), "amounts are whole minor units"
        starts, ends = (date.fromisoformat(str(one[name])[:10]) for name in ("period_start", "period_end"))
        lines.append(Line(line_id, item, credits > 0 or line_id in with_windows, net, starts, ends))
    return tuple(lines)
