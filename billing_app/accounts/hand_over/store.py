"""Every SQL statement about handing over, each in its caller's transaction."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.hand_over.models import HandOverRow
from billing_app.accounts.models import User
from billing_app.accounts.roles import Role

SWEEP_ROWS = 20


async def add(session: AsyncSession, row: HandOverRow) -> bool:
    """Store it. False: this token is here already, as that of a JWT used twice is."""
    added = await session.execute(
        insert(HandOverRow)
        .values(row.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["token_hash"])
        .returning(col(HandOverRow.id))
    )
    return added.scalar_one_or_none() is not None


async def waiting(session: AsyncSession, token_hash: bytes, at: datetime) -> HandOverRow | None:
    """The link of this token, if it still works; nobody else can use it until the transaction ends."""
    return await session.scalar(
        select(HandOverRow)
        .where(
            col(HandOverRow.token_hash) == token_hash,
            col(HandOverRow.used_at).is_(None),
            col(HandOverRow.expires_at) > at,
        )
        .with_for_update()
    )


async def use(session: AsyncSession, row_id: int, at: datetime) -> None:
    """Mark a link as used."""
    await session.execute(update(HandOverRow).where(col(HandOverRow.id) == row_id).values(used_at=at))


async def sweep(session: AsyncSession, before: datetime) -> None:
    """Delete a few that ended before a moment: each new one brings it along, so that the table stays small."""
    ended = (
        select(col(HandOverRow.id))
        .where(col(HandOverRow.expires_at) < before)
        .limit(SWEEP_ROWS)
        .with_for_update(skip_locked=True)
    )
    await session.execute(delete(HandOverRow).where(col(HandOverRow.id).in_(ended)))


async def user_of(session: AsyncSession, customer_id: int, *, name: str, email: str, at: datetime) -> User:
    """The user that a customer's hand-overs sign in, made on first sight.

    Its place in the index of addresses is one that no address can take: nobody reaches it by an e-mail or a password,
    and an address that the host gives us cannot bring its owner's own account here into the host's hands.
    """
    await session.execute(
        insert(User)
        .values(
            customer_id=customer_id,
            name=name,
            email=email,
            email_normalised=f"hand-over:{customer_id}",
            password_hash="",
            role=Role.CUSTOMER.value,
            demo=False,
            created_at=at,
            verified_at=at,
        )
        .on_conflict_do_update(index_elements=["email_normalised"], set_={"name": name, "email": email})
    )
    found = await session.scalar(
        select(User)
        .where(col(User.email_normalised) == f"hand-over:{customer_id}")
        .execution_options(populate_existing=True)
    )
    assert found is not None, "it was just made"
    return found
