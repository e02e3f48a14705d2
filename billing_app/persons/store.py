"""Every SQL statement about persons, made from the inventory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.models import Customer, User
from billing_app.persons.inventory import INVENTORY, Held


async def customer(session: AsyncSession, customer_id: int, *, lock: bool = False) -> Customer | None:
    """The customer, erased or not."""
    query = select(Customer).where(col(Customer.id) == customer_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def users(session: AsyncSession, customer_id: int) -> Sequence[User]:
    """Who signs in for this customer."""
    return (
        await session.scalars(select(User).where(col(User.customer_id) == customer_id).order_by(col(User.id)))
    ).all()


async def rows(
    session: AsyncSession, table: str, held: Held, meant: Mapping[str, Any], limit: int
) -> list[dict[str, Any]]:
    """What one table holds about a person, as JSON, `limit` rows at most."""
    withheld = "".join(f" - '{column}'" for column in sorted(held.withheld))
    query = text(f"SELECT to_jsonb(t){withheld} FROM {table} t WHERE {held.where} LIMIT :limit")  # noqa: S608
    return list(await session.scalars(query, {**_used(held.where, meant), "limit": limit}))


_ADOPT = (
    text(
        """UPDATE outbox_deliveries d SET customer_id = :customer FROM outbox o
        WHERE o.id = d.outbox_id AND d.customer_id IS NULL AND lower(d.recipient) = ANY(:emails)
        AND o.kind NOT IN ('enquiry', 'dispute_notice')"""
    ),
    text("UPDATE enquiries SET customer_id = :customer WHERE customer_id IS NULL AND lower(email) = ANY(:emails)"),
)


# An address may be a host's word, or shared: what somebody else is reached by says nothing.
_THEIRS_ALONE = text(
    """SELECT e FROM unnest(CAST(:emails AS text[])) AS e
    WHERE NOT EXISTS (SELECT 1 FROM customers WHERE id <> :customer AND lower(email) = e)
    AND NOT EXISTS (SELECT 1 FROM users WHERE customer_id IS DISTINCT FROM :customer AND lower(email) = e)"""
)


async def adopt(session: AsyncSession, meant: Mapping[str, Any]) -> None:
    """Note as theirs what an address of theirs alone says so of, before that is gone; mails to the seller are not.

    An address that another customer or a member of staff has as well says it of nothing: that mail stays as it is until
    the last who has the address is erased.
    """
    if meant["emails"]:
        alone = list(await session.scalars(_THEIRS_ALONE, meant))
        for statement in _ADOPT:
            await session.execute(statement, {**meant, "emails": alone})


async def erase(session: AsyncSession, meant: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Make everything nobody's that the app itself may change, then what the database changes for it.

    Returns:
        How many rows of each table were deleted or changed; tables without any are left out.
    """
    done: dict[str, int] = {}
    for table, held in INVENTORY.items():
        if not (held.delete or held.erase):
            continue
        where = held.erased_where or held.where
        meant_here = _used(where, meant)
        if held.delete:
            statement = f"DELETE FROM {table} WHERE {where}"  # noqa: S608 - our own words
        else:
            changes = ", ".join(f"{column} = {value}" for column, value in held.erase.items())
            new = " OR ".join(f"{column} IS DISTINCT FROM {value}" for column, value in held.erase.items())
            statement = f"UPDATE {table} SET {changes} WHERE {where} AND ({new})"  # noqa: S608 - our own words
            meant_here |= {"now": now} if ":now" in changes else {}
        if count := (await session.execute(text(statement), meant_here)).rowcount:  # pyright: ignore[reportAttributeAccessIssue]
            done[table] = count
    texts = await session.execute(text("SELECT * FROM erase_texts(:customer)"), {"customer": meant["customer"]})
    for table, count in texts:
        if count:
            done[table] = done.get(table, 0) + count
    return done


async def mark_erased(session: AsyncSession, customer_id: int, now: datetime) -> None:
    """Note that this customer is nobody any more; `erase_texts` works for such alone."""
    await session.execute(update(Customer).where(col(Customer.id) == customer_id).values(erased_at=now))


async def erased_since(session: AsyncSession, since: datetime, after: int, limit: int) -> Sequence[int]:
    """Customers erased since then, by number, those after this one: Stripe may still tell of them."""
    found = await session.scalars(
        select(col(Customer.id))
        .where(col(Customer.erased_at) > since, col(Customer.id) > after)
        .order_by(col(Customer.id))
        .limit(limit)
    )
    return [one for one in found if one is not None]


def _used(where: str, meant: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meant.items() if f":{name}" in where}
