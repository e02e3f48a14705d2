"""How many credits each feature took, paid and given ones alike, from the sums of revenue (C8)."""

from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.reports.period import Period
from billing_app.reports.reader import Reader, may_read

MAX_FEATURES = 1_000
# Whatever they were paid with, and in whatever currency: credits are counted, not valued.
_CREDITS = text(
    "SELECT feature, sum(credits)::bigint AS credits FROM revenue_sums "
    "WHERE day BETWEEN :first AND :last AND movement = 'used' AND lot_kind <> '' AND feature <> '' "
    "GROUP BY feature ORDER BY feature LIMIT :most"
)


class FeatureUse:
    """Reads the sums; asks who reads."""

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
