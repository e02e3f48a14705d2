"""Time passes: everything that is due happens, moment by moment, for the sandbox's clock and for test clocks.

Each thing that happens is one transaction with the events it causes, at its own moment: an advance over a year makes
twelve renewals, each dated where it belongs (https://docs.stripe.com/billing/testing/test-clocks).
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from billing_app.sandbox import clock
from billing_app.sandbox.billing import collection, cycle, phases
from billing_app.sandbox.place import Place
from billing_app.sandbox.resources import checkout_session, refund, test_clock
from billing_app.sandbox.store import Record
from billing_app.sandbox.work import Work, happening

logger = logging.getLogger(__name__)

_SWEEP_S = 1.0
# A bound against a thing that is due for ever; a century of monthly renewals of a hundred customers stays below it.
MAX_STEPS = 500_000
_AT_ONCE = 20

_HAPPENS: dict[str, Callable[[Work, Record], None]] = {
    "checkout.session": checkout_session.close,
    "invoice": collection.due,
    "refund": refund.due,
    "subscription": cycle.due,
    "subscription_schedule": phases.due,
}


class Timekeeper:
    """Runs in the server's event loop from `start` to `stop`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what is due, also from before a restart."""
        self._loop = asyncio.create_task(self._run(), name="sandbox-timekeeper")

    def wake(self) -> None:
        """A test clock has been told to advance."""
        self._wake.set()

    async def stop(self) -> None:
        """Stop between two things; the rest is due at the next start."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def advance(self, until: int, *, first_only: bool = False) -> bool:
        """Move the sandbox's clock to `until`, through everything that is due before.

        Args:
            first_only: stop after the first moment at which something happened.

        Returns:
            Whether `until` is reached.
        """
        store = self._place.store
        async with self._turn:
            first = store.next_due(None, until) if first_only else None
            target = max(first.due or 0, clock.now(store)) if first is not None else until
            await self._live_through(None, target)
            with store.transaction():
                clock.move_to(store, target)
            return target >= until

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                async with self._turn:
                    await self._live_through(None, clock.now(self._place.store))
                    for record in test_clock.advancing(self._place.store):
                        await self._advance_test_clock(record)
            except Exception:
                logger.exception("the timekeeper stumbled and goes on")
            try:
                await asyncio.wait_for(self._wake.wait(), _SWEEP_S)
            except TimeoutError:
                continue

    async def _advance_test_clock(self, record: Record) -> None:
        target = record.body["status_details"]["advancing"]["target_frozen_time"]
        await self._live_through(record.id, target)
        with self._work(target, record.id) as work:
            found = work.store.get("test_helpers.test_clock", record.id)
            if found is not None:
                test_clock.arrive(work, found, target)
        self._place.courier.wake()

    async def _live_through(self, clock_id: str | None, until: int) -> None:
        """Let happen what is due to the objects of a clock until then, in order."""
        for step in range(MAX_STEPS):
            if not self._one_thing(clock_id, until):
                return
            if step % _AT_ONCE == _AT_ONCE - 1:  # let requests and deliveries have their turn
                self._place.courier.wake()
                await asyncio.sleep(0)
        logger.error("more than %s things were due at once; the rest comes with the next sweep", MAX_STEPS)

    def _one_thing(self, clock_id: str | None, until: int) -> bool:
        store = self._place.store
        record = store.next_due(clock_id, until)
        if record is None or record.due is None:
            return False
        if clock_id is None:
            with store.transaction():
                clock.move_to(store, record.due)
        moment = record.due
        try:
            with self._work(moment, clock_id) as work:
                if clock_id is not None:
                    test_clock.reach(work, clock_id, moment)
                _HAPPENS[record.type](work, record)
        except Exception:
            logger.exception("%s %s could not go on; it is left as it is", record.type, record.id)
            stuck = store.get(record.type, record.id)
            if stuck is not None:
                stuck.due = None
                store.put(stuck)
        self._place.courier.wake()
        return True

    def _work(self, moment: int, clock_id: str | None) -> AbstractContextManager[Work]:
        return happening(self._place.store, self._place.config, self._place.usual_url(), moment, clock_id)
