"""What the library's page knows and does. Reading is open; every change asks the gate, whatever the page showed."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.entitlements.decisions import Refused
from billing_app.errors import DomainError, Unauthenticated
from billing_app.playground.library import MAX_PAIRS, LibraryPage, PairView
from billing_app.ui.components.wall import Wall
from billing_app.ui.format import number, when
from billing_app.ui.funnel import shown_wall
from billing_app.ui.session import customer_of

PATH = "/playground/library"
MESSAGES = "messages"


@dataclass
class PairRow:
    """A pair in the list."""

    id: str
    question: str
    answer: str
    origin: str
    changed: str


class LibraryState(rx.State):
    """One page of the library, and the form or the question that stands over it."""

    loaded: rx.Field[bool] = rx.field(False)
    wall: rx.Field[Wall] = rx.field(default_factory=lambda: Wall(options=[]))
    asked: rx.Field[bool] = rx.field(False)
    """Whether something locked was tried: then the whole wall stands, not only the line that says read-only."""
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    pairs: rx.Field[list[PairRow]] = rx.field(default_factory=list)
    count: rx.Field[str] = rx.field("")
    number: rx.Field[int] = rx.field(1)
    pages: rx.Field[int] = rx.field(1)
    form_open: rx.Field[bool] = rx.field(False)
    form_title: rx.Field[str] = rx.field("")
    form_id: rx.Field[str] = rx.field("")
    form_question: rx.Field[str] = rx.field("")
    form_answer: rx.Field[str] = rx.field("")
    form_error: rx.Field[str] = rx.field("")
    deleting: rx.Field[str] = rx.field("")
    deleting_question: rx.Field[str] = rx.field("")
    _is_new: bool = False

    @rx.event
    async def load(self) -> Any:
        """Show the first page and whether it can be changed."""
        try:
            customer_id = await customer_of(self)
            self.error = self.done = ""
            self.form_open, self.deleting, self.asked = False, "", False
            await self._ask_the_gate(customer_id)
            await self._show(customer_id, 1)
            if "bought" in self.router.url.query_parameters:
                self.done = "Thank you. Your library is open: add, edit and delete as you like."
        except Unauthenticated:
            return rx.redirect(f"/login?next={PATH}")
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return rx.set_focus(MESSAGES) if self.done else None

    @rx.event
    async def turn_to(self, page: int) -> None:
        """Another page of the list."""
        try:
            await self._show(await customer_of(self), page)
            self.error = self.done = ""
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def begin_new(self) -> Any:
        """Open the form for a pair that is not there yet."""
        if not await self._may_change():
            return rx.set_focus(MESSAGES)
        self._is_new = True
        self._open_form("Add a pair", current().library.new_id(), "", "")
        return None

    @rx.event
    async def begin_edit(self, pair_id: str) -> Any:
        """Open the form with a pair as it is now."""
        if not await self._may_change():
            return rx.set_focus(MESSAGES)
        try:
            pair = await current().library.get(await customer_of(self), pair_id)
            self._is_new = False
            self._open_form("Edit the pair", pair.id, pair.question, pair.answer)
        except DomainError as error:
            self.error = error.detail
        return None

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Store what the form says; it stays open, with what was typed, until that is done."""
        question, answer = str(form.get("question", "")), str(form.get("answer", ""))
        library = current().library
        try:
            customer_id = await customer_of(self)
            if self._is_new:
                await library.create(customer_id, self.form_id, question, answer)
            else:
                await library.edit(customer_id, self.form_id, question, answer)
            self.done, self.error = "Added." if self._is_new else "Saved.", ""
            self.form_open = False
            await self._show(customer_id, 1 if self._is_new else self.number)
        except Refused as refusal:
            self.wall = await shown_wall(refusal.decision, await current().catalog.current())
            self.form_error = refusal.detail
        except DomainError as error:
            self.form_error = error.detail

    @rx.event
    def close_form(self) -> None:
        """Leave the form without storing it."""
        self.form_open = False

    @rx.event
    async def ask_to_delete(self, pair_id: str) -> Any:
        """Ask once more before a pair is gone."""
        if not await self._may_change():
            return rx.set_focus(MESSAGES)
        try:
            pair = await current().library.get(await customer_of(self), pair_id)
            self.deleting, self.deleting_question = pair.id, pair.question
        except DomainError as error:
            self.error = error.detail
        return None

    @rx.event
    async def delete(self) -> None:
        """Delete the pair that was asked about."""
        pair_id, self.deleting = self.deleting, ""
        try:
            customer_id = await customer_of(self)
            await current().library.delete(customer_id, pair_id)
            self.done, self.error = "Deleted.", ""
            await self._show(customer_id, self.number)
        except Refused as refusal:
            self.wall, self.asked = await shown_wall(refusal.decision, await current().catalog.current()), True
        except DomainError as error:
            self.error = error.detail

    @rx.event
    def keep(self) -> None:
        """Do not delete after all."""
        self.deleting = ""

    def _open_form(self, title: str, pair_id: str, question: str, answer: str) -> None:
        self.form_title, self.form_id, self.form_error = title, pair_id, ""
        self.form_question, self.form_answer = question, answer
        self.error, self.done, self.form_open = "", "", True

    async def _may_change(self) -> bool:
        """Ask the gate before anything is typed; when it says no, the wall says why."""
        self.error = self.done = ""
        try:
            self.asked = not await self._ask_the_gate(await customer_of(self))
        except DomainError as error:
            self.error = error.detail
        return not self.asked and not self.error

    async def _ask_the_gate(self, customer_id: int) -> bool:
        decision = await current().library.check(customer_id)
        self.wall = await shown_wall(decision, await current().catalog.current())
        return decision.allowed

    async def _show(self, customer_id: int, page: int) -> None:
        found = await current().library.page(customer_id, page)
        self.number, self.pages = found.number, found.pages
        self.pairs, self.count = [_row(pair) for pair in found.pairs], _count(found)


def _row(pair: PairView) -> PairRow:
    changed = when(pair.updated_at, clock.now())
    return PairRow(
        id=pair.id,
        question=pair.question,
        answer=pair.answer,
        origin=f"From {pair.set_title}" if pair.set_title else "",
        changed=f"{'Added' if pair.created_at == pair.updated_at else 'Edited'} {changed}",
    )


def _count(page: LibraryPage) -> str:
    return f"{number(page.total)} of {number(MAX_PAIRS)}"
