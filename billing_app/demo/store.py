"""Every SQL statement of the demo life: its own row, and what it reads of others'. It writes nobody else's rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.demo.models import DemoLife

_PAID = text(
    "SELECT customer_id, array_agg(public_id ORDER BY id) AS bought FROM checkouts "
    "WHERE state = 'paid' AND kind <> 'plan' AND created_at >= :since GROUP BY customer_id"
)
_PAYMENT = text(
    "SELECT id, stripe_charge, captured_minor - refunded_minor AS left_minor FROM payments "
    "WHERE customer_id = :id AND captured_minor > 0 ORDER BY id LIMIT 1"
)
_DISPUTE = text(
    "SELECT stripe_dispute_id FROM disputes WHERE customer_id = :id AND closed_at IS NULL ORDER BY id LIMIT 1"
)
_STRIPE_CUSTOMER = text("SELECT stripe_customer_id FROM stripe_customers WHERE customer_id = :id")
_NOTE = text("SELECT EXISTS (SELECT FROM customer_notes WHERE customer_id = :id AND body = :words)")
_ENTRIES = text(
    "SELECT e.customer_id, e.reference, e.id FROM unnest(CAST(:customers AS bigint[]), CAST(:features AS text[]), "
    "CAST(:references AS text[])) AS a(customer_id, feature, reference) "
    "JOIN credit_entries e ON e.customer_id = a.customer_id AND e.feature = a.feature AND e.reference = a.reference"
)


@dataclass(frozen=True, slots=True)
class FirstPayment:
    """Somebody's first payment that went through, and what of it has not been given back."""

    id: int
    charge: str | None
    left_minor: int


async def begin(session: AsyncSession, name: str, *, people: int, begins_at: datetime, days: int) -> None:
    """Note that a life begins; one that is noted already stays as it is."""
    values = {"name": name, "people": people, "begins_at": begins_at, "days": days}
    await session.execute(insert(DemoLife).values(**values).on_conflict_do_nothing(index_elements=["name"]))


async def day_is_over(session: AsyncSession, name: str, days_done: int, lives: Mapping[str, Sequence[object]]) -> None:
    """Everything of so many days has happened, and this is how each person stands."""
    await session.execute(
        update(DemoLife)
        .where(col(DemoLife.name) == name, col(DemoLife.days_done) < days_done)
        .values(days_done=days_done, lives=lives)
    )


async def is_over(session: AsyncSession, name: str) -> None:
    """The life has been told."""
    await session.execute(
        update(DemoLife).where(col(DemoLife.name) == name, col(DemoLife.done_at).is_(None)).values(done_at=clock.wall())
    )


async def unfinished(session: AsyncSession) -> DemoLife | None:
    """The first life that was begun and has not been told to its end."""
    waiting = select(DemoLife).where(col(DemoLife.done_at).is_(None)).order_by(col(DemoLife.begins_at)).limit(1)
    return await session.scalar(waiting)


async def paid_since(session: AsyncSession, since: datetime) -> dict[int, list[str]]:
    """Packs and unlocks that were bought since a moment and are paid, oldest first: public ids by customer."""
    return {row.customer_id: list(row.bought) for row in await session.execute(_PAID, {"since": since})}


async def first_payment(session: AsyncSession, customer_id: int) -> FirstPayment | None:
    """None: they have paid nothing yet."""
    row = (await session.execute(_PAYMENT, {"id": customer_id})).one_or_none()
    return FirstPayment(row.id, row.stripe_charge, row.left_minor) if row else None


async def open_dispute(session: AsyncSession, customer_id: int) -> str | None:
    """A dispute of theirs that a bank has not decided."""
    return (await session.execute(_DISPUTE, {"id": customer_id})).scalar_one_or_none()


async def has_note(session: AsyncSession, customer_id: int, words: str) -> bool:
    """Whether staff has written this about somebody."""
    return (await session.execute(_NOTE, {"id": customer_id, "words": words})).scalar_one()


async def stripe_customer(session: AsyncSession, customer_id: int) -> str | None:
    """What Stripe calls them."""
    return (await session.execute(_STRIPE_CUSTOMER, {"id": customer_id})).scalar_one_or_none()


async def entries(session: AsyncSession, uses: Collection[tuple[int, str, str]]) -> dict[tuple[int, str], int]:
    """The ledger entries that paid for uses (customer, feature, reference), by customer and reference."""
    if not uses:
        return {}
    asked = {
        "customers": [one[0] for one in uses],
        "features": [one[1] for one in uses],
        "references": [one[2] for one in uses],
    }
    return {(row.customer_id, row.reference): row.id for row in await session.execute(_ENTRIES, asked)}
