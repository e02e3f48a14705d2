"""Every SQL statement about practice interviews, question sets and libraries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.playground.models import Interview, LibraryPair, QuestionSet


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


# Question sets


async def lock_playground(session: AsyncSession, customer_id: int) -> None:
    """Serialise what one customer adds, for this transaction, so that limits hold under parallel requests."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('playground:' || cast(:id AS text), 0))"),
        {"id": customer_id},
    )


async def add_set(session: AsyncSession, made: QuestionSet) -> None:
    """A new set; one that is there stays as it is."""
    if await question_set(session, made.customer_id, made.id) is None:
        session.add(made)
        await session.flush()


async def question_set(session: AsyncSession, customer_id: int, set_id: str) -> QuestionSet | None:
    """A set, if it is this customer's."""
    return await session.scalar(
        select(QuestionSet).where(col(QuestionSet.customer_id) == customer_id, col(QuestionSet.id) == set_id)
    )


async def count_sets(session: AsyncSession, customer_id: int) -> int:
    """How many sets a customer has."""
    query = select(func.count()).select_from(QuestionSet).where(col(QuestionSet.customer_id) == customer_id)
    return await session.scalar(query) or 0


async def sets_of(session: AsyncSession, customer_id: int, limit: int) -> Sequence[QuestionSet]:
    """A customer's sets, newest first."""
    found = await session.execute(
        select(QuestionSet)
        .where(col(QuestionSet.customer_id) == customer_id)
        .order_by(col(QuestionSet.created_at).desc(), col(QuestionSet.id))
        .limit(limit)
    )
    return found.scalars().all()


# Libraries. A pair comes with the title of the set it was saved from, if any.

_TITLED = select(LibraryPair, col(QuestionSet.title)).outerjoin(
    QuestionSet,
    and_(col(QuestionSet.customer_id) == col(LibraryPair.customer_id), col(QuestionSet.id) == col(LibraryPair.set_id)),
)


async def add_pair(session: AsyncSession, made: LibraryPair) -> None:
    """A new pair."""
    session.add(made)
    await session.flush()


async def pair(session: AsyncSession, customer_id: int, pair_id: str) -> tuple[LibraryPair, str | None] | None:
    """A pair, if it is this customer's."""
    found = await session.execute(
        _TITLED.where(col(LibraryPair.customer_id) == customer_id, col(LibraryPair.id) == pair_id)
    )
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


async def count_pairs(session: AsyncSession, customer_id: int) -> int:
    """How many pairs a customer's library holds."""
    query = select(func.count()).select_from(LibraryPair).where(col(LibraryPair.customer_id) == customer_id)
    return await session.scalar(query) or 0


async def pairs_of(
    session: AsyncSession, customer_id: int, limit: int, skip: int
) -> list[tuple[LibraryPair, str | None]]:
    """A customer's pairs, newest first; a library is small, so skipping costs nothing."""
    found = await session.execute(
        _TITLED.where(col(LibraryPair.customer_id) == customer_id)
        .order_by(col(LibraryPair.created_at).desc(), col(LibraryPair.id))
        .limit(limit)
        .offset(skip)
    )
    return [(row[0], row[1]) for row in found]


async def pair_ids_from(session: AsyncSession, customer_id: int, set_id: str) -> Sequence[str]:
    """Ids of the pairs that were saved from a set; as many at most as a set has questions."""
    found = await session.execute(
        select(col(LibraryPair.id)).where(
            col(LibraryPair.customer_id) == customer_id, col(LibraryPair.set_id) == set_id
        )
    )
    return found.scalars().all()


async def write_pair(session: AsyncSession, customer_id: int, pair_id: str, **values: Any) -> bool:
    """Change a pair. False: there is none of this customer's."""
    done = await session.execute(
        update(LibraryPair)
        .where(col(LibraryPair.customer_id) == customer_id, col(LibraryPair.id) == pair_id)
        .values(**values)
        .returning(col(LibraryPair.id))
    )
    return done.scalar_one_or_none() is not None


async def delete_pair(session: AsyncSession, customer_id: int, pair_id: str) -> bool:
    """Delete a pair. False: there is none of this customer's."""
    done = await session.execute(
        delete(LibraryPair)
        .where(col(LibraryPair.customer_id) == customer_id, col(LibraryPair.id) == pair_id)
        .returning(col(LibraryPair.id))
    )
    return done.scalar_one_or_none() is not None
