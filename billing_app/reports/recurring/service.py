"""Recurring revenue of a period. Each method asks who reads; all amounts are of the one currency asked for."""

from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.errors import Unavailable
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.recurring.views import Distribution, Movements, Recurring


class RecurringReports:
    """MRR, its movements, and what follows from them; read from the journal of subscriptions."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def recurring(self, by: Reader, period: Period, currency: str) -> Recurring:
        """MRR, ARR, churn, NRR, ARPU and LTV at the end of a period, each with what it means or why there is none."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def movements(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> Movements:
        """start + new + expansion + reactivation - contraction - churn = end, for each part of the period."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def distribution(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> Distribution:
        """Customers by plan, now and over time."""
        may_read(by)
        raise Unavailable("Not there yet.")
