"""The margin to expect at list price beside the actual one, and how cost is spread over customers (rows A3, AD3)."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.margin import ExpectedMargin
from billing_app.catalog.service import CatalogService
from billing_app.errors import Unavailable
from billing_app.reports.figures import Figure
from billing_app.reports.period import Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.service import Reports
from billing_app.reports.views import Margin
from billing_app.usage import CostReads


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
    """How cost is spread over customers who had any: `p50`, `p90`, `p99`, `top_decile_share`, `customers`, `cost`."""

    currency: str
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
        may_read(by)
        raise Unavailable("Not there yet.")

    async def spread(self, by: Reader, period: Period, currency: str) -> Spread:
        """Percentiles of a customer's cost in the period, no interpolation, and the share of the dearest tenth."""
        may_read(by)
        raise Unavailable("Not there yet.")
