"""The funnel of a period. Asks who reads."""

from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.errors import Unavailable
from billing_app.reports.funnel.views import FunnelReport
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read


class FunnelReports:
    """Steps to a purchase, what came of walls, why people cancel; read from the funnel's events and the ledger."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def funnel(self, by: Reader, period: Period, interval: Interval = Interval.MONTH) -> FunnelReport:
        """The whole of it; `interval` cuts the cancellation reasons."""
        may_read(by)
        raise Unavailable("Not there yet.")
