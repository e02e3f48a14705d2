"""The reports of the business. Each method asks who reads, reads sums only, and answers plain values."""

from datetime import date

from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.errors import Unavailable
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.views import (
    Ageing,
    Booked,
    By,
    Cash,
    CustomerMargin,
    Liability,
    Margins,
    Recognised,
    RollForward,
)


class Reports:
    """Revenue, liability and margin. All amounts are of the one currency asked for; nothing is ever converted."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def currencies(self, by: Reader, period: Period | None = None) -> list[str]:
        """Currencies in which anything was sold, earned or paid (in the period, or ever), the catalogue's own first."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def bookings(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> list[Booked]:
        """What was sold, by part of the period and item."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def cash(self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH) -> list[Cash]:
        """What came in and went out, by part of the period."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def recognised(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> list[Recognised]:
        """What was earned, by part of the period and item."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def liability(self, by: Reader, at: date | None, currency: str) -> Liability:
        """What is owed at the end of a day; None: now."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def roll_forward(self, by: Reader, period: Period, currency: str) -> RollForward:
        """The liability month by month, and whether it ties to the ledger."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def ageing(self, by: Reader, currency: str) -> list[Ageing]:
        """Credits left now by the month in which they expire, soonest first, those that never do last."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def margins(self, by: Reader, dimension: By, period: Period, currency: str, *, limit: int = 100) -> Margins:
        """Margins by a dimension, negative ones first; 1,000 rows at most."""
        may_read(by)
        raise Unavailable("Not there yet.")

    async def margin_of_customer(
        self,
        by: Reader,
        customer_id: int,
        period: Period,
        currency: str,
        *,
        before: int | None = None,
        limit: int = 50,
    ) -> CustomerMargin:
        """A customer's margin, entry by entry: from each entry to its lots, to what was paid for them, to its calls."""
        may_read(by)
        raise Unavailable("Not there yet.")
