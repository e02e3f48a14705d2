"""Sandbox mode: the State of the bar that moves time on, a day or a month, and tells what happened meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, Forbidden
from billing_app.payments.time_travel import TimeTravel, Travelled
from billing_app.settings import Mode
from billing_app.ui.brand import brand
from billing_app.ui.format import day, number
from billing_app.ui.session import Shell, customer_of

LOOK_EVERY_S = 0.5
TOLD_MOST = 30
_journeys: set[asyncio.Task[Travelled]] = set()
"""Under way; a task that nobody holds may be collected."""


class TravelState(rx.State):
    """A journey of this tab: where it is, or what happened on it."""

    busy: rx.Field[bool] = rx.field(False)
    now: rx.Field[str] = rx.field("")
    result: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    happenings: rx.Field[list[str]] = rx.field(default_factory=list)

    @rx.event(background=True)
    async def advance_a_day(self):
        """Go a day on."""
        async for after in self._go(days=1):
            yield after

    @rx.event(background=True)
    async def advance_a_month(self):
        """Go a month on: renewals, resets, mails and all."""
        async for after in self._go(months=1):
            yield after

    @rx.event
    def close(self) -> None:
        """Put what happened away."""
        self.result, self.error, self.happenings = "", "", []

    async def _go(self, *, days: int | None = None, months: int | None = None) -> AsyncIterator[Any]:
        async with self:
            if self.busy:
                return
            self.result, self.error, self.happenings = "", "", []
            try:
                await customer_of(self)
                travel = _travel()
            except DomainError as error:
                self.error = error.detail
                return
            self.busy, self.now = True, day(clock.now())
        # On its own: a tab that is closed ends this handler, and time must not stop in the middle of a step.
        journey = asyncio.create_task(travel.advance(days=days, months=months), name="time travel")
        _journeys.add(journey)
        journey.add_done_callback(_journeys.discard)
        while not journey.done():
            await asyncio.wait({journey}, timeout=LOOK_EVERY_S)
            async with self:
                self.now = day(clock.now())
        failure = journey.exception()
        if failure is not None:
            async with self:
                self.busy = False
                self.error = getattr(failure, "detail", "Time could not be moved on. The log says why.")
            if not isinstance(failure, (DomainError, *TROUBLE)):
                raise failure
            return
        travelled = journey.result()
        async with self:
            self.busy = False
            self.result, self.happenings = _told(travelled), _listed(travelled)
            path = self.router.url.path
        yield Shell.load
        if path.startswith("/dashboard"):
            from billing_app.ui.pages.dashboard.state import DashboardState

            yield DashboardState.load


def _travel() -> TimeTravel:
    services = current()
    if services.settings.mode is not Mode.SANDBOX or services.time_travel is None:
        raise Forbidden("Time can be moved in sandbox mode only.")
    return services.time_travel


def _told(travelled: Travelled) -> str:
    noun = brand().credit
    parts = [
        _counted(travelled.invoices, "invoice", "invoices"),
        _counted(travelled.mails, "mail", "mails"),
        f"{noun.of(travelled.credits_granted)} granted" if travelled.credits_granted else "",
        f"{number(travelled.credits_expired)} expired" if travelled.credits_expired else "",
    ]
    what = ", ".join(part for part in parts if part) or "nothing happened"
    return f"From {day(travelled.begin)} to {day(travelled.end)}, for everyone: {what}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""


def _listed(travelled: Travelled) -> list[str]:
    found = [
        f"{day(one.at)}: {one.what}" if one.at else one.what
        for one in travelled.happenings
        if not one.what.endswith(": nothing to do")
    ]
    rest = len(found) - TOLD_MOST
    return [*found[:TOLD_MOST], *([f"and {number(rest)} more"] if rest > 0 else [])]
