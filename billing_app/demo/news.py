"""What Stripe has to report, read from its list of events; kept in the inbox and applied as ever.

While the demo life is told our endpoint at the sandbox rests: each delivery costs a request and a job, which is right
for a shop and slow for a year in five minutes. Every event still goes through the inbox and the same applier, in its
order for each Stripe customer; of several about one object that are read together the last is applied.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from billing_app.bootstrap import Services
from billing_app.demo.bank import Bank
from billing_app.errors import Unavailable
from billing_app.payments.applying import TryAgain
from billing_app.payments.events import RULES
from billing_app.payments.stripe_objects import Event

AT_ONCE = 6
_ROUNDS = 3


class News:
    """Reads on from the last event it has seen."""

    def __init__(self, services: Services, bank: Bank, last: str | None) -> None:
        self._services = services
        self._bank = bank
        self._last = last
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def catch_up(self) -> int:
        """Keep and apply everything that was reported since; how many events that were.

        Raises:
            Unavailable: an event cannot be applied; it stays in the inbox and is tried again by the worker.
        """
        fresh, self._last = await self._bank.events_after(self._last)
        by_customer: dict[str, list[Event]] = defaultdict(list)
        for event in fresh:
            by_customer[event.customer or event.id].append(event)
        await asyncio.gather(*(self._take(events) for events in by_customer.values()))
        return len(fresh)

    async def _take(self, events: Sequence[Event]) -> None:
        """Those of one customer, in order; one that waits for a later one is tried again behind it."""
        async with self._turns:
            fresh = [event for event in events if await self._is_open(event)]
            waiting, covered = newest_of_each(fresh)
            for _ in range(_ROUNDS):
                later: list[Event] = []
                for event in waiting:
                    try:
                        await self._services.applier.apply_event(event.id)
                    except TryAgain:
                        later.append(event)
                if not later:
                    if covered:
                        await self._services.inbox.covered(covered)
                    return
                waiting = later
            raise Unavailable(f"{waiting[0].type} {waiting[0].id} could not be applied: see 'webhooks list'.")

    async def _is_open(self, event: Event) -> bool:
        """Keep it, and tell whether it is to be applied: also one from a telling that was cut off before it was."""
        state = await self._services.inbox.fetched(event)
        if state is None:
            state = (await self._services.inbox.event(event.id)).state
        return state in ("received", "waiting", "failed")


def newest_of_each(events: Sequence[Event]) -> tuple[list[Event], dict[str, str]]:
    """Of events about one object under one rule the last, in order; and which of the others it covers, by their ids.

    A rule fetches the object as it is now, so for all that have come the last fetch tells everything.
    """
    last = {_about(event): event for event in events if event.type in RULES}
    newest = [event for event in events if event.type not in RULES or last[_about(event)] is event]
    covered = {
        event.id: last[_about(event)].id for event in events if event.type in RULES and last[_about(event)] is not event
    }
    return newest, covered


def _about(event: Event) -> tuple[int, str | None]:
    return id(RULES[event.type]), event.object_id


@asynccontextmanager
async def news(services: Services, bank: Bank, since: datetime) -> AsyncIterator[News]:
    """Deliveries rest inside the block; what they would have brought since then is read from the list."""
    last = await bank.last_event_before(since)
    await bank.let_endpoints_rest(rest=True)
    try:
        yield News(services, bank, last)
    finally:
        await bank.let_endpoints_rest(rest=False)
