"""Every SQL statement about enquiries."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.entitlements.enquiries.models import Enquiry


async def keep(session: AsyncSession, enquiry: Enquiry) -> Enquiry | None:
    """Store it; None if the same was stored before."""
    made = await session.execute(
        insert(Enquiry)
        .values(**enquiry.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["fingerprint"])
        .returning(Enquiry)
    )
    return made.scalar_one_or_none()


async def by_fingerprint(session: AsyncSession, fingerprint: str) -> Enquiry | None:
    """The enquiry with this fingerprint."""
    return await session.scalar(select(Enquiry).where(col(Enquiry.fingerprint) == fingerprint))


async def newest(session: AsyncSession, *, before: int | None, limit: int) -> list[Enquiry]:
    """Newest first; `before` is the last id of the page above."""
    query = select(Enquiry).order_by(col(Enquiry.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Enquiry.id) < before)
    return list((await session.scalars(query)).all())
