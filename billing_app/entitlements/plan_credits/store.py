"""Every SQL statement about plan windows, credited time, and who is due a free month."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.entitlements.plan_credits.models import PlanReturn, PlanWindow
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE

MAX_WINDOWS = 1_000
"""A year has twelve, and thirteen more for each upgrade within it."""


async def windows(session: AsyncSession, subscription_id: int, *, since: datetime) -> list[PlanWindow]:
    """Windows of a subscription that are paid for beyond, or up to, a moment."""
    found = await session.execute(
        select(PlanWindow)
        .where(col(PlanWindow.subscription_id) == subscription_id, col(PlanWindow.paid_until) >= since)
        .order_by(col(PlanWindow.starts_at), col(PlanWindow.id))
        .limit(MAX_WINDOWS)
    )
    return list(found.scalars())


async def add_windows(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Granted windows; those that are there already stay as they are."""
    if rows:
        await session.execute(
            insert(PlanWindow).on_conflict_do_nothing(index_elements=["customer_id", "source"]), list(rows)
        )


async def take_back(session: AsyncSession, customer_id: int, source: str, credits: int) -> None:
    """Credits of a window go back."""
    await session.execute(
        update(PlanWindow)
        .where(col(PlanWindow.customer_id) == customer_id, col(PlanWindow.source) == source)
        .values(returned=col(PlanWindow.returned) + credits)
    )


async def void_windows(session: AsyncSession, subscription_id: int, *, after: datetime) -> None:
    """Nothing of windows that are not over is kept."""
    await session.execute(
        update(PlanWindow)
        .where(col(PlanWindow.subscription_id) == subscription_id, col(PlanWindow.ends_at) > after)
        .values(returned=col(PlanWindow.credits) - col(PlanWindow.deducted))
    )


async def returns(session: AsyncSession, subscription_id: int, *, since: datetime) -> list[PlanReturn]:
    """Credited time of a subscription."""
    found = await session.execute(
        select(PlanReturn)
        .where(col(PlanReturn.subscription_id) == subscription_id, col(PlanReturn.ends_at) >= since)
        .order_by(col(PlanReturn.id))
        .limit(MAX_WINDOWS)
    )
    return list(found.scalars())


async def add_returns(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Credited time; a line that is there already stays as it is."""
    if rows:
        await session.execute(
            insert(PlanReturn).on_conflict_do_nothing(index_elements=["customer_id", "line_id"]), list(rows)
        )


async def owed(session: AsyncSession, customer_id: int) -> int:
    """Credits that were overspent, to be taken out of this customer's next plan lots."""
    found = await session.scalar(
        select(func.coalesce(func.sum(col(PlanReturn.overspent) - col(PlanReturn.recovered)), 0)).where(
            col(PlanReturn.customer_id) == customer_id, col(PlanReturn.recovered) < col(PlanReturn.overspent)
        )
    )
    return int(found or 0)


async def recover(session: AsyncSession, customer_id: int, credits: int) -> None:
    """So many overspent credits were taken out of new lots, the oldest first."""
    found = await session.execute(
        select(PlanReturn)
        .where(col(PlanReturn.customer_id) == customer_id, col(PlanReturn.recovered) < col(PlanReturn.overspent))
        .order_by(col(PlanReturn.id))
        .limit(MAX_WINDOWS)
    )
    for row in found.scalars():
        part = min(credits, row.overspent - row.recovered)
        row.recovered += part
        credits -= part
    assert credits == 0, "no more is recovered than is owed"
    await session.flush()


async def last_start(session: AsyncSession, customer_id: int, at: datetime) -> datetime | None:
    """When the customer's newest window began by now; upgrades are no resets."""
    return await session.scalar(
        select(func.max(col(PlanWindow.starts_at))).where(
            col(PlanWindow.customer_id) == customer_id,
            col(PlanWindow.starts_at) <= at,
            col(PlanWindow.upgrade).is_(False),
        )
    )


async def next_start(session: AsyncSession, customer_id: int, at: datetime) -> tuple[datetime | None, int]:
    """When the next window begins that is paid for already, and the credits that come then."""
    kept = col(PlanWindow.credits) - col(PlanWindow.deducted) - col(PlanWindow.returned)
    found = await session.execute(
        select(col(PlanWindow.starts_at), func.sum(kept))
        .where(col(PlanWindow.customer_id) == customer_id, col(PlanWindow.starts_at) > at, kept > 0)
        .group_by(col(PlanWindow.starts_at))
        .order_by(col(PlanWindow.starts_at))
        .limit(1)
    )
    row = found.one_or_none()
    return (row[0], int(row[1])) if row else (None, 0)


async def standings(session: AsyncSession, customer_ids: Iterable[int]) -> dict[int, Subscription]:
    """The live subscription of each of these customers that has one."""
    found = await session.execute(
        select(Subscription).where(
            col(Subscription.customer_id).in_(list(customer_ids)),
            col(Subscription.status).in_(LIVE),
            col(Subscription.superseded).is_(False),
            or_(col(Subscription.item_id).is_not(None), col(Subscription.terms).is_not(None)),
        )
    )
    return {row.customer_id: row for row in found.scalars()}


# What the ledger would book at these customers' next operation: windows that begin, lots that end.
_DUE = """
    SELECT customer_id FROM credit_lots
    WHERE open AND customer_id > :after AND ((NOT booked AND effective_at <= :at) OR expires_at <= :at)
    GROUP BY customer_id ORDER BY customer_id LIMIT :limit"""
_BOOKED = """
    SELECT e.kind, l.kind, count(*), sum(abs(e.amount))
    FROM credit_entries e JOIN unnest(CAST(:customers AS bigint[]), CAST(:firsts AS bigint[])) AS w(customer_id, first)
        ON e.customer_id = w.customer_id AND e.id >= w.first
    JOIN credit_lots l ON l.customer_id = e.customer_id AND l.id = e.lot_id
    WHERE e.kind IN ('grant', 'expire') GROUP BY e.kind, l.kind"""
_COUNTS = "SELECT customer_id, entry_count FROM credit_accounts WHERE customer_id = ANY(CAST(:customers AS bigint[]))"


async def due_customers(session: AsyncSession, at: datetime, *, after: int, limit: int) -> list[int]:
    """Customers whose lots begin or end by now, unwritten, in the order of their ids."""
    found = await session.execute(text(_DUE), {"at": at, "after": after, "limit": limit})
    return list(found.scalars())


async def entry_counts(session: AsyncSession, customer_ids: Sequence[int]) -> dict[int, int]:
    """How many entries each account has."""
    found = await session.execute(text(_COUNTS), {"customers": list(customer_ids)})
    return {row[0]: row[1] for row in found}


async def booked_since(session: AsyncSession, firsts: dict[int, int]) -> list[tuple[str, str, int, int]]:
    """Kind of entry, kind of lot, how many, credits: of what was booked from each account's given entry on."""
    found = await session.execute(text(_BOOKED), {"customers": list(firsts), "firsts": list(firsts.values())})
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in found]


async def add_standstill(
    session: AsyncSession, subscription_id: int, invoice_id: str, *, since: datetime, until: datetime
) -> None:
    """Note that the lots of an invoice could not be used between two moments, as far as they were running then."""
    began = func.greatest(col(PlanWindow.starts_at), since)
    seconds = func.greatest(0, func.floor(func.extract("epoch", until - began)))
    await session.execute(
        update(PlanWindow)
        .where(
            col(PlanWindow.subscription_id) == subscription_id,
            col(PlanWindow.invoice_id) == invoice_id,
            col(PlanWindow.ends_at) > since,
        )
        .values(stood_still_s=col(PlanWindow.stood_still_s) + cast(seconds, BigInteger))
    )
