"""The overview: six figures, revenue against cost over time, and what needs somebody's attention (AD1, AD4)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from billing_app.db.engine import Database
from billing_app.errors import Unavailable
from billing_app.reports.figures import Figure
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.recurring import RecurringReports
from billing_app.reports.service import Reports
from billing_app.usage import CostReads


@dataclass(frozen=True, slots=True)
class RevenueAndCost:
    """A point of the chart: revenue recognised (minor units), cost of goods (exact major units), and the rest.

    `requests`: calls and vendor's units logged; `unknown`: those of them whose cost is not known.
    """

    first: date
    last: date
    revenue_minor: int
    cost: Decimal
    profit: Decimal
    requests: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that somebody should look at. `href`: the page where; `count`: how many (bounded, see `more`)."""

    key: str
    level: Literal["bad", "warn"]
    count: int
    words: str
    href: str
    more: bool = False


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
        """All of it, for one currency."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def revenue_and_cost(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.DAY
    ) -> tuple[RevenueAndCost, ...]:
        """The chart alone."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def attention(self, by: Reader) -> tuple[Attention, ...]:
        """What needs attention, whatever period is looked at."""
        may_read(by)
        raise Unavailable("Not there yet.")
