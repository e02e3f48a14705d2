"""Moves billing time of a sandbox forward, step by step, and lets everything happen that is due on the way.

A step goes to the next moment at which the Stripe sandbox does something, and never further than a day, so that what
only we do by time (mails before a date, resets, lapsed holds) happens on its day too. After each step the webhooks are
delivered and applied, sweeps and jobs have run, until nothing is left: the next step finds the world as it would be.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import text

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.looking import refuse_if_looking
from billing_app.db.stamp import advance_clock, begin_clock
from billing_app.entitlements.plan_credits.periods import months_after
from billing_app.errors import Conflict, InvalidInput, Unavailable
from billing_app.payments.time_travel import beginning, happenings
from billing_app.payments.time_travel.happenings import Travelled
from billing_app.payments.time_travel.sandbox_clock import ClockState, SandboxClock
from billing_app.settings import Settings

FURTHEST = timedelta(days=400)
LONGEST_STEP = timedelta(days=1)
MAX_STEPS = 50_000
"""Beyond a year of daily steps with a hundred subscriptions' renewals; only a sandbox gone wrong comes here."""
SETTLE_LIMIT_S = 45.0
_PAUSE_S = 0.02
_LOCK = 7_203_118_552
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")


class Work(Protocol):
    """What brings things up to date: `jobs` gives it, which lies above this package."""

    async def sweep(self) -> int:
        """Everything that falls due by time alone; how many jobs that made."""
        ...

    async def run_jobs(self) -> None:
        """Every job that is due now."""
        ...


class CannotTravel(Conflict):
    """Time is being moved already, or what a step caused does not come to an end."""

    code = "cannot_travel"
    title = "Time could not be moved on"


class TimeTravel:
    """One for each process in sandbox mode. `attend` gives it hands; without, it cannot travel."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._sandbox = SandboxClock(settings)
        self._working: Callable[[], AbstractAsyncContextManager[Work]] | None = None

    def attend(self, working: Callable[[], AbstractAsyncContextManager[Work]]) -> None:
        """Say how sweeps and jobs are run: `jobs` does, which lies above this package."""
        self._working = working

    async def close(self) -> None:
        """Give the connections back."""
        await self._sandbox.close()

    async def follow(self) -> datetime:
        """Catch up with the sandbox's clock, which its control room can move too; billing time afterwards.

        Raises:
            Unavailable: the sandbox does not answer.
        """
        state = await self._sandbox.state()
        await self._align(state)
        return state.now

    async def begin_at(self, moment: datetime) -> bool:
        """Let this sandbox begin in the past, so that what is told to it ends today (docs/adr/0012).

        Returns:
            Whether it does: False, and nothing is changed, once anything was for sale or anybody was seen here.

        Raises:
            Unavailable: the sandbox does not answer.
        """
        async with self._database.transaction() as session:
            if not await beginning.is_new(session):
                return False
        state = await self._sandbox.begin_at(beginning.whole(moment))
        if state is None:
            return False
        async with self._database.transaction() as session:
            await begin_clock(session, int(state.offset.total_seconds()))
        return True

    @asynccontextmanager
    async def stages(self, live: Callable[[], Awaitable[None]]) -> AsyncIterator[Callable[[datetime], Awaitable[None]]]:
        """A long journey in stages, on which somebody acts in between; no other can be made meanwhile.

        Args:
            live: lets everything happen that has fallen due: what Stripe has to report, sweeps, jobs.

        Yields:
            Goes on to a moment, living once a day: what Stripe did at its own moments within a day is learnt of at the
            end of it, as after a day without webhooks.

        Raises:
            CannotTravel: another journey is under way. Unavailable: the sandbox does not answer.
        """
        async with self._alone():
            await self.follow()
            state = await self._sandbox.state()

            async def go_on(moment: datetime) -> None:
                nonlocal state
                while state.now < moment:
                    state = await self._move(state, min(moment, state.now + LONGEST_STEP), first_only=False)
                    await live()

            yield go_on

    async def advance(
        self, *, days: int | None = None, months: int | None = None, to: datetime | None = None
    ) -> Travelled:
        """Go forward, and come back when everything until then has happened.

        Args:
            days, months, to: one of them; months are calendar months, a day that the month lacks is its last.

        Raises:
            InvalidInput: none or several are given, or it is no time ahead within 400 days.
            CannotTravel: another journey is under way; or webhooks or jobs do not come to an end. Time then stays
                where it is, and going on later is safe.
            Unavailable: the sandbox does not answer, or this process runs no jobs.
            OnlyLooking: staff who look as a customer do not move everybody's time.
        """
        refuse_if_looking()
        if sum(given is not None for given in (days, months, to)) != 1:
            raise InvalidInput("Say one of: how many days, how many months, or which moment to go to.")
        if self._working is None:
            raise Unavailable("This process runs no jobs, so it cannot move time.")
        async with self._alone(), self._working() as work:
            await self.follow()
            now = clock.now()
            target = _target(now, days=days, months=months, to=to)
            async with self._database.transaction() as session:
                begun = await happenings.depart(session, now, clock.wall())
            steps = 0
            state = await self._settle(work)
            while state.now < target:
                state = await self._step(state, target, work)
                steps += 1
                if steps >= MAX_STEPS:
                    raise CannotTravel(f"After {steps} steps it is {state.now:%Y-%m-%d %H:%M} UTC; go on from there.")
            async with self._database.transaction() as session:
                return await happenings.arrive(session, begun, state.now, steps)

    async def _step(self, state: ClockState, target: datetime, work: Work) -> ClockState:
        stop = min(target, state.now + LONGEST_STEP, max(state.next_due_at or target, state.now))
        await self._move(state, stop, first_only=True)
        return await self._settle(work)

    async def _move(self, state: ClockState, stop: datetime, *, first_only: bool) -> ClockState:
        # We go first: what Stripe then reports must not come from our future.
        async with self._database.transaction() as session:
            await advance_clock(session, stop + timedelta(seconds=1))
        seconds = max(0, int((stop - state.now).total_seconds()))
        reached = await self._sandbox.move(seconds, first_only=first_only)
        await self._align(reached)
        return reached

    async def _align(self, state: ClockState) -> None:
        """Take over how far the sandbox is ahead of the wall; the half second keeps it whole when it is cut off."""
        if state.offset > clock.offset():
            async with self._database.transaction() as session:
                await advance_clock(session, clock.wall() + state.offset + timedelta(milliseconds=500))

    async def _settle(self, work: Work) -> ClockState:
        """Until no delivery is on its way and no job is left; what the sandbox's clock shows then."""
        give_up = asyncio.get_running_loop().time() + SETTLE_LIMIT_S
        swept = False
        while True:
            state = await self._sandbox.state()
            async with self._database.transaction() as session:
                left, due = await happenings.jobs(session)
            if state.deliveries == 0 and left == 0:
                if swept or not await work.sweep():
                    return state
                swept = True
            elif due:
                await work.run_jobs()
            else:
                await asyncio.sleep(_PAUSE_S)
            if asyncio.get_running_loop().time() > give_up:
                raise CannotTravel(
                    f"{state.deliveries} webhooks are not delivered and {left} jobs not done after "
                    f"{SETTLE_LIMIT_S:.0f} seconds. Time stays where it is; look at `webhooks list`, and go on when "
                    "they are through."
                )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """One journey at a time, in all processes."""
        async with self._database.transaction() as session:
            if not (await session.execute(_TRY_LOCK, {"lock": _LOCK})).scalar_one():
                raise CannotTravel("Time is being moved already. Wait until that journey is over.")
            yield


def _target(now: datetime, *, days: int | None, months: int | None, to: datetime | None) -> datetime:
    """The moment to go to.

    Raises:
        InvalidInput: it is not ahead, too far away, or has no time zone.
    """
    if (days is not None and not 1 <= days <= FURTHEST.days) or (months is not None and not 1 <= months <= 13):
        raise InvalidInput(f"Time goes forward by 1 to {FURTHEST.days} days, or by 1 to 13 months.")
    if to is not None and to.tzinfo is None:
        raise InvalidInput("A moment needs its time zone.")
    target = to or (now + timedelta(days=days) if days is not None else months_after(now, months or 0))
    if not now < target <= now + FURTHEST:
        raise InvalidInput(f"Time goes forward only, and by at most {FURTHEST.days} days at once.")
    # The sandbox counts whole seconds.
    return target if not target.microsecond else target.replace(microsecond=0) + timedelta(seconds=1)
