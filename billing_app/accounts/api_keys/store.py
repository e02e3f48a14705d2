"""Every SQL statement about API keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.api_keys.models import ApiKey


async def add(session: AsyncSession, key: ApiKey) -> int:
    """Store a new key; its id."""
    session.add(key)
    await session.flush()
    assert key.id is not None
    return key.id


async def lock_all(session: AsyncSession) -> None:
    """One change of keys at a time, so that their number has a limit. Held until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("api_keys", 0))))


async def by_digest(session: AsyncSession, digest: bytes) -> ApiKey | None:
    return await session.scalar(select(ApiKey).where(col(ApiKey.digest) == digest))


async def by_id(session: AsyncSession, key_id: int, *, lock: bool = False) -> ApiKey | None:
    query = select(ApiKey).where(col(ApiKey.id) == key_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if lock else query)


async def working(session: AsyncSession, now: datetime) -> int:
    """How many keys work at this moment."""
    found = await session.scalar(
        select(func.count())
        .select_from(ApiKey)
        .where(col(ApiKey.revoked_at).is_(None), or_(col(ApiKey.ends_at).is_(None), col(ApiKey.ends_at) > now))
    )
    return found or 0


async def newest(session: AsyncSession, limit: int) -> Sequence[ApiKey]:
    """Keys, newest first, those that ended too."""
    return (await session.scalars(select(ApiKey).order_by(col(ApiKey.id).desc()).limit(limit))).all()


async def note_use(session: AsyncSession, key_id: int, now: datetime, every: timedelta) -> None:
    """Remember that a key was used, at most once in `every`: a row written by each request would be a bottleneck."""
    await session.execute(
        update(ApiKey)
        .where(
            col(ApiKey.id) == key_id,
            or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) < now - every),
        )
        .values(last_used_at=now)
    )
