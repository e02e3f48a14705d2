"""Every SQL statement about unlocks and their uses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.entitlements.models import Unlock, UnlockUse, UnlockUsePart
from billing_app.entitlements.spreading import OpenUnlock


async def lock_customer(session: AsyncSession, customer_id: int) -> None:
    """Serialise the unlocks of one customer for this transaction, also while they have none."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('unlocks:' || cast(:id AS text), 0))"), {"id": customer_id}
    )


async def insert_unlock(session: AsyncSession, values: dict[str, Any]) -> int | None:
    """A new unlock; None if its source has made one already."""
    made = await session.execute(
        insert(Unlock).values(**values).on_conflict_do_nothing(index_elements=["source"]).returning(col(Unlock.id))
    )
    return made.scalar_one_or_none()


async def open_unlocks(session: AsyncSession, customer_id: int, feature: str) -> list[OpenUnlock]:
    """What a customer can still use of a feature, oldest first."""
    found = await session.execute(
        select(col(Unlock.id), col(Unlock.uses_granted), col(Unlock.uses_taken))
        .where(
            col(Unlock.customer_id) == customer_id,
            col(Unlock.feature) == feature,
            col(Unlock.revoked_at).is_(None),
            or_(col(Unlock.uses_granted).is_(None), col(Unlock.uses_taken) < col(Unlock.uses_granted)),
        )
        .order_by(col(Unlock.granted_at), col(Unlock.id))
        .limit(1000)
    )
    return [
        OpenUnlock(row.id, None if row.uses_granted is None else row.uses_granted - row.uses_taken) for row in found
    ]


async def all_unlocks(session: AsyncSession, customer_id: int, limit: int) -> Sequence[Unlock]:
    """A customer's unlocks, used up and revoked ones too, newest first."""
    found = await session.execute(
        select(Unlock)
        .where(col(Unlock.customer_id) == customer_id)
        .order_by(col(Unlock.granted_at).desc(), col(Unlock.id).desc())
        .limit(limit)
    )
    return found.scalars().all()


async def use_by_key(session: AsyncSession, customer_id: int, key: str) -> UnlockUse | None:
    """The use a key is bound to; one that was given back binds nothing."""
    found = await session.execute(
        select(UnlockUse).where(
            col(UnlockUse.customer_id) == customer_id,
            col(UnlockUse.key) == key,
            col(UnlockUse.given_back_at).is_(None),
        )
    )
    return found.scalar_one_or_none()


async def use_by_reference(session: AsyncSession, customer_id: int, feature: str, reference: str) -> UnlockUse | None:
    """The use a business reference is bound to."""
    found = await session.execute(
        select(UnlockUse).where(
            col(UnlockUse.customer_id) == customer_id,
            col(UnlockUse.feature) == feature,
            col(UnlockUse.reference) == reference,
            col(UnlockUse.given_back_at).is_(None),
        )
    )
    return found.scalar_one_or_none()


async def add_use(session: AsyncSession, values: dict[str, Any], parts: list[tuple[int, int]]) -> None:
    """Write a use and take its units from the unlocks."""
    made = await session.execute(insert(UnlockUse).values(**values).returning(col(UnlockUse.id)))
    use_id = made.scalar_one()
    for unlock_id, units in parts:
        await session.execute(
            insert(UnlockUsePart).values(
                use_id=use_id, unlock_id=unlock_id, customer_id=values["customer_id"], units=units
            )
        )
        await session.execute(
            update(Unlock).where(col(Unlock.id) == unlock_id).values(uses_taken=col(Unlock.uses_taken) + units)
        )


async def give_back_use(session: AsyncSession, use_id: int, at: datetime) -> None:
    """Return a use's units to the unlocks they came from; its key and reference are free again."""
    await session.execute(update(UnlockUse).where(col(UnlockUse.id) == use_id).values(given_back_at=at))
    parts = select(col(UnlockUsePart.unlock_id), col(UnlockUsePart.units)).where(col(UnlockUsePart.use_id) == use_id)
    for part in (await session.execute(parts)).all():
        await session.execute(
            update(Unlock)
            .where(col(Unlock.id) == part.unlock_id)
            .values(uses_taken=col(Unlock.uses_taken) - part.units)
        )


async def revoke_by_payment(
    session: AsyncSession, customer_id: int, payment: str, because: str, *, instead_of: Sequence[str]
) -> list[str]:
    """Close every unlock of a payment, or give this reason instead of one of those; the codes of those that changed."""
    done = await session.execute(
        update(Unlock)
        .where(
            col(Unlock.customer_id) == customer_id,
            col(Unlock.payment_reference) == payment,
            or_(
                col(Unlock.revoked_at).is_(None),
                col(Unlock.revoked_because).in_(instead_of) & (col(Unlock.revoked_because) != because),
            ),
        )
        .values(revoked_at=func.coalesce(col(Unlock.revoked_at), clock.now()), revoked_because=because)
        .returning(col(Unlock.code))
    )
    return list(done.scalars())


async def restore_by_payment(
    session: AsyncSession, customer_id: int, payment: str, because: Sequence[str]
) -> list[str]:
    """Open again what was closed for one of these reasons; the codes."""
    done = await session.execute(
        update(Unlock)
        .where(
            col(Unlock.customer_id) == customer_id,
            col(Unlock.payment_reference) == payment,
            col(Unlock.revoked_because).in_(because),
        )
        .values(revoked_at=None, revoked_because=None)
        .returning(col(Unlock.code))
    )
    return list(done.scalars())
