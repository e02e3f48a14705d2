"""The question generator: locked until bought, one use for each set, and what was made stays (rows A2, A9, A11).

`?set=...` shows a made set. It is read whatever becomes of the unlock; only making one asks the gate.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.catalog.schema import Catalog
from billing_app.entitlements.decisions import Basis, Decision, Refused
from billing_app.errors import DomainError, NotFound, Unauthenticated
from billing_app.playground.offered import feature_with
from billing_app.playground.question_sets import SetView
from billing_app.ui.components.question_cards import QuestionRow, question_rows
from billing_app.ui.components.wall import Wall
from billing_app.ui.format import day, when
from billing_app.ui.funnel import shown_wall
from billing_app.ui.session import customer_of, refresh_shell

PATH = "/playground/generator"
DRAFT = "playground/generator"
MESSAGES, WAY_ON = "messages", "way-on"
SETS_SHOWN = 50


@dataclass
class SetRow:
    """A made set in the list."""

    href: str
    title: str
    detail: str


class GeneratorState(rx.State):
    """Either the form with the list of sets, or one set (`set_id`)."""

    ticket: rx.Field[str] = rx.field("")
    job: rx.Field[str] = rx.field("")
    allowance: rx.Field[str] = rx.field("")
    wall: rx.Field[Wall] = rx.field(default_factory=lambda: Wall(options=[]))
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    sets: rx.Field[list[SetRow]] = rx.field(default_factory=list)
    set_id: rx.Field[str] = rx.field("")
    set_title: rx.Field[str] = rx.field("")
    set_detail: rx.Field[str] = rx.field("")
    set_job: rx.Field[str] = rx.field("")
    questions: rx.Field[list[QuestionRow]] = rx.field(default_factory=list)
    saving: rx.Field[bool] = rx.field(False)
    """Whether the catalogue has a library to save to."""
    library_wall: rx.Field[Wall] = rx.field(default_factory=lambda: Wall(options=[]))
    asked: rx.Field[bool] = rx.field(False)
    """Whether saving was tried while locked: then the whole wall stands, not only the line that says so."""

    @rx.event
    async def load(self) -> Any:
        """Ask the gate, list the sets, bring the draft back; show the set the address names."""
        query = self.router.url.query_parameters
        try:
            customer_id = await customer_of(self)
            self.error, self.done, self.asked = "", "", False
            await self._ask_the_gate(customer_id)
            await self._show_sets(customer_id)
            await self._restore(customer_id)
            await self._open(customer_id, query.get("set", ""))
            if "bought" in query:
                self.done = "Thank you. It is unlocked, and what you wrote is still here."
            elif "made" in query and self.set_id:
                self.done = f"Your set is ready: {len(self.questions)} questions."
        except Unauthenticated:
            return rx.redirect(f"/login?next={PATH}")
        except DomainError as error:
            self.error = error.detail
        return rx.set_focus(MESSAGES) if self.done else None

    @rx.event
    async def keep_draft(self, text: str) -> None:
        """Keep what was typed on the server, so that it survives the way to the checkout and back (WL5)."""
        try:
            await current().drafts.save(await customer_of(self), DRAFT, text)
            self.job, self.error = text, ""
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def make(self, form: dict[str, Any]) -> Any:
        """Make a set. The form carries the id it will have, so that clicking twice makes one."""
        job, ticket = str(form.get("job", "")), str(form.get("ticket", ""))
        try:
            customer_id = await customer_of(self)
            await self._keep(customer_id, job)
            made = await current().question_sets.make(customer_id, ticket, job)
            await current().drafts.clear(customer_id, DRAFT)
            self.job, self.ticket = "", current().question_sets.new_id()
        except Refused as refusal:
            self.wall = await shown_wall(refusal.decision, await current().catalog.current())
            return rx.set_focus(WAY_ON)
        except DomainError as error:
            self.error = error.detail
            return None
        return rx.redirect(f"{PATH}?set={made.id}&made=1")

    async def _keep(self, customer_id: int, job: str) -> None:
        """Before anything can go wrong: what was typed is safe. Not an event: the caller has authorised itself."""
        self.error, self.job = "", job
        await current().drafts.save(customer_id, DRAFT, job)

    @rx.event
    async def save(self, place: int) -> Any:
        """Put one question of the open set into the library."""
        return await self._save([place])

    @rx.event
    async def save_all(self) -> Any:
        """Put every question of the open set into the library; the last first, so that they stand there in order."""
        return await self._save([row.place for row in reversed(self.questions)])

    async def _save(self, places: list[int]) -> Any:
        self.error, self.done, self.asked = "", "", False
        try:
            customer_id = await customer_of(self)
            for place in places:
                await current().library.save(customer_id, self.set_id, place)
            self.done = "Saved to your library." if len(places) == 1 else "All of them are in your library."
            await self._open(customer_id, self.set_id)
        except Refused as refusal:
            self.library_wall, self.asked = await shown_wall(refusal.decision, await current().catalog.current()), True
        except DomainError as error:
            self.error = error.detail
        return rx.set_focus(MESSAGES) if self.asked or self.error else None

    async def _ask_the_gate(self, customer_id: int) -> None:
        catalog = await current().catalog.current()
        decision = await current().question_sets.check(customer_id)
        self.allowance, self.wall = allowance(decision, catalog), await shown_wall(decision, catalog)
        await refresh_shell(self, customer_id)

    async def _show_sets(self, customer_id: int) -> None:
        now = clock.now()
        made = await current().question_sets.history(customer_id, limit=SETS_SHOWN)
        self.sets = [
            SetRow(
                f"{PATH}?set={one.id}", one.title, f"{len(one.questions)} questions, made {when(one.created_at, now)}"
            )
            for one in made
        ]

    async def _restore(self, customer_id: int) -> None:
        """A fresh id for the next set; with it the form is drawn anew, so only now may its text change."""
        if not self.job:
            draft = await current().drafts.get(customer_id, DRAFT)
            self.job = draft.text if draft else ""
        self.ticket = current().question_sets.new_id()

    async def _open(self, customer_id: int, set_id: str) -> None:
        self.set_id, self.questions = "", []
        if not set_id:
            return
        found = await current().question_sets.get(customer_id, set_id)
        await self._ask_the_library(customer_id)
        self._show(found, await current().library.saved_from(customer_id, found.id))

    def _show(self, found: SetView, saved: frozenset[int]) -> None:
        self.set_id, self.set_title, self.set_job = found.id, found.title, found.job
        self.set_detail = f"{len(found.questions)} questions, made {day(found.created_at)}"
        self.questions = question_rows(found.questions, saved)

    async def _ask_the_library(self, customer_id: int) -> None:
        try:
            decision = await current().library.check(customer_id)
        except NotFound:  # this catalogue sells no library
            self.saving = False
            return
        self.saving = True
        self.library_wall = await shown_wall(decision, await current().catalog.current())


def allowance(decision: Decision, catalog: Catalog) -> str:
    """What the next set takes and what there is: `1 generation left`; empty when it is locked."""
    if decision.required is not None:
        noun = catalog.brand.credit
        return f"{noun.of(decision.required)}, you have {noun.of(decision.available or 0)}"
    if not decision.allowed:
        return ""
    if decision.basis is Basis.UNLOCK and decision.remaining is not None:
        unit = feature_with(catalog, "qa_generator").unit
        return f"{unit.of(decision.remaining)} left" if unit else f"{decision.remaining:,} left"
    return "Without limit" if decision.basis is Basis.UNLOCK else "Included"
