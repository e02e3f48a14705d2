"""The webhook inbox: verify, keep, queue; list and replay what came."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.errors import InvalidInput, NotFound, Unavailable
from billing_app.journal.audit import Actor, audit
from billing_app.payments import inbox_store
from billing_app.payments.applying import Applied, Applier, TryAgain
from billing_app.payments.checkout import customer_lock
from billing_app.payments.event_types import APPLIED, UNCOVERED
from billing_app.payments.gateway import API_VERSION, StripeGateway
from billing_app.payments.models import EVENT_STATES, WebhookEvent
from billing_app.payments.pushing.webhook_secret import WebhookSecret
from billing_app.payments.stripe_errors import WrongSignature
from billing_app.payments.stripe_objects import Event

APPLY_TASK = "apply_event"
MAX_BODY_BYTES = 1_048_576
MAX_LISTED = 200
LEFT_BEHIND_AFTER = timedelta(minutes=2)
NOTED_REFUSALS = 30
"""How many refused deliveries a process keeps each minute; all are counted in `billing_webhook_deliveries_total`."""

_MAX_HEADERS = 40
_MAX_HEADER = 300
_SECRET_HEADERS = frozenset({"cookie", "authorization", "proxy-authorization"})

_deliveries = Counter("billing_webhook_deliveries_total", "Deliveries to our webhook endpoint.", ["outcome"])
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the log (AD9). `effects` and `error` in words; `took_ms` of the last attempt."""

    id: str
    type: str
    object_id: str | None
    state: str
    received_at: datetime
    created_at: datetime
    deliveries: int
    attempts: int
    api_version: str | None
    livemode: bool
    error: str | None
    effects: tuple[str, ...]
    took_ms: int | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventView(EventLine):
    """One event with the object in its body, as Stripe sent it."""

    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A delivery with a wrong signature. `number` counts all that were ever kept."""

    number: int
    received_at: datetime
    reason: str
    headers: dict[str, str]
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: effects in words, or none for "no change"; `error` when it could not be applied."""

    event_id: str
    state: str
    effects: tuple[str, ...]
    error: str | None = None

    @property
    def says(self) -> str:
        """For people."""
        return self.error or "; ".join(self.effects) or "no change"


class _EachMinute:
    """So many each minute, in this process; the rest is not worth a write."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = -1
        self._count = 0

    def one_more(self) -> bool:
        """Whether there is room for one more in this minute; takes it."""
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        if self._count == self._most + 1:
            logger.warning(
                "more than %d deliveries without our signature in a minute: they are only counted", self._most
            )
        return self._count <= self._most


class Inbox:
    """Takes deliveries in, and shows and replays them."""

    def __init__(self, database: Database, gateway: StripeGateway, applier: Applier, secret: WebhookSecret) -> None:
        self._database = database
        self._gateway = gateway
        self._applier = applier
        self._secret = secret
        self._noted = _EachMinute(NOTED_REFUSALS)

    async def receive(self, body: bytes, signature: str | None, headers: Mapping[str, str]) -> str:
        """Keep a delivery and queue its job, in one short transaction.

        Returns:
            `new`, or `known` for a repeated delivery.

        Raises:
            WrongSignature: not signed by Stripe with our secret; its headers are kept, its body is not. Of a flood of
                those only some are kept, so that who has no secret cannot keep the database busy; all are counted.
            NotAnEvent: signed, but no event.
            Unavailable: no secret is known yet; Stripe will deliver again.
        """
        try:
            event = await self._verified(body, signature)
        except WrongSignature as wrong:
            _deliveries.labels("refused").inc()
            if self._noted.one_more():
                async with self._database.transaction() as session:
                    await inbox_store.refuse(session, wrong.detail, _presentable(headers), len(body))
            raise
        state = self._state_at_first(event)
        async with self._database.transaction() as session:
            new = await inbox_store.keep(session, event, state)
            if new and state == "received":
                await defer(session, APPLY_TASK, lock=customer_lock(event.customer), event_id=event.id)
        if new and state in ("foreign", "unhandled"):
            logger.warning("event %s (%s) is %s: somebody should look", event.id, event.type, state)
        _deliveries.labels("new" if new else "known").inc()
        return "new" if new else "known"

    async def _verified(self, body: bytes, signature: str | None) -> Event:
        """As the gateway; an endpoint that a push made meanwhile is known from its first delivery on."""
        try:
            return self._gateway.verified(body, signature)
        except (WrongSignature, Unavailable):
            fresh = await self._secret.read_again()
            if fresh is None:
                raise
        self._gateway.use_webhook_secret(fresh)
        return self._gateway.verified(body, signature)

    def _state_at_first(self, event: Event) -> str:
        if event.type not in APPLIED and event.type not in UNCOVERED:
            return "ignored"
        if event.api_version != API_VERSION or event.livemode != self._gateway.livemode:
            return "foreign"
        return "unhandled" if event.type in UNCOVERED else "received"

    async def events(
        self,
        *,
        states: Sequence[str] | None = None,
        type_prefix: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[EventLine]:
        """Events, last received first; `before` an event's id pages on.

        Raises:
            InvalidInput: an unknown state. NotFound: no such event to page from.
        """
        unknown = [state for state in states or () if state not in EVENT_STATES]
        if unknown:
            raise InvalidInput(f'There is no state "{unknown[0][:30]}"; there are: {", ".join(EVENT_STATES)}.')
        async with self._database.transaction() as session:
            last = await inbox_store.event(session, before) if before else None
            if before and last is None:
                raise NotFound("There is no such event in the inbox.")
            rows = await inbox_store.events(
                session,
                states=states,
                type_prefix=type_prefix,
                before=(last.received_at, last.id) if last else None,
                limit=max(1, min(limit, MAX_LISTED)),
            )
        return [EventLine(**_line(row)) for row in rows]

    async def event(self, event_id: str) -> EventView:
        """One event with its body.

        Raises:
            NotFound: no such event.
        """
        async with self._database.transaction() as session:
            row = await inbox_store.event(session, event_id)
        if row is None:
            raise NotFound("There is no such event in the inbox.")
        return EventView(**_line(row), payload=row.payload)

    async def counts(self) -> dict[str, int]:
        """How many events are in each state."""
        async with self._database.transaction() as session:
            return await inbox_store.counts(session)

    async def refusals(self, *, limit: int = 100) -> list[Refusal]:
        """Deliveries that were refused for their signature, last first."""
        async with self._database.transaction() as session:
            rows = await inbox_store.refusals(session, max(1, min(limit, inbox_store.KEPT_REFUSALS)))
        return [Refusal(row.id, row.received_at, row.reason, row.headers, row.body_bytes) for row in rows]

    async def replay(self, event_id: str, actor: Actor) -> Replayed:
        """Apply an event once more, now. Idempotent: says what changed, or "no change". Audited.

        When it cannot be applied now, it is tried again by itself, as often as an event that has just come.

        Raises:
            NotFound: no such event.
            InvalidInput: an event that is never applied (ignored, foreign, unhandled).
        """
        async with self._database.transaction() as session:
            event = await inbox_store.event(session, event_id)
        if event is None:
            raise NotFound("There is no such event in the inbox.")
        if event.state in ("ignored", "foreign", "unhandled"):
            raise InvalidInput(f"Event {event_id} is {event.state}: no rule applies to it.")
        async with self._database.transaction() as session:
            await inbox_store.start_again(session, event_id)
        try:
            done = await self._applier.apply_event(event_id, again=True, by=_named(actor))
            replayed, pause_s = Replayed(event_id, done.state, done.effects), 0
        except TryAgain as later:
            replayed = Replayed(event_id, (await self.event(event_id)).state, (), error=str(later))
            pause_s = later.pause_s
        async with self._database.transaction() as session:
            # An event that was given up has no job any more, one that still failed by itself has.
            if pause_s and replayed.state != "done" and not await inbox_store.has_job(session, event_id):
                await self._queue(session, event_id, event.stripe_customer_id, delay_s=pause_s)
            await audit(session, actor, "webhook.replayed", f"event:{event_id}", after={"result": replayed.says})
        return replayed

    async def rehearse(self, event_id: str) -> Applied:
        """What a replay would do now; nothing is kept.

        Raises:
            NotFound: no such event. InvalidInput: an event that is never applied.
        """
        return await self._applier.rehearse(event_id)

    async def fetched(self, event: Event) -> str | None:
        """Keep an event that was never delivered, as it was found in Stripe's list. Nothing is queued for it.

        Returns:
            Its state; None if it was known.
        """
        state = self._state_at_first(event)
        async with self._database.transaction() as session:
            new = await inbox_store.keep(session, event, state, delivered=False)
        return state if new else None

    async def covered(self, events: Mapping[str, str]) -> None:
        """Close events whose object was fetched and applied, by the same rule, for a newer event that came with them.

        Nothing would be learnt from them any more: rules read the object as it is, never the event.

        Args:
            events: the event to close, and the newer one that was applied.
        """
        async with self._database.transaction() as session:
            for event_id, newer in events.items():
                await inbox_store.finish(session, event_id, "done", [f"told by {newer}"], 0)

    async def queue_left_behind(self, *, limit: int = 100) -> int:
        """Queue events whose job was lost, such as one ended by a restore of the database; how many."""
        async with self._database.transaction() as session:
            rows = await inbox_store.left_behind(session, clock.wall() - LEFT_BEHIND_AFTER, limit)
            for row in rows:
                await self._queue(session, row.id, row.stripe_customer_id)
        return len(rows)

    @staticmethod
    async def _queue(session: AsyncSession, event_id: str, customer: str | None, *, delay_s: int = 0) -> None:
        """A later attempt, behind fresh events."""
        lock = customer_lock(customer)
        await defer(session, APPLY_TASK, lock=lock, priority=-5, delay_s=delay_s, event_id=event_id)


def _named(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}" if actor.id else actor.kind


def _presentable(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers fit to be kept: bounded, without what could sign anybody in, without NUL."""
    kept: dict[str, str] = {}
    for name, value in list(headers.items())[:_MAX_HEADERS]:
        shown = "***" if name.lower() in _SECRET_HEADERS else value[:_MAX_HEADER]
        kept[name[:_MAX_HEADER].replace("\x00", "")] = shown.replace("\x00", "")
    return kept


def _line(row: WebhookEvent) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": row.type,
        "object_id": row.object_id,
        "state": row.state,
        "received_at": row.received_at,
        "created_at": row.created_at,
        "deliveries": row.deliveries,
        "attempts": row.attempts,
        "api_version": row.api_version,
        "livemode": row.livemode,
        "error": row.error,
        "effects": tuple(row.effects),
        "took_ms": row.took_ms,
        "done_at": row.done_at,
    }


__all__ = ["Applied", "EventLine", "EventView", "Inbox", "Refusal", "Replayed"]
