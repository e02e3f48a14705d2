"""How much each feature was used: credits it took, paid and given ones alike (C8), and uses that allowances counted."""

from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.reports.attributing import Tally, margin_of
from billing_app.reports.period import Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.views import Margin

MAX_FEATURES = 1_000
# Whatever they were paid with, and in whatever currency: credits are counted, not valued.
_CREDITS = text(
    "SELECT feature, sum(credits)::bigint AS credits FROM revenue_sums "
    "WHERE day BETWEEN :first AND :last AND movement = 'used' AND lot_kind <> '' AND feature <> '' "
    "GROUP BY feature ORDER BY feature LIMIT :most"
)
# A small index over blocks finds the days: uses are written in the order of time.
_COUNTED = text(
    "SELECT feature, sum(units)::bigint AS counts FROM quota_uses "
    "WHERE used_at >= :begins AND used_at < :ends AND given_back_at IS NULL "
    "GROUP BY feature ORDER BY feature LIMIT :most"
)


class FeatureUse:
    """Reads the sums and the uses that were counted; asks who reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def credits(self, by: Reader, period: Period) -> dict[str, int]:
        """Credits taken by each feature in these days, less those given back after a failure; 1,000 features at most.

        Raises:
            NotPermitted, WrongScope: no staff, or a key of another scope.
        """
        may_read(by)
        values = {"first": period.first, "last": period.last, "most": MAX_FEATURES}
        async with self._database.transaction() as session:
            return {row.feature: row.credits for row in await session.execute(_CREDITS, values)}

    async def counted(self, by: Reader, period: Period) -> dict[str, int]:
        """Uses of each feature that an allowance counted in these days, in its counts (seconds of minutes), without
        those given back; 1,000 features at most.

        Raises:
            NotPermitted, WrongScope: no staff, or a key of another scope.
        """
        may_read(by)
        values = {"begins": period.begins_at, "ends": period.ends_at, "most": MAX_FEATURES}
        async with self._database.transaction() as session:
            return {row.feature: row.counts for row in await session.execute(_COUNTED, values)}


def without_money(code: str, name: str, currency: str) -> Margin:
    """The row of a feature that was used, and neither earned nor cost anything."""
    return margin_of("feature", code, Tally(fees_minor=None, name=name), currency)
