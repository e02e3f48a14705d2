"""The outbox: a mail is owed if, and only if, the transaction that caused it commits. Sent by a job afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.db.queue import defer
from billing_app.journal.models import MailDelivery, OutboxMail

SEND_TASK = "send_mail"
ERROR_LIMIT = 500

# Over the index of what is owed. A mail whose job gave up comes here as well.
_LEFT_BEHIND = text(
    """SELECT d.outbox_id FROM outbox_deliveries d JOIN outbox o ON o.id = d.outbox_id
    WHERE d.state IN ('queued', 'sending') AND o.created_at < :before AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs j WHERE j.task_name = 'send_mail' AND j.status IN ('todo', 'doing')
        AND (j.args ->> 'outbox_id')::bigint = d.outbox_id)
    ORDER BY d.outbox_id LIMIT :limit"""
)

DeliveryState = Literal["queued", "sending", "sent", "kept", "moot", "refused"]


@dataclass(frozen=True, slots=True)
class OwedMail:
    """A mail that is owed: what it is about and where it goes."""

    outbox_id: int
    kind: str
    data: dict[str, Any]
    created_at: datetime
    recipient: str
    state: str
    attempts: int


async def post(
    session: AsyncSession,
    kind: str,
    *,
    recipient: str,
    reference: str,
    data: dict[str, Any],
    customer_id: int | None = None,
) -> int | None:
    """Owe a mail, in the caller's transaction, and queue the job `send_mail(outbox_id=...)` with it.

    Args:
        kind: which mail: see `notifications.letters`.
        recipient: the address, as an account or customer holds it.
        reference: what causes it. The same kind and reference again is the same mail: nothing happens.
        data: ids and figures for the letter; never a token or password, they would lie here for ever.
        customer_id: whom it is written to, so that erasing them finds it, whatever their address is by then.

    Returns:
        The mail's id, or None if it was owed before.
    """
    made = await session.execute(
        insert(OutboxMail)
        .values(kind=kind, reference=reference, data=data, created_at=clock.wall())
        .on_conflict_do_nothing(index_elements=["kind", "reference"])
        .returning(col(OutboxMail.id))
    )
    outbox_id = made.scalar_one_or_none()
    if outbox_id is None:
        return None
    session.add(
        MailDelivery(outbox_id=outbox_id, customer_id=customer_id, recipient=recipient, state="queued", attempts=0)
    )
    await session.flush()
    await defer(session, SEND_TASK, outbox_id=outbox_id)
    return outbox_id


async def claim(session: AsyncSession, outbox_id: int, lease: timedelta) -> OwedMail | None:
    """Take a mail to send it, for the time of the lease. None: it is done, or another has it, or it does not exist."""
    now = clock.wall()
    taken = await session.execute(
        update(MailDelivery)
        .where(
            col(MailDelivery.outbox_id) == outbox_id,
            or_(
                col(MailDelivery.state) == "queued",
                (col(MailDelivery.state) == "sending") & (col(MailDelivery.claimed_until) < now),
            ),
        )
        .values(state="sending", claimed_until=now + lease, attempts=MailDelivery.attempts + 1)
        .returning(col(MailDelivery.outbox_id))
    )
    return await owed(session, outbox_id) if taken.scalar_one_or_none() is not None else None


async def owed(session: AsyncSession, outbox_id: int) -> OwedMail | None:
    """One mail and how far it has come."""
    found = await session.execute(
        select(OutboxMail, MailDelivery)
        .join(MailDelivery, col(MailDelivery.outbox_id) == col(OutboxMail.id))
        .where(col(OutboxMail.id) == outbox_id)
        .execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    if row is None:
        return None
    mail, delivery = row
    return OwedMail(
        outbox_id=outbox_id,
        kind=mail.kind,
        data=mail.data,
        created_at=mail.created_at,
        recipient=delivery.recipient,
        state=delivery.state,
        attempts=delivery.attempts,
    )


async def settle(session: AsyncSession, mail: OwedMail, state: DeliveryState, error: str | None = None) -> None:
    """Write how the attempt that `claim` began has ended: `queued` to be tried again, else its final state.

    Nothing happens if the lease ran out and another attempt has begun since: that one will tell.
    """
    await session.execute(
        update(MailDelivery)
        .where(
            col(MailDelivery.outbox_id) == mail.outbox_id,
            col(MailDelivery.state) == "sending",
            col(MailDelivery.attempts) == mail.attempts,
        )
        .values(
            state=state,
            claimed_until=None,
            sent_at=clock.wall() if state in ("sent", "kept") else None,
            last_error=error[:ERROR_LIMIT] if error else None,
        )
    )


async def queue_left_behind(session: AsyncSession, owed_before: datetime, limit: int) -> int:
    """Queue mails owed since before that moment that no job is going to send, such as after a restore; how many."""
    rows = (await session.execute(_LEFT_BEHIND, {"before": owed_before, "limit": limit})).scalars().all()
    for outbox_id in rows:
        await defer(session, SEND_TASK, priority=-5, outbox_id=outbox_id)
    return len(rows)


async def give_up(session: AsyncSession, owed_before: datetime, limit: int) -> int:
    """Refuse mails that could not be sent since before that moment: nobody wants them any more; how many."""
    old = (
        select(col(MailDelivery.outbox_id))
        .join(OutboxMail, col(OutboxMail.id) == col(MailDelivery.outbox_id))
        .where(col(MailDelivery.state) == "queued", col(OutboxMail.created_at) < owed_before)
        .limit(limit)
    )
    given_up = await session.execute(
        update(MailDelivery)
        .where(col(MailDelivery.outbox_id).in_(old), col(MailDelivery.state) == "queued")
        .values(state="refused", last_error="It could not be sent for a week.")
        .returning(col(MailDelivery.outbox_id))
    )
    return len(given_up.all())
