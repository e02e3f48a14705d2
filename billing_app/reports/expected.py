"""The margin to expect at list price beside the actual one, and how cost is spread over customers (rows A3, AD3)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing_app import clock
from billing_app.catalog.margin import ExpectedMargin, expected_margins
from billing_app.catalog.service import CatalogService
from billing_app.reports.figures import Figure, Unit, percent
from billing_app.reports.period import Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.service import Reports
from billing_app.reports.views import Margin, Margins
from billing_app.usage import CostReads

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Beside:
    """One offer: what it should earn when everything bought is used at its dearest, and what it did earn.

    `actual` is of all of a plan's prices together, since credits do not know by which period they were bought; None:
    nothing of it was earned in the period.
    """

    expected: ExpectedMargin
    actual: Margin | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How cost is spread over customers who had any: `p50`, `p90`, `p99`, `top_decile_share`, `cost`."""

    currency: str
    customers: int
    figures: tuple[Figure, ...]
    computed_at: datetime | None


class ExpectedReports:
    """Expected beside actual."""

    def __init__(self, catalog: CatalogService, reports: Reports, costs: CostReads) -> None:
        self._catalog = catalog
        self._reports = reports
        self._costs = costs

    async def expected_margins(self, by: Reader, period: Period, currency: str) -> tuple[Beside, ...]:
        """Everything on the price list, in its order. `currency`: of the actual ones."""
        return await self.beside(by, await self._reports.margins(by, "item", period, currency, limit=MOST))

    async def beside(self, by: Reader, margins: Margins) -> tuple[Beside, ...]:
        """The same beside margins by item that were read already."""
        may_read(by)
        expected = expected_margins(await self._catalog.current())
        actual = {(row.kind, row.key): row for row in margins.rows}
        return tuple(Beside(one, actual.get((one.kind, one.code))) for one in expected)

    async def spread(self, by: Reader, period: Period, currency: str) -> Spread:
        """Percentiles of a customer's cost in the period, no interpolation, and the share of the dearest tenth."""
        may_read(by)
        found = await self._costs.spread(first=period.first, last=period.last, currency=currency)
        nobody = "No customer had any cost in this period." if not found.customers else ""
        at = clock.wall()

        def figure(key: str, label: str, value: Decimal | None, unit: Unit, words: str) -> Figure:
            of = currency if unit == "cost" else None
            return Figure(key, label, value, unit, of, words, found.customers, at, nobody if value is None else "")

        def half(share: str) -> str:
            return f"{share} of the customers with any cost cost this or less in the period."

        top = percent(found.top_decile, found.cost) if found.customers else None
        figures = (
            figure("p50", "Median customer", found.p50, "cost", half("Half")),
            figure("p90", "90th percentile", found.p90, "cost", half("Nine in ten")),
            figure("p99", "99th percentile", found.p99, "cost", half("99 in 100")),
            figure("top_decile_share", "Share of the dearest tenth", top, "percent", "Of all cost of customers."),
            figure("cost", "Cost of all customers", found.cost, "cost", "What they cost together in the period."),
        )
        return Spread(currency, found.customers, figures, at)
