"""The funnel of a period. Asks who reads."""

from collections.abc import Iterable, Sequence
from datetime import date

from billing_app import clock
from billing_app.catalog.schema import Catalog
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports.figures import percent
from billing_app.reports.funnel import store
from billing_app.reports.funnel.views import FunnelReport, Reason, Step, Wall
from billing_app.reports.period import Interval, Period, start_of
from billing_app.reports.reader import Reader, may_read

REASON_WORDS = {
    "too_expensive": "Too expensive",
    "unused": "Not used enough",
    "missing_features": "Something is missing",
    "switched_service": "Uses something else",
    "low_quality": "Quality",
    "too_complex": "Too complicated",
    "customer_service": "Support did not help",
    "other": "Another reason",
    "": "No reason given",
}


class FunnelReports:
    """Steps to a purchase, what came of walls, why people cancel; read from the funnel's events and the ledger."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def funnel(self, by: Reader, period: Period, interval: Interval = Interval.MONTH) -> FunnelReport:
        """The whole of it; `interval` cuts the cancellation reasons.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        starts = tuple(period.starts(interval))
        catalog = await self._catalog.current()
        async with self._database.transaction() as session:
            bought = await store.purchases(session, period)
            opened_elsewhere, paid_elsewhere = await store.elsewhere(session, period)
            walls = await store.walls(session, period)
            reasons = await store.reasons(session, period)
            kept, at_once, late = await store.endings(session, period)
        return FunnelReport(
            purchases=_steps(
                ("pricing_seen", "Saw the prices", bought["seen"]),
                ("checkout_opened", "Opened the payment page", bought["opened"]),
                ("paid", "Paid", bought["paid"]),
                ("first_use", "Used what they bought", bought["used"]),
            ),
            opened_elsewhere=opened_elsewhere,
            paid_elsewhere=paid_elsewhere,
            walls=_of_walls(walls),
            by_feature=tuple(_wall(row, catalog) for row in walls if not row.whole),
            reasons=_in_parts(reasons, interval),
            parts=starts,
            kept=kept,
            at_once=at_once,
            late=late,
            computed_at=clock.wall(),
        )


def _of_walls(rows: Sequence[store.Row]) -> tuple[Step, ...]:
    whole = next((row for row in rows if row.whole), None)
    counts = (whole.shown, whole.clicked, whole.opened, whole.paid, whole.resumed) if whole else (0,) * 5
    keys = ("wall_shown", "cta_clicked", "checkout_opened", "paid", "resumed")
    labels = ("Saw a wall", "Took a way on", "Opened the payment page", "Paid", "Went on where they were")
    return _steps(*zip(keys, labels, counts, strict=True))


def _steps(*steps: tuple[str, str, int]) -> tuple[Step, ...]:
    made: list[Step] = []
    for number, (key, label, people) in enumerate(steps):
        before = steps[number - 1][2] if number else 0
        made.append(Step(key, label, people, percent(people, steps[0][2]), percent(people, before) if number else None))
    return tuple(made)


def _wall(row: store.Row, catalog: Catalog) -> Wall:
    feature = catalog.feature(row.feature)
    name = feature.name if feature else row.feature
    return Wall(row.feature, name, row.basis or "", row.shown, row.clicked, row.opened, row.paid, row.resumed)


def _in_parts(found: Iterable[tuple[date, str, int]], interval: Interval) -> tuple[Reason, ...]:
    sums: dict[tuple[date, str], int] = {}
    for day, reason, count in found:
        key = (start_of(day, interval), reason)
        sums[key] = sums.get(key, 0) + count
    return tuple(
        Reason(first, reason, REASON_WORDS.get(reason, reason.replace("_", " ")), count)
        for (first, reason), count in sorted(sums.items())
    )
