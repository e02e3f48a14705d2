"""A counted feature's State: its meter, one use after another, the wall when nothing is left (rows C2, C4, D2).

`?feature=...` says which. The gate is asked at each load and again at each use.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.catalog.schema import Catalog
from billing_app.db.reach import TROUBLE
from billing_app.entitlements.decisions import Basis, Decision, Refused
from billing_app.entitlements.quotas.views import counted, in_units
from billing_app.errors import DomainError, Unauthenticated, Unavailable
from billing_app.playground.practice import MAX_STEPS, STEP_S, PracticeOffer, RunView
from billing_app.ui.components.meters import Meter, meter
from billing_app.ui.components.wall import Wall
from billing_app.ui.format import when
from billing_app.ui.funnel import shown_wall
from billing_app.ui.session import customer_of, refresh_shell

PATH = "/playground/practice"
WAY_ON, RESULT = "way-on", "result"
RUNS_SHOWN = 5
CODE_MAX = 60


@dataclass
class RunRow:
    """What came of one use."""

    id: str
    title: str
    detail: str
    lines: list[str]


def address(code: str) -> str:
    """The page of a feature; of none, where one is chosen."""
    return f"{PATH}?feature={quote(code)}" if code else PATH


class PracticeState(rx.State):
    """One feature. `running` while its timer goes; `ticket` is the id of the next use."""

    loaded: rx.Field[bool] = rx.field(False)
    code: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    description: rx.Field[str] = rx.field("")
    takes: rx.Field[str] = rx.field("")
    timed: rx.Field[bool] = rx.field(False)
    running: rx.Field[bool] = rx.field(False)
    elapsed: rx.Field[str] = rx.field("0:00")
    meters: rx.Field[list[Meter]] = rx.field(default_factory=list)
    runs: rx.Field[list[RunRow]] = rx.field(default_factory=list)
    text: rx.Field[str] = rx.field("")
    ticket: rx.Field[str] = rx.field("")
    wall: rx.Field[Wall] = rx.field(default_factory=lambda: Wall(options=[]))
    here: rx.Field[str] = rx.field(PATH)
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    _session: int = 0

    @rx.event
    async def load(self) -> Any:
        """Show the feature that the address names, or send a stranger to sign in and back here."""
        query = self.router.url.query_parameters
        code = query.get("feature", "")[:CODE_MAX]
        self.error, self.done, self.running, self.elapsed = "", "", False, "0:00"
        self._session += 1
        try:
            customer_id = await customer_of(self)
            await self._show(customer_id, code)
            draft = await current().drafts.get(customer_id, _draft(code))
            self.text = draft.text if draft else ""
            self.ticket = current().practice.new_id()
            if "bought" in query:
                self.done = "Thank you. What you wrote is still here."
        except Unauthenticated:
            return rx.redirect(f"/login?next={quote(address(code))}")
        except DomainError as error:
            self.code, self.error = "", error.detail
        self.loaded = True
        return rx.set_focus(RESULT) if self.done else None

    @rx.event
    async def keep_draft(self, text: str) -> None:
        """Keep what was typed on the server, so that it survives the way to the checkout and back (WL5)."""
        try:
            await current().drafts.save(await customer_of(self), _draft(self.code), text)
            self.text, self.error = text, ""
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def make(self, form: dict[str, Any]) -> Any:
        """Use the feature once. The form carries the id of what will be made, so that clicking twice makes one."""
        text, ticket = str(form.get("text", "")), str(form.get("ticket", ""))
        self.error, self.done = "", ""
        try:
            customer_id = await customer_of(self)
            await current().drafts.save(customer_id, _draft(self.code), text)
            self.text = text
            await current().practice.make(customer_id, self.code, ticket, text)
            await current().drafts.clear(customer_id, _draft(self.code))
            self.text, self.ticket, self.done = "", current().practice.new_id(), "Done. It is below, and it is counted."
            await self._show(customer_id, self.code)
            await refresh_shell(self, customer_id)
        except Refused as refusal:
            self.wall = await shown_wall(refusal.decision, await current().catalog.current())
            return rx.set_focus(WAY_ON)
        except DomainError as error:
            self.error = error.detail
            return None
        return rx.set_focus(RESULT)

    @rx.event
    async def stop(self) -> None:
        """End the running session; what was talked is counted, to the last ten seconds."""
        self._session += 1
        self.running = False
        try:
            customer_id = await customer_of(self)
            await self._show(customer_id, self.code)
            await refresh_shell(self, customer_id)
        except DomainError as error:
            self.error = error.detail

    @rx.event(background=True)
    async def start(self):
        """Run a session: ten seconds are taken before they pass, until it is stopped or nothing is left."""
        async with self:
            self._session += 1
            mine, run_id, code = self._session, current().practice.new_id(), self.code
            self.error, self.done, self.running, self.elapsed = "", "", True, "0:00"
        for number in range(MAX_STEPS):
            async with self:
                if not await self._goes_on(mine, run_id, code, number):
                    return
            for second in range(STEP_S):
                await asyncio.sleep(1)
                async with self:
                    if self._session != mine:
                        return
                    self.elapsed = _clock(number * STEP_S + second + 1)
        async with self:
            self.running, self.done = False, "Ten minutes are as long as a session here goes."
            await self._show(await customer_of(self), code)

    async def _goes_on(self, mine: int, run_id: str, code: str, number: int) -> bool:
        """Take the next step of a session that is still this one. Authorises itself at each step."""
        if self._session != mine or self.code != code or not self.router.url.path.startswith(PATH):
            self.running = False
            return False
        try:
            customer_id = await customer_of(self)
            usage = await current().practice.step(customer_id, code, run_id, number)
            self.meters = [meter(usage)] if usage else []
        except Refused as refusal:
            self.wall = await shown_wall(refusal.decision, await current().catalog.current())
        except DomainError as error:
            self.error = error.detail
        except (Unavailable, *TROUBLE):
            self.error = "The connection to our records was lost. The session has ended."
        else:
            return True
        self.running = False
        return False

    async def _show(self, customer_id: int, code: str) -> None:
        """Read the feature afresh. The caller has authorised itself for this customer."""
        catalog = await current().catalog.current()
        offer = await current().practice.offer(customer_id, code)
        self.code, self.here = code, address(code)
        self.name, self.description = offer.feature.name, offer.feature.description
        self.timed, self.takes = offer.timed, takes(offer, catalog)
        self.meters = [meter(offer.usage)] if offer.usage and offer.usage.included else []
        self.wall = await shown_wall(offer.decision, catalog)
        now = clock.now()
        found = await current().practice.history(customer_id, code, limit=RUNS_SHOWN)
        self.runs = [_row(run, offer, f"{when(run.created_at, now)}") for run in found]


def takes(offer: PracticeOffer, catalog: Catalog) -> str:
    """What the next use takes: `1 CV`, `20 credits, you have 3`; empty when it is locked."""
    decision = offer.decision
    if decision.required is not None:
        noun = catalog.brand.credit
        return f"{noun.of(decision.required)}, you have {noun.of(decision.available or 0)}"
    if not decision.allowed:
        return ""
    if decision.basis is Basis.QUOTA and not offer.timed:
        return f"1 {offer.feature.unit.one}" if offer.feature.unit else "1 use"
    return "ten seconds at a time" if offer.timed else "Included in your plan"


def left_of(decision: Decision, counts_per_unit: int) -> str:
    """For the card in the list: `3 of 10 left`, `Unlimited`, `Limit reached`."""
    if decision.limit is None:
        return "Unlimited"
    if not decision.remaining:
        return "Over the limit" if decision.allowed else "Limit reached"
    amount, of = (in_units(counts, counts_per_unit, left=True) for counts in (decision.remaining, decision.limit))
    return f"{amount} of {of} left"


def _row(run: RunView, offer: PracticeOffer, at: str) -> RunRow:
    feature = offer.feature
    length = counted(run.units, feature.counts_per_unit, feature.unit) if offer.timed else ""
    return RunRow(run.id, run.title, f"{at}, {length}" if length else at, list(run.lines))


def _draft(code: str) -> str:
    return f"playground/practice/{code}"


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
