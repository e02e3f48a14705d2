"""The revenue part: what the overview and the margin page ask, on a ledger of 5,000 customers and 400 days."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from time import perf_counter

from benchmarks.server import Server
from billing_app import clock
from billing_app.catalog.loading import read_source
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports import Interval, Period
from billing_app.reports.overview import OverviewReports
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.service import Reports
from billing_app.reports.views import By

HERE = Path(__file__).parent
MONTH = Period(date(2026, 1, 6), date(2026, 2, 4))
YEAR = Period(date(2025, 2, 5), date(2026, 2, 4))
# By customer in whole months, of which each customer has one row: days around them have one for each customer who
# was active, which more calls make more of.
JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))
TWELVE_MONTHS = Period(date(2025, 2, 1), date(2026, 1, 31))
DIMENSIONS: tuple[By, ...] = ("item", "feature", "model", "day")
CURRENCY = "USD"

Question = Callable[[], Awaitable[object]]


class SalesBench:
    """Sales beside the cost log of the other part."""

    def __init__(self, server: Server, database: Database) -> None:
        self.server = server
        self.catalog = CatalogService(database)
        self.rollup = RevenueRollup(database)
        self.reports = Reports(database, self.catalog)
        self.overview = OverviewReports(database, self.catalog)
        server.run((HERE / "sales.sql").read_text())

    async def fill(self, customers: int) -> str:
        """Sell, and sum it up; in words."""
        await self.catalog.apply(read_source("showcase"))
        ((item,),) = self.server.run("SELECT min(id) FROM catalog_items WHERE kind = 'plan' AND credits > 0")
        self.server.run("SELECT bench_sales(%s, %s)", customers, item)
        began = perf_counter()
        taken = await self.rollup.roll()
        seconds = perf_counter() - began
        self.server.run("VACUUM (ANALYZE)")
        found = await self.reports.roll_forward(None, Period(YEAR.first, clock.now().date()), CURRENCY)
        ((rows,),) = self.server.run("SELECT count(*) FROM revenue_sums")
        return (
            f"revenue: {taken:,} entries, lots, sales and payments rolled in {seconds:.1f} s, {taken / seconds:,.0f} a "
            f"second, into {rows:,} sums; they tie to the ledger: {found.ties}"
        )

    def questions(self) -> dict[str, Question]:
        """Whole pages of the admin's side, as they ask."""
        asked: dict[str, Question] = {
            "overview page: 30 days, compared": lambda: self.overview.overview(None, MONTH, CURRENCY),
            "overview page: 365 days by month": lambda: self.overview.overview(
                None, YEAR, CURRENCY, Interval.MONTH, compare=False
            ),
            "liability, now": lambda: self.reports.liability(None, None, CURRENCY),
            "roll-forward: 12 months": lambda: self.reports.roll_forward(None, YEAR, CURRENCY),
            "cash: 365 days by month": lambda: self.reports.cash(None, YEAR, CURRENCY),
        }
        for dimension in DIMENSIONS:
            asked[f"margin page: 30 days by {dimension}"] = self._margins(dimension, MONTH)
            asked[f"margin page: 365 days by {dimension}"] = self._margins(dimension, YEAR)
        asked["margin page: a month by customer"] = self._margins("customer", JANUARY)
        asked["margin page: 12 months by customer"] = self._margins("customer", TWELVE_MONTHS)
        return asked

    def _margins(self, dimension: By, period: Period) -> Question:
        return lambda: self.reports.margins(None, dimension, period, CURRENCY)
