"""Every SQL statement of the funnel: who took which step first, and who of them went on from there."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.reports.period import Period

MAX_FEATURES = 200
Row = Any
"""A line of an answer, by the names of its columns."""

# Somebody who looked before signing in, and again after that in the same tab, is one person.
_SEEN = """
    looks AS (SELECT visitor, customer_id, at FROM funnel_events
        WHERE name = 'pricing_seen' AND at >= :begins_at AND at < :ends_at),
    known AS (SELECT visitor, min(customer_id) AS customer_id FROM looks
        WHERE visitor IS NOT NULL AND customer_id IS NOT NULL GROUP BY visitor),
    seen AS (SELECT coalesce(l.customer_id, k.customer_id) AS customer_id,
        CASE WHEN coalesce(l.customer_id, k.customer_id) IS NULL THEN l.visitor END AS stranger, min(l.at) AS at
        FROM looks l LEFT JOIN known k USING (visitor) GROUP BY 1, 2)"""


def _first_after(names: str, begin: str, also: str = "") -> str:
    """The first event of a customer with one of these names, not before the step `begin`."""
    return (
        f"LEFT JOIN LATERAL (SELECT min(e.at) AS at FROM funnel_events e WHERE e.customer_id = s.customer_id "  # noqa: S608
        f"AND e.at >= {begin} AND e.name IN ({names}) {also})"
    )


_NO_TRIAL = "AND coalesce(e.data ->> 'trial', 'false') <> 'true'"
_USED = """(EXISTS (SELECT FROM credit_entries u WHERE u.customer_id = s.customer_id AND u.kind = 'consume'
        AND u.at >= p.at) OR EXISTS (SELECT FROM quota_uses u WHERE u.customer_id = s.customer_id AND u.used_at >= p.at)
        OR EXISTS (SELECT FROM unlock_uses u WHERE u.customer_id = s.customer_id AND u.used_at >= p.at))"""
_PURCHASES = text(
    f"""WITH {_SEEN}
    SELECT count(*) AS seen, count(o.at) AS opened, count(p.at) AS paid,
        count(*) FILTER (WHERE p.at IS NOT NULL AND {_USED}) AS used
    FROM seen s {_first_after("'checkout_opened'", "s.at")} o ON true
    {_first_after("'granted'", "o.at", _NO_TRIAL)} p ON true"""  # noqa: S608
)
_ELSEWHERE = text(
    f"""WITH {_SEEN}
    SELECT count(DISTINCT e.customer_id) FILTER (WHERE e.name = 'checkout_opened') AS opened,
        count(DISTINCT e.customer_id) FILTER (WHERE e.name = 'granted' {_NO_TRIAL}) AS paid
    FROM funnel_events e WHERE e.name IN ('checkout_opened', 'granted') AND e.at >= :begins_at AND e.at < :ends_at
        AND NOT EXISTS (SELECT FROM seen s WHERE s.customer_id = e.customer_id AND s.at <= e.at)"""  # noqa: S608
)
# A plan that is switched to from a wall needs no payment page: it is opened and paid in one.
_WALLS = text(
    f"""WITH s AS (SELECT customer_id, coalesce(data ->> 'feature', '') AS feature,
        min(data ->> 'basis') AS basis, min(at) AS at FROM funnel_events
        WHERE name = 'wall_shown' AND customer_id IS NOT NULL AND at >= :begins_at AND at < :ends_at GROUP BY 1, 2)
    SELECT s.feature, min(s.basis) AS basis, grouping(s.feature) AS whole,
        count(DISTINCT s.customer_id) AS shown,
        count(DISTINCT s.customer_id) FILTER (WHERE c.at IS NOT NULL) AS clicked,
        count(DISTINCT s.customer_id) FILTER (WHERE o.at IS NOT NULL) AS opened,
        count(DISTINCT s.customer_id) FILTER (WHERE p.at IS NOT NULL) AS paid,
        count(DISTINCT s.customer_id) FILTER (WHERE r.at IS NOT NULL) AS resumed
    FROM s {_first_after("'cta_clicked'", "s.at")} c ON true
    {_first_after("'checkout_opened', 'plan_switched'", "c.at",
                  "AND (e.name = 'plan_switched' OR e.data ->> 'via' = 'wall')")} o ON true
    {_first_after("'granted', 'plan_switched'", "o.at", _NO_TRIAL)} p ON true
    {_first_after("'resumed'", "p.at")} r ON true
    GROUP BY GROUPING SETS ((s.feature), ()) ORDER BY whole DESC, shown DESC, s.feature LIMIT :limit"""  # noqa: S608
)  # fmt: skip
_REASONS = text(
    "SELECT (at AT TIME ZONE 'UTC')::date AS day, coalesce(data ->> 'reason', '') AS reason, count(*) AS people "
    "FROM funnel_events WHERE name = 'plan_cancelled' AND at >= :begins_at AND at < :ends_at "
    "GROUP BY 1, 2 ORDER BY 1, 2"
)
_ENDINGS = text(
    """SELECT count(*) FILTER (WHERE name = 'plan_resumed') AS kept,
        count(*) FILTER (WHERE name = 'granted' AND coalesce(data ->> 'late', 'false') <> 'true') AS at_once,
        count(*) FILTER (WHERE name = 'granted' AND data ->> 'late' = 'true') AS late
    FROM funnel_events WHERE name IN ('plan_resumed', 'granted') AND at >= :begins_at AND at < :ends_at"""
)


async def purchases(session: AsyncSession, period: Period) -> dict[str, int]:
    """Of those who saw the prices in the period: `seen`, `opened`, `paid`, `used`."""
    row = (await session.execute(_PURCHASES, _days(period))).one()
    return {"seen": row.seen, "opened": row.opened, "paid": row.paid, "used": row.used}


async def elsewhere(session: AsyncSession, period: Period) -> tuple[int, int]:
    """Customers who opened a checkout, and who paid, without having looked at our prices in the period."""
    row = (await session.execute(_ELSEWHERE, _days(period))).one()
    return row.opened, row.paid


async def walls(session: AsyncSession, period: Period) -> Sequence[Row]:
    """By feature: `feature`, `basis`, `shown`, `clicked`, `opened`, `paid`, `resumed`; first all features (`whole`)."""
    return (await session.execute(_WALLS, {**_days(period), "limit": MAX_FEATURES + 1})).all()


async def reasons(session: AsyncSession, period: Period) -> list[tuple[date, str, int]]:
    """Cancellations by day and reason."""
    return [(row.day, row.reason, row.people) for row in await session.execute(_REASONS, _days(period))]


async def endings(session: AsyncSession, period: Period) -> tuple[int, int, int]:
    """Cancellations taken back; purchases known at once, and late."""
    row = (await session.execute(_ENDINGS, _days(period))).one()
    return row.kept, row.at_once, row.late


def _days(period: Period) -> dict[str, Any]:
    return {"begins_at": period.begins_at, "ends_at": period.ends_at}
