"""Every SQL statement about trials taken, turns and cancellations."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.subscribing.models import PlanCancellation, PlanTurn, TrialTaken

# Trials


async def trial_taken(session: AsyncSession, customer_id: int, mailbox_mac: bytes | None) -> bool:
    """Whether this customer, or somebody with this mailbox, has had a trial."""
    same = col(TrialTaken.customer_id) == customer_id
    if mailbox_mac is not None:
        same = or_(same, col(TrialTaken.mailbox_mac) == mailbox_mac)
    return await session.scalar(select(col(TrialTaken.id)).where(same).limit(1)) is not None


async def take_trial(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Note a trial that began. False: customer, mailbox or card have had another one."""
    made = await session.execute(
        insert(TrialTaken).values(**values).on_conflict_do_nothing().returning(col(TrialTaken.id))
    )
    if made.scalar_one_or_none() is not None:
        return True
    known = await session.scalar(
        select(col(TrialTaken.customer_id)).where(
            col(TrialTaken.stripe_subscription_id) == values["stripe_subscription_id"]
        )
    )
    return known is not None


async def note_card(session: AsyncSession, stripe_subscription_id: str, card_mac: bytes) -> bool:
    """Note the card of a trial that has none yet. False: another trial had it; this one has no note of any card."""
    row = await session.scalar(
        select(TrialTaken)
        .where(col(TrialTaken.stripe_subscription_id) == stripe_subscription_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.card_mac is not None:
        return True
    other = select(col(TrialTaken.id)).where(col(TrialTaken.card_mac) == card_mac).limit(1)
    if await session.scalar(other) is not None:
        return False
    row.card_mac = card_mac
    await session.flush()
    return True


# Turns


async def take_turn(session: AsyncSession, customer_id: int, token: str, action: str, lapses: timedelta) -> bool:
    """Take the right to change a customer's plan at Stripe. False: somebody else has it."""
    now = clock.wall()
    row = insert(PlanTurn).values(customer_id=customer_id, token=token, action=action, taken_at=now)
    taken = await session.execute(
        row.on_conflict_do_update(
            index_elements=["customer_id"],
            set_={"token": token, "action": action, "taken_at": now},
            where=col(PlanTurn.taken_at) < now - lapses,
        ).returning(col(PlanTurn.customer_id))
    )
    return taken.scalar_one_or_none() is not None


async def end_turn(session: AsyncSession, customer_id: int, token: str) -> None:
    """Give the right back, if it is still ours."""
    await session.execute(
        delete(PlanTurn).where(col(PlanTurn.customer_id) == customer_id, col(PlanTurn.token) == token)
    )


# Cancellations


async def add_cancellation(
    session: AsyncSession,
    *,
    customer_id: int,
    subscription_id: int,
    at_once: bool,
    reason: str | None,
    comment: str | None,
) -> None:
    """Keep why somebody left."""
    session.add(
        PlanCancellation(
            customer_id=customer_id,
            subscription_id=subscription_id,
            at=clock.now(),
            at_once=at_once,
            reason=reason,
            comment=comment,
        )
    )
    await session.flush()


async def cancellations(session: AsyncSession, *, since: datetime, limit: int) -> Sequence[PlanCancellation]:
    """Cancellations asked for since a moment, newest first: for the merchant."""
    found = await session.execute(
        select(PlanCancellation)
        .where(col(PlanCancellation.at) >= since)
        .order_by(col(PlanCancellation.id).desc())
        .limit(limit)
    )
    return found.scalars().all()


# What is owed


async def open_invoice(session: AsyncSession, customer_id: int, subscription_id: int) -> Invoice | None:
    """The newest invoice of a subscription that waits for its money."""
    found = await session.execute(
        select(Invoice)
        .where(
            col(Invoice.customer_id) == customer_id,
            col(Invoice.subscription_id) == subscription_id,
            col(Invoice.status) == "open",
        )
        .order_by(col(Invoice.id).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()
