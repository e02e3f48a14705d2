"""Every SQL statement about practice interviews."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.playground.models import Interview


async def add(session: AsyncSession, interview: Interview) -> None:
    """A new interview."""
    session.add(interview)
    await session.flush()


async def interview(
    session: AsyncSession, customer_id: int, interview_id: str, *, lock: bool = False
) -> Interview | None:
    """An interview, if it is this customer's."""
    query = (
        select(Interview)
        .where(col(Interview.id) == interview_id, col(Interview.customer_id) == customer_id)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def write(session: AsyncSession, interview_id: str, *, only_in: Sequence[str], **values: Any) -> bool:
    """Write fields while it is in one of the given states. False: it was in another."""
    done = await session.execute(
        update(Interview)
        .where(col(Interview.id) == interview_id, col(Interview.state).in_(only_in))
        .values(**values)
        .returning(col(Interview.id))
    )
    return done.scalar_one_or_none() is not None


async def of_customer(session: AsyncSession, customer_id: int, limit: int) -> Sequence[Interview]:
    """A customer's interviews, newest first."""
    found = await session.execute(
        select(Interview)
        .where(col(Interview.customer_id) == customer_id)
        .order_by(col(Interview.created_at).desc())
        .limit(limit)
    )
    return found.scalars().all()


async def abandoned(session: AsyncSession, created_before: datetime, limit: int) -> Sequence[Interview]:
    """Interviews begun or waiting whose time is long over."""
    found = await session.execute(
        select(Interview)
        .where(col(Interview.state).in_(("waiting", "begun")), col(Interview.created_at) < created_before)
        .order_by(col(Interview.created_at))
        .limit(limit)
    )
    return found.scalars().all()
