"""The State of `/admin/webhooks`. Every handler asks who it is, and the service asks again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.payments.delivery_log.views import REPLAYABLE, UNDONE, EventFilter
from billing_app.ui.pages.admin.webhooks.rows import (
    STATES,
    AttemptRow,
    EntryRow,
    EventRow,
    FactRow,
    RefusalRow,
    attempt_row,
    body_of,
    entry_row,
    event_rows,
    facts_of,
    refusal_row,
)
from billing_app.ui.session import staff_of

OPENED = "opened-event"
"""Where the event that is open is told about."""
LOG = "webhook-log"
"""Where the list stands."""
PAGE = 50
MOST_SHOWN = 500
_MAX_TEXT = 255


class WebhooksState(rx.State):
    """The log under its filter, and the one event that is open."""

    error: rx.Field[str] = rx.field("")
    said: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    busy: rx.Field[bool] = rx.field(False)
    only: rx.Field[str] = rx.field("")
    kind: rx.Field[str] = rx.field("")
    about: rx.Field[str] = rx.field("")
    rows: rx.Field[list[EventRow]] = rx.field(default_factory=list)
    next_before: rx.Field[str] = rx.field("")
    undone: rx.Field[int] = rx.field(0)
    summary: rx.Field[str] = rx.field("")
    refused: rx.Field[list[RefusalRow]] = rx.field(default_factory=list)

    shown: rx.Field[str] = rx.field("")
    shown_type: rx.Field[str] = rx.field("")
    shown_state: rx.Field[str] = rx.field("")
    shown_tone: rx.Field[str] = rx.field("")
    shown_error: rx.Field[str] = rx.field("")
    shown_customer: rx.Field[str] = rx.field("")
    shown_href: rx.Field[str] = rx.field("")
    replayable: rx.Field[bool] = rx.field(False)
    facts: rx.Field[list[FactRow]] = rx.field(default_factory=list)
    entries: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    attempts: rx.Field[list[AttemptRow]] = rx.field(default_factory=list)
    body: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """The last events; the address may name one (`?event=`), or whose they are (`?about=`, `?state=`)."""
        self.reset()
        asked = self.router.url.query_parameters
        self.about = str(asked.get("about", ""))[:_MAX_TEXT]
        self.only = _known(str(asked.get("state", "")))
        await self._list(None)
        if (event := str(asked.get("event", ""))[:_MAX_TEXT]) and not self.error:
            await self._open(event)
        self.loaded = True

    @rx.event
    async def choose_only(self, only: str) -> None:
        """Show events in one state."""
        self.only = _known(only)
        await self._list(None)

    @rx.event
    async def find(self, form: dict[str, Any]) -> None:
        """Show events of a type, or about an object."""
        self.kind = str(form.get("kind", "")).strip()[:_MAX_TEXT]
        self.about = str(form.get("about", "")).strip()[:_MAX_TEXT]
        await self._list(None)

    @rx.event
    async def show_more(self) -> None:
        """The events before those."""
        await self._list(self.next_before or None)

    @rx.event
    async def open_event(self, event_id: str):
        """Show one event with everything known of it, above the list: the focus goes there, and the page with it."""
        self.error = self.said = ""
        await self._open(event_id)
        return rx.set_focus(OPENED)

    @rx.event
    async def close_event(self) -> rx.event.EventSpec:
        """Back to the list alone, and the focus with it."""
        self.shown = ""
        return rx.set_focus(LOG)

    @rx.event
    async def replay(self, event_id: str):
        """Apply one event once more."""

        async def applied(me: Principal) -> str:
            return f"Replayed {event_id}: {(await current().deliveries.replay(me, event_id)).says}."

        async for _ in self._doing(applied):
            yield

    @rx.event
    async def rehearse(self, event_id: str):
        """Say what a replay would do; nothing is kept."""

        async def tried(me: Principal) -> str:
            says = (await current().deliveries.rehearse(me, event_id)).says
            return f"A replay of {event_id} would do this now: {says}. Nothing was changed."

        async for _ in self._doing(tried, changes=False):
            yield

    @rx.event
    async def replay_undone(self):
        """Replay what could not be applied and the filter shows, a hundred at most."""

        async def applied(me: Principal) -> str:
            done = await current().deliveries.replay_many(me, EventFilter(UNDONE, self.kind, self.about))
            more = " There are more: replay again." if done.more else ""
            return f"{done.changed} had an effect, {done.unchanged} changed nothing, {done.failed} failed.{more}"

        async for _ in self._doing(applied):
            yield

    async def _doing(self, act: Callable[[Principal], Awaitable[str]], *, changes: bool = True) -> AsyncIterator[None]:
        """Let support act: the page is busy meanwhile, says what came of it, and shows how things stand then."""
        self.error = self.said = ""
        try:
            me = await staff_of(self, Role.SUPPORT)
        except DomainError as error:
            self.error = error.detail
            return
        self.busy, failed = True, ""
        yield
        try:
            self.said = await act(me)
        except DomainError as error:
            failed = error.detail
        self.busy = False
        if changes:
            await self._list(None)
            if self.shown:
                await self._open(self.shown)
        self.error = failed or self.error

    async def _list(self, before: str | None) -> None:
        if before is None:
            self.rows, self.error = [], ""
        try:
            me, log = await staff_of(self), current().deliveries
            states = UNDONE if self.only == "undone" else (self.only,) if self.only else ()
            found = await log.events(me, EventFilter(states, self.kind, self.about), before=before, limit=PAGE)
            counts = await log.counts(me)
            refused = await log.refusals(me)
        except DomainError as error:
            self.error = error.detail
            return
        now = clock.wall()
        self.rows = [*self.rows, *event_rows(found.events, now, self.rows[-1] if self.rows else None)]
        self.next_before = (found.next_before or "") if len(self.rows) < MOST_SHOWN else ""
        self.undone = sum(counts.get(state, 0) for state in UNDONE)
        self.summary = ", ".join(
            f"{counts[state]:,} {words}" for state, (words, _) in STATES.items() if state in counts
        )
        self.refused = [refusal_row(one) for one in refused]

    async def _open(self, event_id: str) -> None:
        try:
            event = await current().deliveries.event(await staff_of(self), event_id)
        except DomainError as error:
            self.error, self.shown = error.detail, ""
            return
        self.shown, self.shown_type = event.id, event.type
        self.shown_state, self.shown_tone = STATES[event.state]
        self.shown_error = event.error or ""
        self.shown_customer = f"customer {event.customer_id}" if event.customer_id else ""
        self.shown_href = f"/admin/customers/{event.customer_id}" if event.customer_id else ""
        self.replayable = event.state in REPLAYABLE
        self.facts = facts_of(event)
        self.entries = [entry_row(one) for one in event.entries]
        self.attempts = [attempt_row(one) for one in event.history]
        self.body = body_of(event)


def _known(only: str) -> str:
    return only if only == "undone" or only in STATES else ""
