"""Statements that read the sums of revenue, and what the ledger itself says is left."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.engine import Database
from billing_app.reports.period import Interval, Period

_CURRENCIES = text(
    """SELECT currency FROM (
        SELECT DISTINCT currency FROM revenue_sums WHERE currency <> '' AND (CAST(:first AS date) IS NULL
            OR day BETWEEN :first AND :last)
        UNION SELECT DISTINCT currency FROM revenue_payment_sums WHERE CAST(:first AS date) IS NULL
            OR day BETWEEN :first AND :last
    ) c ORDER BY 1 LIMIT 200"""
)
_BY_PART = text(
    """SELECT date_trunc(:interval, day::timestamp)::date AS first, item_kind, code, max(name) AS name, movement,
        sum(amount_minor)::bigint AS amount, sum(credits)::bigint AS credits
    FROM revenue_sums WHERE currency = :currency AND day BETWEEN :first AND :last AND movement = ANY(:movements)
    GROUP BY 1, 2, 3, 5 ORDER BY 1, 2, 3, 5"""
)
_SALES = text(
    """SELECT date_trunc(:interval, day::timestamp)::date AS first, item_kind, code, sum(payments)::bigint AS sales
    FROM revenue_payment_sums WHERE currency = :currency AND day BETWEEN :first AND :last GROUP BY 1, 2, 3"""
)
_UNTIL = text(
    """SELECT item_kind, code, max(name) AS name, lot_kind <> '' AS of_credits, movement,
        sum(amount_minor)::bigint AS amount, sum(credits)::bigint AS credits
    FROM revenue_sums WHERE currency = :currency AND day <= :until GROUP BY 1, 2, 4, 5 ORDER BY 1, 2, 4, 5"""
)
# What each lot's part of its family's worth is: the parts add up to what is owed for all that is left of the family.
_LEFT = """
    SELECT c.customer_id, c.id, c.expires_at, c.frozen_at, c.remaining, r.currency, r.paid_minor > 0 AS paid,
        r.paid_minor - div(r.paid_minor::numeric * (r.granted - c.upto), r.granted)
            - (r.paid_minor - div(r.paid_minor::numeric * (r.granted - c.upto + c.remaining), r.granted)) AS worth
    FROM (
        SELECT l.*, o.root_lot_id,
            sum(l.remaining) OVER (PARTITION BY l.customer_id, o.root_lot_id ORDER BY l.id) AS upto
        FROM credit_lots l JOIN revenue_lots o ON o.customer_id = l.customer_id AND o.lot_id = l.id WHERE l.open
    ) c JOIN revenue_lots r ON r.customer_id = c.customer_id AND r.lot_id = c.root_lot_id"""
_LEDGER = text(
    f"""SELECT coalesce(sum(worth), 0)::bigint AS worth, coalesce(sum(remaining), 0)::bigint AS credits
    FROM ({_LEFT}) l WHERE paid AND currency = :currency"""  # noqa: S608
)
_AGEING = text(
    f"""SELECT date_trunc('month', expires_at AT TIME ZONE 'UTC')::date AS month, count(*) AS lots,
        coalesce(sum(remaining) FILTER (WHERE paid), 0)::bigint AS credits,
        coalesce(sum(worth) FILTER (WHERE paid), 0)::bigint AS worth,
        coalesce(sum(remaining) FILTER (WHERE paid AND frozen_at IS NOT NULL), 0)::bigint AS frozen,
        coalesce(sum(remaining) FILTER (WHERE NOT paid), 0)::bigint AS promotional
    FROM ({_LEFT}) l WHERE NOT paid OR currency = :currency GROUP BY 1 ORDER BY 1 NULLS LAST LIMIT 600"""  # noqa: S608
)
_ROLLED_AT = text("SELECT rolled_at FROM revenue_mark WHERE id = 1")


@asynccontextmanager
async def one_snapshot(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction whose statements all see the same moment."""
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
    async with AsyncSession(engine) as session, session.begin():
        yield session


async def rolled_at(session: AsyncSession) -> datetime | None:
    """When the sums were brought up to date."""
    return (await session.execute(_ROLLED_AT)).scalar_one()


async def currencies(session: AsyncSession, period: Period | None) -> list[str]:
    """Currencies in which anything happened."""
    values = {"first": period.first if period else None, "last": period.last if period else None}
    return list((await session.execute(_CURRENCIES, values)).scalars())


async def by_part(
    session: AsyncSession, period: Period, currency: str, interval: Interval, movements: list[str]
) -> list[Any]:
    """Sums by part of the period (`first`), item and movement."""
    values = {**_values(period, currency), "interval": interval.value, "movements": movements}
    return list(await session.execute(_BY_PART, values))


async def sales(session: AsyncSession, period: Period, currency: str, interval: Interval) -> dict[Any, int]:
    """How many payments by (first, item's kind, code)."""
    found = await session.execute(_SALES, {**_values(period, currency), "interval": interval.value})
    return {(row.first, row.item_kind, row.code): row.sales for row in found}


async def until(session: AsyncSession, day: date, currency: str) -> list[Any]:
    """Sums from the beginning to the end of a day by item, whether credits are behind it, and movement."""
    return list(await session.execute(_UNTIL, {"currency": currency, "until": day}))


async def left_in_lots(session: AsyncSession, currency: str) -> tuple[int, int]:
    """What the lots say is owed now: minor units, and paid credits."""
    row = (await session.execute(_LEDGER, {"currency": currency})).one()
    return row.worth, row.credits


async def ageing(session: AsyncSession, currency: str) -> list[Any]:
    """What is left in lots by the month in which they end; promotional credits of any currency beside."""
    return list(await session.execute(_AGEING, {"currency": currency}))


def _values(period: Period, currency: str) -> dict[str, Any]:
    return {"currency": currency, "first": period.first, "last": period.last}
