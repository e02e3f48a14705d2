"""Every SQL statement of the webhook inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.payments.delivery_log.scrubbing import scrubbed
from billing_app.payments.models import RefusedDelivery, WebhookEvent
from billing_app.payments.stripe_objects import Event

KEPT_REFUSALS = 100
MAX_ERROR = 500
_WITH_JOB = (
    "SELECT args ->> 'event_id' FROM procrastinate_jobs "
    "WHERE task_name = 'apply_event' AND status IN ('todo', 'doing') AND args ->> 'event_id' IS NOT NULL"
)


async def keep(session: AsyncSession, event: Event, state: str, *, delivered: bool = True) -> bool:
    """Keep an event, secrets masked; one that is known is only counted. True: it is new.

    Args:
        delivered: it came by itself; else it was found in Stripe's list, which counts as no delivery.
    """
    once = int(delivered)
    made = await session.execute(
        insert(WebhookEvent)
        .values(
            id=event.id,
            type=event.type,
            object_id=event.object_id,
            stripe_customer_id=event.customer,
            api_version=event.api_version,
            livemode=event.livemode,
            created_at=event.created,
            received_at=clock.wall(),
            state=state,
            deliveries=once,
            payload=scrubbed(event.data),
        )
        .on_conflict_do_update(index_elements=["id"], set_={"deliveries": col(WebhookEvent.deliveries) + once})
        .returning(literal_column("xmax = 0"))  # an update leaves its own id there
    )
    return bool(made.scalar_one())


async def known(session: AsyncSession, event_ids: Sequence[str]) -> set[str]:
    """Of these events those that are in the inbox."""
    found = await session.execute(select(col(WebhookEvent.id)).where(col(WebhookEvent.id).in_(event_ids)))
    return set(found.scalars().all())


async def event(session: AsyncSession, event_id: str, *, lock: bool = False) -> WebhookEvent | None:
    """One event of the inbox."""
    query = select(WebhookEvent).where(col(WebhookEvent.id) == event_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if lock else query)


async def finish(session: AsyncSession, event_id: str, state: str, effects: list[str], took_ms: int) -> None:
    """Write how applying an event ended, in the transaction of its effects, which add to those it had before."""
    await session.execute(
        update(WebhookEvent)
        .where(col(WebhookEvent.id) == event_id)
        .values(
            state=state,
            attempts=col(WebhookEvent.attempts) + 1,
            error=None,
            effects=col(WebhookEvent.effects).concat(effects) if effects else col(WebhookEvent.effects),
            took_ms=took_ms,
            done_at=clock.wall(),
        )
    )


async def note_failure(session: AsyncSession, event_id: str, state: str, error: str, took_ms: int) -> None:
    """Write a failed attempt, in a transaction of its own: the one of the effects was rolled back."""
    await session.execute(
        update(WebhookEvent)
        .where(col(WebhookEvent.id) == event_id, col(WebhookEvent.state) != "done")
        .values(state=state, attempts=col(WebhookEvent.attempts) + 1, error=error[:MAX_ERROR], took_ms=took_ms)
    )


async def start_again(session: AsyncSession, event_id: str) -> None:
    """Give an event its full number of attempts again."""
    await session.execute(
        update(WebhookEvent)
        .where(col(WebhookEvent.id) == event_id, col(WebhookEvent.state).in_(("failed", "waiting", "parked")))
        .values(state="received", attempts=0)
    )


async def events(
    session: AsyncSession,
    *,
    states: Sequence[str] | None,
    type_prefix: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[WebhookEvent]:
    """Events, last received first, without their bodies being looked at."""
    query = select(WebhookEvent).order_by(col(WebhookEvent.received_at).desc(), col(WebhookEvent.id).desc())
    if states:
        query = query.where(col(WebhookEvent.state).in_(states))
    if type_prefix:
        query = query.where(col(WebhookEvent.type).startswith(type_prefix, autoescape=True))
    if before:
        query = query.where(text("(received_at, id) < (:at, :id)").bindparams(at=before[0], id=before[1]))
    return (await session.execute(query.limit(limit))).scalars().all()


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many events are in each state."""
    rows = await session.execute(
        select(col(WebhookEvent.state), func.count())
        .group_by(col(WebhookEvent.state))
        .order_by(col(WebhookEvent.state))
    )
    return {row[0]: row[1] for row in rows}


async def left_behind(session: AsyncSession, received_before: datetime, limit: int) -> Sequence[WebhookEvent]:
    """Events of before that moment that are still to be applied, and that no job is going to apply."""
    found = await session.execute(
        select(WebhookEvent)
        .where(
            col(WebhookEvent.state).in_(("received", "waiting", "failed")),
            col(WebhookEvent.received_at) < received_before,
            text(f"webhook_events.id NOT IN ({_WITH_JOB})"),
        )
        .order_by(col(WebhookEvent.received_at))
        .limit(limit)
    )
    return found.scalars().all()


async def has_job(session: AsyncSession, event_id: str) -> bool:
    """Whether a job is waiting to apply this event, or doing so."""
    found = await session.scalar(text(f"SELECT :id IN ({_WITH_JOB})").bindparams(id=event_id))
    return bool(found)


async def refuse(session: AsyncSession, reason: str, headers: dict[str, Any], body_bytes: int) -> None:
    """Keep the headers of a refused delivery, and of the hundred last ones at most."""
    made = await session.execute(
        insert(RefusedDelivery)
        .values(received_at=clock.wall(), reason=reason, headers=headers, body_bytes=body_bytes)
        .returning(col(RefusedDelivery.id))
    )
    await session.execute(delete(RefusedDelivery).where(col(RefusedDelivery.id) <= made.scalar_one() - KEPT_REFUSALS))


async def refusals(session: AsyncSession, limit: int) -> Sequence[RefusedDelivery]:
    """Refused deliveries, last first. The id counts all that were ever kept."""
    found = await session.execute(select(RefusedDelivery).order_by(col(RefusedDelivery.id).desc()).limit(limit))
    return found.scalars().all()
