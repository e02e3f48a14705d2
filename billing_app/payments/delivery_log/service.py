"""What staff see of Stripe's deliveries, and replays by their hand. Whoever asks must be allowed to (AD13)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput, NotFound
from billing_app.journal.audit import Actor, audit
from billing_app.payments.delivery_log import store
from billing_app.payments.delivery_log.models import WebhookAttempt
from billing_app.payments.delivery_log.scrubbing import scrubbed
from billing_app.payments.delivery_log.views import (
    MAX_PAGE,
    REPLAYABLE,
    UNDONE,
    Attempt,
    Batch,
    Effect,
    EventDetail,
    EventFilter,
    EventPage,
    LoggedEvent,
    Rehearsal,
)
from billing_app.payments.inbox import Inbox, Refusal, Replayed

MAX_REPLAYED = 100
"""Events in one bulk replay: each asks Stripe, one after the other."""


class DeliveryLog:
    """Reads need VIEWER, replays SUPPORT."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    async def events(
        self, by: Principal, wanted: EventFilter | None = None, *, before: str | None = None, limit: int = 50
    ) -> EventPage:
        """Events, last received first; `before` an event's id continues the list.

        Raises:
            NotPermitted: not staff. InvalidInput: `limit` is not 1 to 200. NotFound: no such event to continue from.
        """
        by.require(Role.VIEWER)
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput(f"Ask for 1 to {MAX_PAGE} events at once.", field="limit")
        async with self._database.transaction() as session:
            last = await store.line(session, before) if before else None
            if before and last is None:
                raise NotFound("There is no such event in the inbox.")
            after = (last[0].received_at, last[0].id) if last else None
            rows = await store.lines(session, wanted or EventFilter(), before=after, limit=limit + 1)
        found = tuple(LoggedEvent(**_values(row)) for row in rows[:limit])
        return EventPage(found, found[-1].id if len(rows) > limit else None)

    async def event(self, by: Principal, event_id: str) -> EventDetail:
        """One event with its body, its attempts and the entries of the ledger it wrote.

        Raises:
            NotPermitted: not staff. NotFound: no such event.
        """
        by.require(Role.VIEWER)
        async with self._database.transaction() as session:
            row = await store.line(session, event_id)
            if row is None:
                raise NotFound("There is no such event in the inbox.")
            history = tuple(_attempt(one) for one in await store.attempts(session, event_id))
        entries = tuple(entry for one in reversed(history) for entry in one.entries)
        return EventDetail(**_values(row), payload=scrubbed(row[0].payload), history=history, entries=entries)

    async def counts(self, by: Principal) -> dict[str, int]:
        """How many events are in each state."""
        by.require(Role.VIEWER)
        return await self._inbox.counts()

    async def refusals(self, by: Principal, *, limit: int = 100) -> list[Refusal]:
        """Deliveries that were refused for their signature, last first: their headers, never their bodies."""
        by.require(Role.VIEWER)
        return await self._inbox.refusals(limit=limit)

    async def replay(self, by: Principal, event_id: str) -> Replayed:
        """Apply an event once more, now. Idempotent: says what changed, or "no change". Audited.

        Raises:
            NotPermitted: not SUPPORT. NotFound: no such event. InvalidInput: no rule applies to it.
        """
        by.require(Role.SUPPORT)
        return await self._inbox.replay(event_id, Actor.user(by.user_id))

    async def rehearse(self, by: Principal, event_id: str) -> Rehearsal:
        """What a replay would do, found out by doing it and undoing that. Nothing is kept, nobody is told.

        Raises:
            NotPermitted: not SUPPORT. NotFound: no such event. InvalidInput: no rule applies to it.
        """
        by.require(Role.SUPPORT)
        tried = await self._inbox.rehearse(event_id)
        return Rehearsal(event_id, tried.effects, tuple(_effect(one) for one in tried.entries), tried.error)

    async def replay_many(
        self, by: Principal, wanted: EventFilter | None = None, *, limit: int = MAX_REPLAYED
    ) -> Batch:
        """Replay events, those received first first: what the filter finds of those that could not be applied.

        Each is a replay of its own; one that fails does not keep the others. Audited together, and each by itself.

        Args:
            wanted: which; its states must have a rule, none given means those waiting, failed or parked.
            limit: 100 at most; if there are `more`, ask again.

        Raises:
            NotPermitted: not SUPPORT. InvalidInput: `limit` is not 1 to 100, or a state that is never applied.
        """
        by.require(Role.SUPPORT)
        if not 1 <= limit <= MAX_REPLAYED:
            raise InvalidInput(f"Replay 1 to {MAX_REPLAYED} events at once.", field="limit")
        wanted = wanted or EventFilter()
        states = wanted.states or UNDONE
        if never := [state for state in states if state not in REPLAYABLE]:
            raise InvalidInput(f"Events that are {never[0]} are never applied: no rule applies to them.")
        chosen = EventFilter(states, wanted.type_prefix, wanted.about, wanted.customer_id, wanted.since, wanted.until)
        async with self._database.transaction() as session:
            found = await store.ids(session, chosen, limit + 1)
        actor = Actor.user(by.user_id)
        told = [await self._inbox.replay(event_id, actor) for event_id in found[:limit]]
        batch = _summary(told, more=len(found) > limit)
        async with self._database.transaction() as session:
            await _audit_batch(session, actor, chosen, batch)
        return batch


async def _audit_batch(session: AsyncSession, actor: Actor, wanted: EventFilter, batch: Batch) -> None:
    asked = {"states": list(wanted.states), "type": wanted.type_prefix, "about": wanted.about}
    done = {"changed": batch.changed, "unchanged": batch.unchanged, "failed": batch.failed}
    await audit(session, actor, "webhook.replayed_many", "events", before=asked, after=done)


def _summary(told: Sequence[Replayed], *, more: bool) -> Batch:
    failed = sum(one.error is not None for one in told)
    changed = sum(one.error is None and bool(one.effects) for one in told)
    lines = tuple((one.event_id, one.says) for one in told)
    return Batch(changed, len(told) - failed - changed, failed, more, lines)


def _values(row: store.Line) -> dict[str, Any]:
    event, customer_id = row
    return {
        "id": event.id,
        "type": event.type,
        "object_id": event.object_id,
        "customer_id": customer_id,
        "state": event.state,
        "received_at": event.received_at,
        "created_at": event.created_at,
        "deliveries": event.deliveries,
        "attempts": event.attempts,
        "api_version": event.api_version,
        "livemode": event.livemode,
        "error": event.error,
        "effects": tuple(event.effects),
        "took_ms": event.took_ms,
        "done_at": event.done_at,
    }


def _attempt(row: WebhookAttempt) -> Attempt:
    entries = tuple(Effect(one["customer"], one["entry"], one["kind"], one["credits"]) for one in row.entries)
    return Attempt(row.at, row.by, row.state, row.took_ms, row.error, tuple(row.effects), entries)


def _effect(written: Any) -> Effect:
    return Effect(written.customer_id, written.entry_id, written.kind, written.credits)
