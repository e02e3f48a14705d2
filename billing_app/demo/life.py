"""Lives the demo life, day after day: time moves on, Stripe reports, people come, buy, use, leave; costs are logged.

A day that was cut off is lived through again and changes nothing twice; days that are done are never looked at again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from billing_app import clock
from billing_app.accounts.roles import Principal
from billing_app.bootstrap import Services
from billing_app.catalog.items import ItemKind
from billing_app.demo import store
from billing_app.demo.bank import Bank
from billing_app.demo.doings import Doings, Life
from billing_app.demo.models import DemoLife
from billing_app.demo.news import News, news
from billing_app.demo.people import Wants, people
from billing_app.demo.shelf import Shelf, shelf_of
from billing_app.demo.troubles import Troubles
from billing_app.demo.using import Day, log_costs, use

AT_ONCE = 6
SWEEP_EVERY = 4
"""Mails before a date, resets, lapses: looked for every so many days, as after a weekend without a worker."""
_LATEST_HOUR = 10
_LOOKED_BEFORE = 3
_LOOKED_UP_EVERY = 15
_COMES_BACK_AFTER = 2

Tell = Callable[[int, int], None]
GoTo = Callable[[datetime], Awaitable[None]]
Sweep = Callable[[], Awaitable[None]]
T = TypeVar("T")


class Telling:
    """One telling of a life, from where the last one stopped."""

    def __init__(self, services: Services, bank: Bank, shelf: Shelf, life: DemoLife, admin: Principal) -> None:
        self._services = services
        self._shelf = shelf
        self._life = life
        self._doings = Doings(services, bank, shelf)
        self._troubles = Troubles(services, bank, shelf, admin)
        self._lives = [Life(person) for person in people(life.name, life.people, life.days, shelf)]
        self._plans = {plan.code for plan in shelf.plans}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def go_on(self, go_to: GoTo, reports: News, sweep: Sweep, tell: Tell) -> None:
        """Live every day that is left, and arrive at the life's end.

        Args:
            sweep: what falls due by time alone. tell: is told how many of how many days are over.

        Raises:
            DomainError: something does not do its part; what has happened stays, and the next telling goes on.
        """
        first, days = self._life.days_done, self._life.days
        await self._recall(reports)
        for number in range(first, days):
            day = Day(number, _moment(self._life.begins_at, number), days)
            await go_to(day.at)
            if number % SWEEP_EVERY == 0:
                await sweep()
            await self._live(day, reports)
            async with self._services.database.transaction() as session:
                await store.day_is_over(session, self._life.name, number + 1, self._kept())
            self._doings.paid = {}
            tell(number + 1, days)
        await go_to(max(clock.wall(), self._life.begins_at + timedelta(days=days)))
        await sweep()

    async def _live(self, day: Day, reports: News) -> None:
        """Money first, so that what was bought today is used today."""
        there = [one for one in self._lives if one.person.joins <= day.number]
        await self._all(self._doings.arrive(one) for one in there if one.person.joins == day.number)
        await self._all(self._look(one, day) for one in self._lives)
        if any(await self._all(self._trade(one, day) for one in there)):
            await reports.catch_up()
            await self._all(self._doings.go_on(one) for one in there if one.goes_on)
        await self._all(self._troubles.meet(one, day.number) for one in there)
        used = await self._all(use(self._services, self._shelf, one, day) for one in there)
        await log_costs(self._services, self._shelf, [each for uses in used for each in uses])

    async def _recall(self, reports: News) -> None:
        """Go on where another telling was cut off: what it has done on that day is learnt of, and not done again."""
        await reports.catch_up()
        for life in self._lives:
            if kept := self._life.lives.get(str(life.person.number)):
                life.recall(kept)
            elif life.person.joins < self._life.days_done:  # an older version kept nothing: it is looked up
                await self._doings.arrive(life)
                await self._doings.look_up_plan(life)
        async with self._services.database.transaction() as session:
            day = _moment(self._life.begins_at, self._life.days_done)
            self._doings.paid = await store.paid_since(session, day)

    def _kept(self) -> dict[str, list[Any]]:
        return {str(life.person.number): life.kept() for life in self._lives if life.customer_id}

    async def _look(self, life: Life, day: Day) -> None:
        """Some look at the prices days before they come back and are known."""
        before = day.number == life.person.joins - 1 - life.person.number % _LOOKED_BEFORE
        if day.number == life.person.joins or (before and life.person.number % 2):
            await self._doings.look_at_prices(life)

    async def _trade(self, life: Life, day: Day) -> bool:
        """What somebody buys, switches or ends today; whether Stripe may have something to report of it."""
        person, since = life.person, day.number - life.person.joins
        did = False
        if since == 0 or (since == _COMES_BACK_AFTER and person.hesitates):
            did = await self._begin(life, first=since == 0)
        elif since % _LOOKED_UP_EVERY == 0 and life.holds in self._plans:
            await self._doings.look_up_plan(life)
        if person.leaves_after == since:
            await self._doings.leave(life, day.number)
            did = True
        elif person.switches_after == since:
            await self._doings.switch(life)
            did = True
        if life.wants_next is not None:
            (kind, code), life.wants_next = life.wants_next, None
            await self._buy(life, kind, code, times=life.bought + 1, via="wall")
            did = True
        return did

    async def _begin(self, life: Life, *, first: bool) -> bool:
        """What somebody came for; who hesitates opens the payment page at first, and may come back."""
        person = life.person
        sold = {Wants.PLAN: self._shelf.plans, Wants.PACK: self._shelf.packs, Wants.UNLOCK: self._shelf.unlocks}
        if person.wants is Wants.LOOK:
            return False
        kind, code = ItemKind(person.wants.value), sold[person.wants][person.product].code
        if person.hesitates and first:
            await self._doings.hesitate(life, kind, code)
        elif first or person.comes_back:
            await self._buy(life, kind, code, times=1)
        return True

    async def _buy(self, life: Life, kind: ItemKind, code: str, *, times: int, via: str | None = None) -> None:
        if kind is ItemKind.PLAN:
            plan = next(plan for plan in self._shelf.plans if plan.code == code)
            await self._doings.take_plan(life, plan, via=via)
        else:
            await self._doings.buy(life, kind, code, times=times, via=via)

    async def _all(self, acts: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
        """So many at once; the first failure ends the day."""

        async def one(act: Coroutine[Any, Any, T]) -> T:
            async with self._turns:
                return await act

        return list(await asyncio.gather(*(one(act) for act in acts)))


async def tell_life(
    services: Services, life: DemoLife, *, admin: Principal, sweep: Sweep, tell: Tell = lambda done, days: None
) -> None:
    """Tell a life to its end, with our endpoint at the sandbox at rest meanwhile; see `Telling.go_on`."""
    assert services.time_travel is not None, "asked only in a sandbox"
    shelf = shelf_of(await services.catalog.current())
    bank = Bank(services.settings)

    async def live() -> None:
        await reports.catch_up()

    try:
        async with services.time_travel.stages(live) as go_to:
            since = min(life.begins_at + timedelta(days=max(0, life.days_done - 1)), clock.now())
            services.database.follows_clock = False  # nobody else moves it meanwhile; reading it costs a round trip
            async with news(services, bank, since) as reports:
                await Telling(services, bank, shelf, life, admin).go_on(go_to, reports, sweep, tell)
    finally:
        services.database.follows_clock = True
        await bank.close()


def _moment(begins_at: datetime, number: int) -> datetime:
    """When a day is lived: some hours after it began, never the same, so that a chart of hours looks alive."""
    return begins_at + timedelta(days=number, minutes=(number * 7_919) % (_LATEST_HOUR * 60))
