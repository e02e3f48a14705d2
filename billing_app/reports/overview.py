"""The overview: six figures, revenue against cost over time, and what needs somebody's attention (AD1, AD4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports import attention as attentive
from billing_app.reports import margin_store, overview_store, payment_store, sums_store
from billing_app.reports.attention import Attention
from billing_app.reports.figures import Figure, major, margin_figure
from billing_app.reports.margins import of_items
from billing_app.reports.payment_store import TakenBack
from billing_app.reports.period import Interval, Period, previous, start_of
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.recurring import store as recurring_store
from billing_app.reports.recurring.worth import mrr_figure
from billing_app.reports.revenue import cash_by_part
from billing_app.reports.views import Cash, Margins

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
        margins: of everything sold, the worst first, 1,000 at most.
    """

    period: Period
    compared: Period | None
    currency: str
    tiles: tuple[Figure, ...]
    series: tuple[RevenueAndCost, ...]
    before: tuple[RevenueAndCost, ...]
    attention: tuple[Attention, ...]
    margins: Margins
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the tiles of a period are made of; `back` is what was taken off its revenue."""

    mrr: Figure
    cash: Sequence[Cash]
    series: tuple[RevenueAndCost, ...]
    foreign: bool
    liability_minor: int
    back: Sequence[TakenBack]


class OverviewReports:
    """Reads what the other reports are made of and puts it side by side, each page in one snapshot."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def overview(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.DAY, *, compare: bool = True
    ) -> Overview:
        """All of it, for one currency.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        compared = previous(period) if compare else None
        async with sums_store.one_snapshot(self._database) as session:
            rolled_at = await sums_store.rolled_at(session)
            now = await _sums(session, period, currency, interval)
            then = await _sums(session, compared, currency, interval) if compared else None
            margins = await self._margins(session, period, currency, now.back, rolled_at)
            found = await attentive.looked(session)
        return Overview(
            period=period,
            compared=compared,
            currency=currency,
            tiles=_tiles(currency, now, then, clock.wall(), rolled_at),
            series=now.series,
            before=then.series if then else (),
            attention=_with_losing(found, margins),
            margins=margins,
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
        async with sums_store.one_snapshot(self._database) as session:
            back = await payment_store.taken_back(session, period, currency)
            return await _series(session, period, currency, interval, back)

    async def attention(self, by: Reader, period: Period, currency: str) -> tuple[Attention, ...]:
        """What needs attention now; offers that lose money are those of the period."""
        may_read(by)
        async with sums_store.one_snapshot(self._database) as session:
            rolled_at = await sums_store.rolled_at(session)
            back = await payment_store.taken_back(session, period, currency)
            margins = await self._margins(session, period, currency, back, rolled_at)
            return _with_losing(await attentive.looked(session), margins)

    async def _margins(
        self,
        session: AsyncSession,
        period: Period,
        currency: str,
        back: Iterable[TakenBack],
        rolled_at: datetime | None,
    ) -> Margins:
        catalog = (await self._catalog.published(session=session)).catalog
        return await of_items(session, catalog, period, currency, back, rolled_at)


def _with_losing(found: list[Attention], margins: Margins) -> tuple[Attention, ...]:
    # What is given away earns nothing and is meant to: only what is sold can lose.
    lose = [row for row in margins.rows if row.gross < 0 and row.revenue_minor > 0 and row.kind in _OFFERS]
    return attentive.in_order(found + attentive.losing(len(lose)))


async def _sums(session: AsyncSession, period: Period, currency: str, interval: Interval) -> _Sums:
    back = await payment_store.taken_back(session, period, currency)
    series, foreign = await _series(session, period, currency, interval, back)
    mrr_minor, paying = await recurring_store.at_end(session, period, currency)
    return _Sums(
        mrr=mrr_figure(mrr_minor, paying, currency, clock.wall()),
        cash=await cash_by_part(session, period, currency, Interval.MONTH),
        series=series,
        foreign=foreign,
        liability_minor=await overview_store.owed(session, period.last, currency),
        back=back,
    )


async def _series(
    session: AsyncSession, period: Period, currency: str, interval: Interval, back: Iterable[TakenBack]
) -> tuple[tuple[RevenueAndCost, ...], bool]:
    """The points, and whether something cost money of another currency meanwhile."""
    parts = list(period.parts(interval))
    revenue: dict[date, int] = {}
    for row in await margin_store.revenue_by_day(session, period, currency):
        _add(revenue, start_of(row.day, interval), row.net)
    for one in back:
        _add(revenue, start_of(one.day, interval), -one.net_minor)
    spent = await overview_store.spent(session, period, currency)
    return tuple(_points(parts, interval, revenue, spent, currency)), any(row.foreign for row in spent)


def _add(to: dict[date, int], start: date, amount: int) -> None:
    to[start] = to.get(start, 0) + amount


def _points(
    parts: Iterable[Period], interval: Interval, revenue: dict[date, int], spent: Iterable[Any], currency: str
) -> Iterable[RevenueAndCost]:
    costs: dict[date, tuple[Decimal, int, int]] = {}
    for row in spent:
        start = start_of(row.day, interval)
        cost, requests, unknown = costs.get(start, (Decimal(0), 0, 0))
        costs[start] = (cost + row.cost, requests + row.requests, unknown + row.unknown)
    for part in parts:
        start = start_of(part.first, interval)
        cost, requests, unknown = costs.get(start, (Decimal(0), 0, 0))
        minor = revenue.get(start, 0)
        yield RevenueAndCost(part.first, part.last, minor, cost, major(minor, currency) - cost, requests, unknown)


def _tiles(
    currency: str, now: _Sums, then: _Sums | None, at: datetime, rolled_at: datetime | None
) -> tuple[Figure, ...]:
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
               "Payments captured in the period less what refunds and disputes took in it, with tax, before fees. What "
               "comes back of those counts when it does.",
               payments, at, before=before.get("cash_in")),
        Figure("recognised", "Recognised revenue", value["recognised"], "minor", currency,
               "What was earned in the period, net of tax and discount: credits as they are used or expire, plans "
               "without credits by day, unlocks when they are sold or used. Refunds are taken back.",
               len(now.series), rolled_at or at, before=before.get("recognised")),
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
               1, rolled_at or at, before=before.get("liability")),
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
