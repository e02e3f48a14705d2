"""Every SQL statement about practice runs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.playground.models import PracticeRun


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep a run; one that is kept already stays as it is."""
    await session.execute(insert(PracticeRun).values(**values).on_conflict_do_nothing())


async def lengthen(session: AsyncSession, customer_id: int, run_id: str, units: int) -> None:
    """Add to what a run took."""
    await session.execute(
        update(PracticeRun)
        .where(col(PracticeRun.customer_id) == customer_id, col(PracticeRun.id) == run_id)
        .values(units=col(PracticeRun.units) + units)
    )


async def find(session: AsyncSession, customer_id: int, run_id: str) -> PracticeRun | None:
    """One run."""
    return await session.scalar(
        select(PracticeRun).where(col(PracticeRun.customer_id) == customer_id, col(PracticeRun.id) == run_id)
    )


async def newest(session: AsyncSession, customer_id: int, feature: str, limit: int) -> Sequence[PracticeRun]:
    """A feature's runs, newest first."""
    found = await session.execute(
        select(PracticeRun)
        .where(col(PracticeRun.customer_id) == customer_id, col(PracticeRun.feature) == feature)
        .order_by(col(PracticeRun.created_at).desc(), col(PracticeRun.id))
        .limit(limit)
    )
    return found.scalars().all()


async def forget_older(session: AsyncSession, customer_id: int, feature: str, keep: int) -> None:
    """Keep only a feature's newest runs."""
    kept = (
        select(col(PracticeRun.id))
        .where(col(PracticeRun.customer_id) == customer_id, col(PracticeRun.feature) == feature)
        .order_by(col(PracticeRun.created_at).desc(), col(PracticeRun.id))
        .limit(keep)
    )
    await session.execute(
        delete(PracticeRun).where(
            col(PracticeRun.customer_id) == customer_id,
            col(PracticeRun.feature) == feature,
            col(PracticeRun.id).not_in(kept),
        )
    )
