"""The overview: six figures, revenue against cost over time, and what needs somebody's attention (AD1, AD4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.reports import attention as attentive
from billing_app.reports.attention import Attention
from billing_app.reports.figures import Figure, major, margin_figure
from billing_app.reports.period import Interval, Period, previous, start_of
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.recurring import RecurringReports
from billing_app.reports.service import Reports
from billing_app.reports.views import Cash, Recognised
from billing_app.usage import CostReads
from billing_app.usage.reading import CostGroup

_OFFERS = ("plan", "pack", "unlock")


@dataclass(frozen=True, slots=True)
class RevenueAndCost:
    """A point of the chart: revenue recognised (minor units), cost of goods (exact major units), and the rest.

    `requests`: calls and vendor's units logged; `unknown`: those of them whose cost is not known and is not in `cost`.
    """

    first: date
    last: date
    revenue_minor: int
    cost: Decimal
    profit: Decimal
    requests: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What a founder sees first.

    Attributes:
        tiles: `mrr`, `cash_in`, `recognised`, `llm_cost`, `margin_percent`, `liability`, in this order; `before` is
            of the period before.
        series: by part of the period, without gaps; before: the same of the period before, if asked.
        attention: the worst first; empty is good news.
    """

    period: Period
    compared: Period | None
    currency: str
    tiles: tuple[Figure, ...]
    series: tuple[RevenueAndCost, ...]
    before: tuple[RevenueAndCost, ...]
    attention: tuple[Attention, ...]
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the tiles of a period are made of."""

    mrr: Figure
    cash: tuple[Cash, ...]
    series: tuple[RevenueAndCost, ...]
    foreign: bool
    liability_minor: int
    liability_at: datetime | None


class OverviewReports:
    """Reads the other reports and puts them side by side."""

    def __init__(self, database: Database, reports: Reports, recurring: RecurringReports, costs: CostReads) -> None:
        self._database = database
        self._reports = reports
        self._recurring = recurring
        self._costs = costs

    async def overview(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.DAY, *, compare: bool = True
    ) -> Overview:
        """All of it, for one currency.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        compared = previous(period) if compare else None
        now = await self._sums(by, period, currency, interval)
        then = await self._sums(by, compared, currency, interval) if compared else None
        return Overview(
            period=period,
            compared=compared,
            currency=currency,
            tiles=_tiles(currency, now, then, clock.wall()),
            series=now.series,
            before=then.series if then else (),
            attention=await self.attention(by, period, currency),
            computed_at=clock.wall(),
        )

    async def revenue_and_cost(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.DAY
    ) -> tuple[tuple[RevenueAndCost, ...], bool]:
        """The chart alone, and whether part of the cost is in another currency, so that no margin can be told.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        return await self._series(by, period, currency, interval)

    async def attention(self, by: Reader, period: Period, currency: str) -> tuple[Attention, ...]:
        """What needs attention now; offers that lose money are those of the period."""
        may_read(by)
        async with self._database.transaction() as session:
            found = await attentive.looked(session)
        margins = await self._reports.margins(by, "item", period, currency, limit=1_000)
        # What is given away earns nothing and is meant to: only what is sold can lose.
        lose = [row for row in margins.rows if row.gross < 0 and row.revenue_minor > 0 and row.kind in _OFFERS]
        return attentive.in_order(found + attentive.losing(len(lose)))

    async def _sums(self, by: Reader, period: Period, currency: str, interval: Interval) -> _Sums:
        series, foreign = await self._series(by, period, currency, interval)
        today = clock.now().date()
        liability = await self._reports.liability(by, period.last if period.last < today else None, currency)
        return _Sums(
            mrr=await self._recurring.mrr(by, period, currency),
            cash=tuple(await self._reports.cash(by, period, currency, Interval.MONTH)),
            series=series,
            foreign=foreign,
            liability_minor=liability.total_minor,
            liability_at=liability.computed_at,
        )

    async def _series(
        self, by: Reader, period: Period, currency: str, interval: Interval
    ) -> tuple[tuple[RevenueAndCost, ...], bool]:
        """The points, and whether something cost money of another currency meanwhile."""
        parts = list(period.parts(interval))
        earned = await self._reports.recognised(by, period, currency, interval)
        spent = await self._costs.by("day", "currency", first=period.first, last=period.last)
        foreign = any(group.key[1] not in ("", currency) and group.cost for group in spent)
        return tuple(_points(parts, interval, earned, spent, currency)), foreign


def _points(
    parts: Iterable[Period], interval: Interval, earned: Iterable[Recognised], spent: Iterable[CostGroup], currency: str
) -> Iterable[RevenueAndCost]:
    revenue: dict[date, int] = {}
    for one in earned:
        start = start_of(one.first, interval)
        revenue[start] = revenue.get(start, 0) + one.total_minor
    costs: dict[date, tuple[Decimal, int, int]] = {}
    for group in spent:
        day, of = group.key
        if of not in ("", currency):
            continue
        start = start_of(day, interval)
        cost, requests, unknown = costs.get(start, (Decimal(0), 0, 0))
        costs[start] = (cost + group.cost, requests + group.calls, unknown + group.unknown)
    for part in parts:
        start = start_of(part.first, interval)
        cost, requests, unknown = costs.get(start, (Decimal(0), 0, 0))
        minor = revenue.get(start, 0)
        yield RevenueAndCost(part.first, part.last, minor, cost, major(minor, currency) - cost, requests, unknown)


def _tiles(currency: str, now: _Sums, then: _Sums | None, at: datetime) -> tuple[Figure, ...]:
    before = _values(currency, then) if then else {}
    value = _values(currency, now)
    payments = sum(one.payments for one in now.cash)
    calls, unknown = sum(one.requests for one in now.series), sum(one.unknown for one in now.series)
    revenue, cost = _totals(now)
    reason = margin_figure(revenue, cost, currency, foreign=now.foreign)[1]
    not_known = f"{unknown:,} calls of unknown cost are not in it." if unknown else ""
    if now.foreign:
        not_known = f"{not_known} What it cost in other currencies is not in it.".strip()
    return (
        Figure("mrr", "MRR", value["mrr"], "minor", currency, now.mrr.definition, now.mrr.sample, at,
               before=before.get("mrr")),
        Figure("cash_in", "Cash in", value["cash_in"], "minor", currency,
               "Payments captured in the period less refunds and disputes made in it, with tax, before fees.",
               payments, at, before=before.get("cash_in")),
        Figure("recognised", "Recognised revenue", value["recognised"], "minor", currency,
               "What was earned in the period, net of tax and discount: credits as they are used or expire, plans "
               "without credits by day, unlocks when they are sold or used. Refunds are taken back.",
               len(now.series), now.liability_at or at, before=before.get("recognised")),
        Figure("llm_cost", "LLM and vendor cost", value["llm_cost"], "cost", currency,
               "What models and vendors cost in the period, each call at the price that held then.",
               calls, at, note=not_known, before=before.get("llm_cost")),
        Figure("margin_percent", "Gross margin", value["margin_percent"], "percent", None,
               "(recognised revenue - LLM and vendor cost) / recognised revenue, before payment fees.",
               calls, at, reason=reason if value["margin_percent"] is None else "", note=not_known,
               before=before.get("margin_percent")),
        Figure("liability", "Credit liability", value["liability"], "minor", currency,
               "What customers have paid for and not had yet at the period's end: credits left at what they cost, plan "
               "time and uses to come. Promotional credits are not in it.",
               1, now.liability_at or at, before=before.get("liability")),
    )  # fmt: skip


def _values(currency: str, sums: _Sums) -> dict[str, int | Decimal | None]:
    revenue, cost = _totals(sums)
    return {
        "mrr": sums.mrr.value,
        "cash_in": sum(one.captured_minor - one.refunded_minor - one.disputed_minor for one in sums.cash),
        "recognised": revenue,
        "llm_cost": cost,
        "margin_percent": margin_figure(revenue, cost, currency, foreign=sums.foreign)[0],
        "liability": sums.liability_minor,
    }


def _totals(sums: _Sums) -> tuple[int, Decimal]:
    return sum(one.revenue_minor for one in sums.series), sum((one.cost for one in sums.series), Decimal(0))
