"""Every SQL statement about questions to the chat."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.playground.models import ChatQuestion

_THIS = (col(ChatQuestion.customer_id), col(ChatQuestion.id))


async def question(session: AsyncSession, customer_id: int, question_id: str) -> ChatQuestion | None:
    """A question, if it is this customer's."""
    return await session.scalar(
        select(ChatQuestion)
        .where(_THIS[0] == customer_id, _THIS[1] == question_id)
        .execution_options(populate_existing=True)
    )


async def claim(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Write a question that is now being asked: a new one, or one that broke off and cost nothing.

    False: another request is asking it, or has.
    """
    anew = {name: value for name, value in values.items() if name not in ("customer_id", "id")}
    claimed = await session.execute(
        insert(ChatQuestion)
        .values(**values, charged=0, parts=[])
        .on_conflict_do_update(
            index_elements=["customer_id", "id"],
            set_={**anew, "parts": [], "ended_at": None},
            where=and_(col(ChatQuestion.state) == "broken", col(ChatQuestion.charged) == 0),
        )
        .returning(col(ChatQuestion.id))
    )
    return claimed.scalar_one_or_none() is not None


async def write(
    session: AsyncSession, customer_id: int, question_id: str, *, only_in: Sequence[str], **values: Any
) -> bool:
    """Write fields while it is in one of the given states. False: it was in another."""
    done = await session.execute(
        update(ChatQuestion)
        .where(_THIS[0] == customer_id, _THIS[1] == question_id, col(ChatQuestion.state).in_(only_in))
        .values(**values)
        .returning(col(ChatQuestion.id))
    )
    return done.scalar_one_or_none() is not None


async def of_customer(session: AsyncSession, customer_id: int, limit: int) -> Sequence[ChatQuestion]:
    """A customer's questions, newest first."""
    found = await session.execute(
        select(ChatQuestion)
        .where(col(ChatQuestion.customer_id) == customer_id)
        .order_by(col(ChatQuestion.created_at).desc(), col(ChatQuestion.id))
        .limit(limit)
    )
    return found.scalars().all()


async def abandoned(session: AsyncSession, asked_before: datetime, limit: int) -> Sequence[ChatQuestion]:
    """Questions still being asked although their time is long over."""
    found = await session.execute(
        select(ChatQuestion)
        .where(col(ChatQuestion.state) == "asked", col(ChatQuestion.created_at) < asked_before)
        .order_by(col(ChatQuestion.created_at))
        .limit(limit)
    )
    return found.scalars().all()
