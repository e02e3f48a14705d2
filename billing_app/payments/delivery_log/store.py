"""Every SQL statement of the log of deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import cast
from sqlmodel import col

from billing_app import clock
from billing_app.credits import WrittenEntry
from billing_app.payments.delivery_log.models import WebhookAttempt
from billing_app.payments.delivery_log.views import EventFilter
from billing_app.payments.models import StripeCustomer, WebhookEvent

KEPT_ATTEMPTS = 100
"""Of one event; older ones go as new ones come."""
MAX_ENTRIES = 200
_MAX_ERROR = 500

Line = tuple[WebhookEvent, int | None]
"""An event, and our customer where its Stripe customer is one of ours."""


async def note(
    session: AsyncSession,
    event_id: str,
    *,
    by: str,
    state: str,
    took_ms: int,
    error: str | None = None,
    effects: Sequence[str] = (),
    entries: Sequence[WrittenEntry] = (),
) -> None:
    """Keep an attempt: of its effects in their transaction, of a failure in one of its own."""
    made = await session.execute(
        insert(WebhookAttempt)
        .values(
            event_id=event_id,
            at=clock.wall(),
            by=by,
            state=state,
            took_ms=took_ms,
            error=error[:_MAX_ERROR] if error else None,
            effects=list(effects),
            entries=[
                {"customer": one.customer_id, "entry": one.entry_id, "kind": one.kind, "credits": one.credits}
                for one in entries[:MAX_ENTRIES]
            ],
        )
        .returning(col(WebhookAttempt.id))
    )
    kept = (
        select(col(WebhookAttempt.id))
        .where(col(WebhookAttempt.event_id) == event_id, col(WebhookAttempt.id) <= made.scalar_one())
        .order_by(col(WebhookAttempt.id).desc())
        .offset(KEPT_ATTEMPTS)
        .limit(1)
        .scalar_subquery()
    )
    await session.execute(
        delete(WebhookAttempt).where(col(WebhookAttempt.event_id) == event_id, col(WebhookAttempt.id) <= kept)
    )


def _lines() -> Any:
    return select(WebhookEvent, col(StripeCustomer.customer_id)).outerjoin(
        StripeCustomer, col(StripeCustomer.stripe_customer_id) == col(WebhookEvent.stripe_customer_id)
    )


def _matching(query: Any, wanted: EventFilter) -> Any:
    if wanted.states:
        query = query.where(col(WebhookEvent.state).in_(wanted.states))
    if wanted.type_prefix:
        query = query.where(col(WebhookEvent.type).startswith(wanted.type_prefix, autoescape=True))
    if wanted.about:
        query = query.where(
            or_(
                col(WebhookEvent.id) == wanted.about,
                col(WebhookEvent.object_id) == wanted.about,
                col(WebhookEvent.stripe_customer_id) == wanted.about,
            )
        )
    if wanted.customer_id is not None:
        theirs = select(col(StripeCustomer.stripe_customer_id)).where(
            col(StripeCustomer.customer_id) == wanted.customer_id, col(StripeCustomer.stripe_customer_id).is_not(None)
        )
        wrote = select(col(WebhookAttempt.event_id)).where(
            col(WebhookAttempt.entries).contains(cast([{"customer": wanted.customer_id}], JSONB))
        )
        query = query.where(or_(col(WebhookEvent.stripe_customer_id).in_(theirs), col(WebhookEvent.id).in_(wrote)))
    if wanted.since is not None:
        query = query.where(col(WebhookEvent.received_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(WebhookEvent.received_at) < wanted.until)
    return query


async def lines(
    session: AsyncSession, wanted: EventFilter, *, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Line]:
    """Events, last received first."""
    query = _matching(_lines(), wanted).order_by(col(WebhookEvent.received_at).desc(), col(WebhookEvent.id).desc())
    if before:
        query = query.where(
            text("(webhook_events.received_at, webhook_events.id) < (:at, :id)").bindparams(at=before[0], id=before[1])
        )
    found: Any = await session.execute(query.limit(limit))
    return [(row[0], row[1]) for row in found]


async def ids(session: AsyncSession, wanted: EventFilter, limit: int) -> list[str]:
    """Events to replay: those received first come first."""
    query = _matching(select(col(WebhookEvent.id)), wanted)
    found = await session.execute(query.order_by(col(WebhookEvent.received_at), col(WebhookEvent.id)).limit(limit))
    return list(found.scalars().all())


async def line(session: AsyncSession, event_id: str) -> Line | None:
    """One event."""
    found: Any = await session.execute(_lines().where(col(WebhookEvent.id) == event_id))
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


async def attempts(session: AsyncSession, event_id: str) -> Sequence[WebhookAttempt]:
    """The attempts that are kept of an event, the last first."""
    found = await session.execute(
        select(WebhookAttempt)
        .where(col(WebhookAttempt.event_id) == event_id)
        .order_by(col(WebhookAttempt.id).desc())
        .limit(KEPT_ATTEMPTS)
    )
    return found.scalars().all()


async def forget_bodies(session: AsyncSession, received_before: datetime, limit: int) -> int:
    """Empty the bodies of events received before that moment; how many."""
    old = (
        select(col(WebhookEvent.id))
        .where(col(WebhookEvent.received_at) < received_before, col(WebhookEvent.payload) != text("'{}'::jsonb"))
        .order_by(col(WebhookEvent.received_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    done = await session.execute(
        update(WebhookEvent)
        .where(col(WebhookEvent.id).in_(old))
        .values(payload=text("'{}'::jsonb"))
        .returning(col(WebhookEvent.id))
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


async def forget_attempts(session: AsyncSession, before: datetime, limit: int) -> int:
    """Delete attempts from before that moment that changed nothing; how many."""
    old = (
        select(col(WebhookAttempt.id))
        .where(col(WebhookAttempt.at) < before, col(WebhookAttempt.effects) == text("'[]'::jsonb"))
        .order_by(col(WebhookAttempt.at))
        .limit(limit)
    )
    done = await session.execute(
        delete(WebhookAttempt)
        .where(col(WebhookAttempt.id).in_(old))
        .returning(col(WebhookAttempt.id))
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


async def forget_events(session: AsyncSession, received_before: datetime, limit: int) -> int:
    """Delete events nobody needs any more, with their attempts: ignored ones, received before that moment; how many."""
    old = (
        select(col(WebhookEvent.id))
        .where(col(WebhookEvent.state) == "ignored", col(WebhookEvent.received_at) < received_before)
        .order_by(col(WebhookEvent.received_at))
        .limit(limit)
    )
    done = await session.execute(
        delete(WebhookEvent)
        .where(col(WebhookEvent.id).in_(old))
        .returning(col(WebhookEvent.id))
        .execution_options(synchronize_session=False)
    )
    return len(done.all())
