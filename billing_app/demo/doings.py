"""What one person does on one day of the demo life, through the product's services: take plans, buy, switch, leave.

Each deed may be done twice, so that a day that was cut off can be lived through again: what was bought is not bought
again, a use has its key, a plan that is held is not taken once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from billing_app.accounts.customers import ensure_customer
from billing_app.bootstrap import Services
from billing_app.catalog.items import ItemKind
from billing_app.catalog.schema import Period, Plan
from billing_app.demo.bank import CARDS, Bank
from billing_app.demo.people import Person, Wants
from billing_app.demo.shelf import Shelf
from billing_app.errors import Conflict, DomainError
from billing_app.payments.progress import Started
from billing_app.payments.subscribing.views import CancelReason

_ONCE = timedelta(hours=12)
_PLAYGROUND = "/playground"
_COMMENTS = (
    "Found a job, thank you!", "Too much for what I use.", "I need it again in spring.", "", "", "",
    "The answers were too general.", "My company pays for another tool.",
)  # fmt: skip


@dataclass
class Life:
    """Somebody's life so far, as far as this telling has seen it."""

    person: Person
    customer_id: int = 0
    plan: str = ""
    holds: str = ""
    bought: int = 0
    wants_next: tuple[ItemKind, str] | None = None
    tired_until: int = 0
    goes_on: str = ""

    def kept(self) -> list[Any]:
        """What the next telling must know to go on from here."""
        kind, code = self.wants_next or ("", "")
        return [self.customer_id, self.plan, self.holds, self.bought, str(kind), code, self.tired_until, self.goes_on]

    def recall(self, kept: Sequence[Any]) -> None:
        """Stand where another telling has left."""
        self.customer_id, self.plan, self.holds, self.bought, kind, code, self.tired_until, self.goes_on = kept
        self.wants_next = (ItemKind(kind), code) if kind else None


class Doings:
    """Does what people do. Shared by all of them; `paid` is what a telling that was cut off has bought on this day
    already, by customer."""

    def __init__(self, services: Services, bank: Bank, shelf: Shelf) -> None:
        self._services = services
        self._bank = bank
        self._shelf = shelf
        self.paid: dict[int, list[str]] = {}

    async def arrive(self, life: Life) -> None:
        """Be seen for the first time."""
        person = life.person
        async with self._services.database.transaction() as session:
            known = await ensure_customer(session, person.external_id, name=person.name, email=person.email)
            life.customer_id = known.id

    async def look_at_prices(self, life: Life) -> None:
        """The pricing page, as a visitor whom nobody knows yet."""
        visitor = life.person.visitor
        await self._services.funnel.note_once(
            "pricing_seen", within=_ONCE, visitor=visitor, customer_id=life.customer_id or None
        )

    async def take_plan(self, life: Life, plan: Plan, *, via: str | None = None) -> None:
        """Subscribe as a person does: open the page, pay, come back. Nothing with a plan."""
        person = life.person
        if life.plan:
            return
        price = (plan.price(Period.YEAR) if person.yearly else None) or plan.prices[0]
        card, trial = self._card_of(person, price.trial_days)
        try:
            started = await self._services.subscriptions.start(
                life.customer_id, plan.code, price.period.value, trial_days=None if trial else 0, via=via
            )
        except Conflict:  # held, or its payment is being confirmed: a day that is lived through again
            await self.look_up_plan(life)
            return
        await self._pay(life, started, card)
        life.plan = life.holds = plan.code

    async def buy(self, life: Life, kind: ItemKind, code: str, *, times: int, via: str | None = None) -> None:
        """Buy a pack or an unlock, unless so many were bought before."""
        if life.bought >= times:
            return
        if already := self.paid.get(life.customer_id):
            public_id = already.pop(0)
        else:
            try:
                started = await self._services.checkout.start(
                    life.customer_id, kind.value, code, return_to=_PLAYGROUND if via else None, via=via
                )
            except Conflict:
                return
            await self._pay(life, started, CARDS[life.person.number % 2])
            public_id = started.public_id
        life.bought += 1
        if via and life.person.number % 4:
            life.goes_on = public_id
        if kind is ItemKind.PACK:
            life.holds = life.plan or code

    async def hesitate(self, life: Life, kind: ItemKind, code: str) -> None:
        """Open the payment page and leave it; within the hour it expires."""
        try:
            if kind is ItemKind.PLAN:
                plan = next(plan for plan in self._shelf.plans if plan.code == code)
                await self._services.subscriptions.start(life.customer_id, code, plan.prices[0].period.value)
            else:
                await self._services.checkout.start(life.customer_id, kind.value, code)
        except Conflict:
            return

    async def go_on(self, life: Life) -> None:
        """Back from the payment page to where a wall stood."""
        if not life.goes_on:
            return
        (_, told), life.goes_on = await self._services.checkout.told(life.goes_on), ""
        if told.continue_url is not None:
            token = parse_qs(urlsplit(told.continue_url).query)["token"][0]
            await self._services.checkout.go_back(life.customer_id, token)

    async def leave(self, life: Life, day: int) -> None:
        """Cancel the plan at the period's end, mostly with a reason."""
        if not life.plan:
            return
        chance = life.person.draw("leave", day)
        reason = chance.choice((*tuple(CancelReason), None, None))
        try:
            await self._services.subscriptions.cancel(
                life.customer_id,
                at_once=False,
                reason=reason.value if reason else None,
                comment=chance.choice(_COMMENTS) or None,
            )
        except Conflict:
            return

    async def switch(self, life: Life) -> None:
        """To the next plan up, from the dearest one down; at once or at the period's end, as the rules have it."""
        codes = [plan.code for plan in self._shelf.plans]
        if life.plan not in codes or len(codes) < 2:
            return
        place = codes.index(life.plan)
        other = self._shelf.plans[place + 1 if place + 1 < len(codes) else place - 1]
        price = (other.price(Period.YEAR) if life.person.yearly else None) or other.prices[0]
        try:
            preview = await self._services.subscriptions.preview(life.customer_id, other.code, price.period.value)
            done = await self._services.subscriptions.switch(life.customer_id, preview.token)
        except DomainError:  # cancelled, past due, or switched by a telling that was cut off: they have what they have
            await self.look_up_plan(life)
            return
        if done.state == "done":
            life.plan = life.holds = other.code

    async def look_up_plan(self, life: Life) -> None:
        """What they hold now: plans end by themselves, and are given by hand."""
        current = await self._services.subscriptions.current(life.customer_id)
        life.plan = current.plan if current.subscribed and current.plan else ""
        if life.plan or life.holds in {plan.code for plan in self._shelf.plans}:
            life.holds = life.plan

    def _card_of(self, person: Person, trial_days: int) -> tuple[str, bool]:
        """The card they pay with, and whether it is good for a trial: each is, once."""
        trial = bool(trial_days) and person.wants is Wants.PLAN and person.number % 9 == 0 and person.number // 9 <= 3
        return (CARDS[person.number // 9], True) if trial else (CARDS[0], False)

    async def _pay(self, life: Life, started: Started, card: str) -> None:
        await self._bank.pay(started.url, name=life.person.name, email=life.person.email, card=card)
