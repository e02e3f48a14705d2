"""The chat's State: what is chosen and what it costs, the question under way, the answers so far."""

import asyncio
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.errors import DomainError, NotFound, Unauthenticated
from billing_app.ui.components.wall import Wall
from billing_app.ui.funnel import shown_wall
from billing_app.ui.pages.chat.view import (
    AnswerRow,
    ExtraRow,
    answer_row,
    extra_rows,
    fitting,
    price_parts,
    smaller_label,
    toggled,
)
from billing_app.ui.pages.dashboard.view import Why, why
from billing_app.ui.pages.dashboard.why_state import NO_WHY
from billing_app.ui.session import customer_of, refresh_shell

PATH = "/playground/chat"
DRAFT = "playground/chat"
SHOWN = 10
_LOOKS, _PAUSE_S = 12, 0.25


class ChatState(rx.State):
    """One customer's chat. `asking` is the request whose answer is arriving; empty when none is."""

    loaded: rx.Field[bool] = rx.field(False)
    missing: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    question: rx.Field[str] = rx.field("")
    page_of: rx.Field[int] = rx.field(0)
    extras: rx.Field[list[ExtraRow]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    parts: rx.Field[str] = rx.field("")
    short: rx.Field[bool] = rx.field(False)
    wall: rx.Field[Wall] = rx.field(default_factory=lambda: Wall(options=[]))
    smaller: rx.Field[str] = rx.field("")
    asking: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    held: rx.Field[str] = rx.field("")
    answers: rx.Field[list[AnswerRow]] = rx.field(default_factory=list)
    why_open: rx.Field[bool] = rx.field(False)
    why: rx.Field[Why] = rx.field(default_factory=lambda: NO_WHY)
    _chosen: list[str] = []
    _quoted: int = 0
    _wants: bool = False

    @rx.event
    async def load(self) -> Any:
        """Show the price, the answers so far, and the draft in an empty field; greet who comes back from buying."""
        try:
            customer_id = await customer_of(self)
            self.error, self.asking = "", {}
            if not self.loaded:
                offer = await current().chat.offer()
                self._chosen = [one.extra.code for one in offer.extras[:1]]
            if not self.question:
                draft = await current().drafts.get(customer_id, DRAFT)
                self._write(draft.text if draft else "")
            await self._price(customer_id)
            await self._show_answers(customer_id)
            bought = "bought" in self.router.url.query_parameters
            self.done = "Thank you. Your question is back; send it when you are ready." if bought else ""
        except Unauthenticated:
            return rx.redirect(f"/login?next={PATH}")
        except NotFound as error:
            self.missing, self.error = True, error.detail
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return None

    @rx.event
    async def toggle(self, code: str) -> None:
        """Add something to the question, or take it out; the price follows."""
        self._chosen = toggled(self._chosen, code)
        self._wants = True
        await self._ask_the_price()

    @rx.event
    async def take_smaller(self) -> None:
        """Keep only as much as the credits suffice for (WL19). Sends nothing: that takes another click."""
        try:
            quote = await current().chat.quote(await customer_of(self), self._chosen)
            if quote.decision.smaller is not None:
                offer = await current().chat.offer()
                self._chosen = fitting(offer.extras, self._chosen, quote.decision.smaller)
        except DomainError as error:
            self.error = error.detail
        await self._ask_the_price()

    @rx.event
    async def keep_draft(self, text: str) -> None:
        """Keep what was typed on the server, so that it survives the way to the checkout and back (WL5)."""
        try:
            customer_id = await customer_of(self)
            await self._keep(customer_id, text)
            await self._price(customer_id)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def send(self, form: dict[str, Any]) -> None:
        """Ask, if the gate allows; else the wall says why. The server asks again when the request comes."""
        text = str(form.get("question", "")).strip()
        self.done = self.error = ""
        if self.asking:
            return
        try:
            customer_id = await customer_of(self)
            await self._keep(customer_id, text)
            if not text:
                self.error = "Write a question first."
            elif await self._price(customer_id):
                self._begin(current().chat.new_id(), text, self._chosen, quoted=self._quoted)
                self.held = f"{self.total} set aside. You pay for what is sent."
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def ask_again(self, question_id: str) -> None:
        """Ask a question that broke off once more, under its own id: what was paid for costs nothing now."""
        self.done = self.error = ""
        if self.asking:
            return
        try:
            views = await current().chat.recent(await customer_of(self), limit=SHOWN)
        except DomainError as error:
            self.error = error.detail
            return
        found = next((view for view in views if view.id == question_id and view.state == "broken"), None)
        if found is not None:
            self._begin(found.id, found.question, list(found.extras), quoted=found.quoted)
            self.held = "Paid for already." if found.charged else "You pay for what is sent."

    @rx.event
    async def answered(self) -> None:
        """The last event came: show the answer and its cost as the ledger has them, and clear the field."""
        await self._over(clear=True)

    @rx.event
    async def lost(self) -> None:
        """The line broke or was stopped: wait for the charge to be settled, then show it."""
        self.done = "Stopped. What had been sent is charged, and nothing else."
        await self._over(clear=False)

    @rx.event
    async def refused(self, code: str, detail: str) -> None:
        """Nothing was held. Short of credits: the same wall as before the click; else the reason."""
        self.asking = {}
        await self._ask_the_price()
        if code != "insufficient_credits" or not self.short:
            self.error = str(detail)[:500] or "That did not work, and nothing was charged. Try again."

    @rx.event
    async def explain(self, entry_id: int) -> None:
        """Why a question cost what it did."""
        try:
            explanation = await current().credits.explain(await customer_of(self), entry_id)
            self.why, self.why_open = why(explanation, await current().catalog.current()), True
        except DomainError as error:
            self.error = error.detail

    @rx.event
    def close_why(self) -> None:
        """Close the reasons."""
        self.why_open = False

    def _begin(self, question_id: str, question: str, extras: list[str], *, quoted: int) -> None:
        self.asking = {"id": question_id, "question": question, "extras": extras, "quoted": quoted}

    async def _over(self, *, clear: bool) -> None:
        question_id, self.asking = self.asking.get("id", ""), {}
        try:
            customer_id = await customer_of(self)
            state = await self._settled(customer_id, question_id)
            if clear and state == "answered":
                await current().drafts.clear(customer_id, DRAFT)
                self._write("")
                self._wants = False
            await self._show_answers(customer_id)
            await self._price(customer_id)
        except DomainError as error:
            self.error = error.detail

    async def _settled(self, customer_id: int, question_id: str) -> str:
        """Wait a moment for the charge of a line that broke; the state it is in then."""
        for _ in range(_LOOKS):
            views = await current().chat.recent(customer_id, limit=SHOWN)
            state = next((view.state for view in views if view.id == question_id), "")
            if state != "asked":
                return state
            await asyncio.sleep(_PAUSE_S)
        return "asked"

    async def _keep(self, customer_id: int, text: str) -> None:
        await current().drafts.save(customer_id, DRAFT, text)
        self.question = text

    def _write(self, text: str) -> None:
        """Put a text into the field: a new key makes the browser take it over."""
        self.question = text
        self.page_of += 1

    async def _show_answers(self, customer_id: int) -> None:
        noun = (await current().catalog.current()).brand.credit
        views = await current().chat.recent(customer_id, limit=SHOWN)
        self.answers = [answer_row(view, noun, clock.now()) for view in views]

    async def _ask_the_price(self) -> None:
        try:
            await self._price(await customer_of(self))
        except DomainError as error:
            self.error = error.detail

    async def _price(self, customer_id: int) -> bool:
        """Show what a question costs now; if that is too much and something is to be asked, the wall."""
        chat, catalog = current().chat, await current().catalog.current()
        offer = await chat.offer()
        self._chosen = [one.extra.code for one in offer.extras if one.extra.code in self._chosen]
        quote = await chat.quote(customer_id, self._chosen)
        noun = catalog.brand.credit
        self.extras = extra_rows(offer, self._chosen)
        self._quoted = quote.price.credits
        self.total, self.parts = noun.of(quote.price.credits), price_parts(quote.price)
        self.short = not quote.decision.allowed
        wanted = self._wants or bool(self.question)
        self.wall = await shown_wall(quote.decision, catalog) if wanted else Wall(options=[])
        self.smaller = smaller_label(quote.decision.smaller, noun) if wanted else ""
        await refresh_shell(self, customer_id)
        return quote.decision.allowed
