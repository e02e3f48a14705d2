"""Statements about one customer: entries with what each part of them earned, and what their calls cost."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.arrays import integers
from billing_app.entitlements.plan_credits.facts import TIME_CREDITED
from billing_app.reports.period import Period

_PAGE = text(
    """SELECT e.id, e.at, e.kind, coalesce(e.feature, '') AS feature FROM credit_entries e
    WHERE e.customer_id = :customer AND e.id < :before AND e.at >= :begins AND e.at < :ends
        AND e.id <= coalesce((SELECT entry_id FROM revenue_accounts WHERE customer_id = :customer), 0)
        AND e.kind NOT IN ('freeze', 'thaw') AND (e.kind <> 'grant' OR EXISTS (SELECT FROM credit_lots l
            WHERE l.customer_id = e.customer_id AND l.id = e.lot_id AND l.kind = 'rollover'))
    ORDER BY e.id DESC LIMIT :limit"""
)
# How much of a lot was gone before a part is the sum of all parts before: those of entries of any time.
_PARTS = text(
    """WITH parts AS (
        SELECT e.id, e.kind, e.debt_id IS NOT NULL AS debt,
            CASE WHEN e.note = :credited THEN e.note ELSE '' END AS note,
            p.position, p.lot_id, p.credits, l.root_lot_id
        FROM credit_entries e CROSS JOIN LATERAL (
            SELECT a.position, a.lot_id, a.credits FROM credit_allocations a
                WHERE a.customer_id = e.customer_id AND a.entry_id = e.id
            UNION ALL
            SELECT 32767, n.id, -n.granted FROM credit_lots n WHERE e.kind IN ('grant', 'reverse')
                AND n.customer_id = e.customer_id AND n.id = e.lot_id AND n.kind IN ('rollover', 'reversal')
                AND n.origin_lot_id IS NOT NULL
        ) p JOIN revenue_lots l ON l.customer_id = e.customer_id AND l.lot_id = p.lot_id
        WHERE e.customer_id = :customer AND e.id <= :last
    ), gone AS (
        SELECT *, sum(credits) OVER (PARTITION BY root_lot_id ORDER BY id, position) AS so_far FROM parts
    )
    SELECT g.id, g.kind, g.debt, g.note, g.lot_id, g.credits, r.item_kind, r.code, r.name, r.lot_kind, r.currency,
        r.granted, r.paid_minor, (SELECT payment FROM credit_lots c
            WHERE c.customer_id = :customer AND c.id = g.root_lot_id) AS payment,
        (div(r.paid_minor * g.so_far, r.granted)
            - div(r.paid_minor * (g.so_far - g.credits), r.granted))::bigint AS amount
    FROM gone g JOIN revenue_lots r ON r.customer_id = :customer AND r.lot_id = g.root_lot_id
    WHERE g.id = ANY(CAST(:entries AS bigint[])) ORDER BY g.id, g.position"""
)
_COSTS = text(
    """SELECT entry_id, sum(sign) AS calls, coalesce(sum(sign) FILTER (WHERE cost IS NULL), 0) AS unknown,
        coalesce(sum(sign * cost) FILTER (WHERE currency = :currency), 0) AS cost,
        bool_or(currency <> :currency AND cost <> 0) AS foreign
    FROM cost_log WHERE customer_id = :customer AND entry_id = ANY(CAST(:entries AS bigint[])) GROUP BY 1"""
)
_UNLINKED = text(
    """SELECT coalesce(sum(sign), 0) AS calls, coalesce(sum(sign * cost) FILTER (WHERE currency = :currency), 0) AS cost
    FROM cost_log WHERE customer_id = :customer AND entry_id IS NULL AND at >= :begins AND at < :ends"""
)
_DAYS = text(
    """SELECT day, sum(net)::bigint AS net, sum(calls)::bigint AS calls, sum(unknown)::bigint AS unknown,
        sum(cost) AS cost, bool_or(other) AS other
    FROM (
        SELECT day, earned_minor + released_minor - credited_minor AS net, 0 AS calls, 0 AS unknown, 0 AS cost,
            false AS other
        FROM revenue_sums_customer
        WHERE customer_id = :customer AND currency = :currency AND day BETWEEN :first AND :last
        UNION ALL
        SELECT day, 0, calls, unknown, CASE WHEN currency = :currency THEN cost ELSE 0 END,
            currency <> :currency AND currency <> '' AND cost <> 0
        FROM cost_sums_customer WHERE customer_id = :customer AND day BETWEEN :first AND :last
    ) moved GROUP BY 1 ORDER BY 1"""
)


async def page(session: AsyncSession, customer_id: int, period: Period, *, before: int, limit: int) -> list[Any]:
    """Entries of a period that moved credits, newest first, with a smaller id than `before`."""
    values = {**_moments(customer_id, period), "before": before, "limit": limit}
    return list(await session.execute(_PAGE, values))


async def parts(session: AsyncSession, customer_id: int, entries: Sequence[int]) -> list[Any]:
    """The parts of these entries: lots, credits and what they are of the price (`amount`)."""
    if not entries:
        return []
    values = {
        "customer": customer_id,
        "entries": integers(entries),
        "last": max(entries),
        "credited": TIME_CREDITED,
    }
    return list(await session.execute(_PARTS, values))


async def costs(session: AsyncSession, customer_id: int, entries: Sequence[int], currency: str) -> dict[int, Any]:
    """What the calls of these entries cost."""
    values = {"customer": customer_id, "entries": integers(entries), "currency": currency}
    return {row.entry_id: row for row in await session.execute(_COSTS, values)}


async def unlinked(session: AsyncSession, customer_id: int, period: Period, currency: str) -> Any:
    """Calls of a period that no entry stands for: how many, and their cost."""
    return (await session.execute(_UNLINKED, {**_moments(customer_id, period), "currency": currency})).one()


async def days(session: AsyncSession, customer_id: int, period: Period, currency: str) -> list[Any]:
    """Revenue and cost by day, from the sums."""
    values = {"customer": customer_id, "currency": currency, "first": period.first, "last": period.last}
    return list(await session.execute(_DAYS, values))


def _moments(customer_id: int, period: Period) -> dict[str, Any]:
    return {"customer": customer_id, "begins": period.begins_at, "ends": period.ends_at}
