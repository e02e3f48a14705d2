"""The practice interview: priced before it starts, gated at the door, one charge when it ends (rows A4, A9, A10)."""

from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.schema import Catalog, Feature
from billing_app.errors import DomainError, NotFound, Unauthenticated
from billing_app.playground.interviewer import TOPICS
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.interview_session import interview_session
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import notice, page
from billing_app.ui.components.wall import Wall, wall
from billing_app.ui.funnel import shown_wall
from billing_app.ui.session import customer_of, refresh_shell

PATH = "/playground/interview"
DRAFT = "playground/interview"
MESSAGES = "messages"


class InterviewState(rx.State):
    """Before, during and after one session. `stage` is one of `ready`, `running`, `ended`."""

    loaded: rx.Field[bool] = rx.field(False)
    stage: rx.Field[str] = rx.field("ready")
    topic: rx.Field[str] = rx.field(TOPICS[0].code)
    job: rx.Field[str] = rx.field("")
    price: rx.Field[str] = rx.field("")
    wall: rx.Field[Wall] = rx.field(default_factory=lambda: Wall(options=[]))
    error: rx.Field[str] = rx.field("")
    returned: rx.Field[str] = rx.field("")
    charged: rx.Field[str] = rx.field("")
    left: rx.Field[str] = rx.field("")
    feedback: rx.Field[list[str]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> Any:
        """Ask the gate, bring the draft back into an empty field, and greet who comes back from buying."""
        try:
            customer_id = await customer_of(self)
            self.stage, self.error, self.feedback = "ready", "", []
            await self._ask_the_gate(customer_id)
            if not self.job:
                draft = await current().drafts.get(customer_id, DRAFT)
                self.job = draft.text if draft else ""
            self.returned = self._greeting() if "bought" in self.router.url.query_parameters else ""
        except Unauthenticated:
            return rx.redirect(f"/login?next={PATH}")
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return rx.set_focus(MESSAGES) if self.returned else None

    def _greeting(self) -> str:
        draft = "Your draft is back; start" if self.job else "Start"
        return f"Thank you. {draft} when you are ready."

    @rx.event
    def choose(self, topic: str) -> None:
        """Choose what the interview is about."""
        if any(topic == each.code for each in TOPICS):
            self.topic = topic

    @rx.event
    async def keep_draft(self, text: str) -> None:
        """Keep what was typed on the server, so that it survives the way to the checkout and back (WL5)."""
        try:
            await current().drafts.save(await customer_of(self), DRAFT, text)
            self.job, self.error = text, ""
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def start(self) -> None:
        """Open the session if the gate allows; else show the wall. The server asks again at the door."""
        try:
            if await self._ask_the_gate(await customer_of(self)):
                self.stage, self.returned = "running", ""
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def ended(self, charged: int, available: int, feedback: list[str]) -> None:
        """The session is over: show what it cost by our ledger, not by what the browser says."""
        self.stage, self.feedback = "ended", [str(line)[:500] for line in feedback[:20]]
        await self._show_cost(charged)

    @rx.event
    async def refused(self) -> None:
        """The door said no: the same wall as before the click."""
        self.stage = "ready"
        try:
            if await self._ask_the_gate(await customer_of(self)):
                self.error = "The session could not be opened. Nothing was charged; try again."
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def lost(self, began: bool) -> None:
        """The line broke."""
        self.stage = "ready"
        self.error = (
            "The connection broke after the session had begun, so it counts as held."
            if began
            else "The connection broke before the session began. Nothing was charged."
        )
        await self._show_cost(0)

    @rx.event
    async def again(self) -> None:
        """Back to the start for another session."""
        self.stage, self.error = "ready", ""
        try:
            await self._ask_the_gate(await customer_of(self))
        except DomainError as error:
            self.error = error.detail

    async def _show_cost(self, charged: int) -> None:
        try:
            customer_id = await customer_of(self)
            shell = await refresh_shell(self, customer_id)
            noun = (await current().catalog.current()).brand.credit
        except DomainError as error:
            self.error = error.detail
            return
        self.charged = noun.of(int(charged)) if int(charged) else "nothing"
        self.left = noun.of(shell.available)

    async def _ask_the_gate(self, customer_id: int) -> bool:
        catalog = await current().catalog.current()
        feature = interview_feature(catalog)
        decision = await current().entitlements.check(customer_id, feature.code)
        noun = catalog.brand.credit
        have = "" if decision.available is None else f", you have {noun.of(decision.available)}"
        self.price = f"{noun.of(decision.required)}{have}" if decision.required is not None else "Included"
        self.wall = await shown_wall(decision, catalog)
        await refresh_shell(self, customer_id)
        return decision.allowed


def interview_feature(catalog: Catalog) -> Feature:
    """The catalogue's practice interview.

    Raises:
        NotFound: the catalogue in force has none.
    """
    found = next((feature for feature in catalog.features if feature.playground == "interview"), None)
    if found is None:
        raise NotFound("This catalogue has no practice interview.")
    return found


def interview() -> rx.Component:
    """`/playground/interview`"""
    return framed(
        page(
            rx.el.nav(
                rx.el.a("Playground", href="/playground"),
                rx.el.span(" / Practice interview", class_name="text-ink-3"),
                class_name="text-small",
                custom_attrs={"aria-label": "Breadcrumb"},
            ),
            rx.el.h1("Practice interview", class_name="mt-2 text-h1"),
            rx.el.p(
                "A few questions, each picking up what you said. It is charged when it ends, and only if it began.",
                class_name="mt-1.5 text-ink-2",
            ),
            rx.el.div(
                message(InterviewState.error),
                message(InterviewState.returned, "good"),
                class_name="mt-4 grid gap-3",
                id=MESSAGES,
                tab_index=-1,  # who comes back from buying is taken here (WL7)
            ),
            rx.el.div(
                rx.match(
                    InterviewState.stage,
                    ("running", _running()),
                    ("ended", _ended()),
                    _ready(),
                ),
                class_name="mt-5",
            ),
            width="max-w-[720px]",
        ),
        current="/playground",
    )


def _ready() -> rx.Component:
    return rx.el.div(
        _topics(),
        rx.el.div(
            rx.el.label("The job you are preparing for", html_for="job", class_name="text-small font-[550]"),
            rx.el.textarea(
                id="job",
                name="job",
                default_value=InterviewState.job,
                key=InterviewState.loaded.to_string(),
                disabled=~InterviewState.loaded,
                placeholder="Paste the advert, or a few words about the role. Your feedback looks for its terms.",
                rows="5",
                max_length=20_000,
                on_blur=InterviewState.keep_draft,
                class_name="w-full rounded-card border border-control-line bg-surface px-3.5 py-3 text-[.9375rem]",
            ),
            class_name="grid gap-1.5",
        ),
        rx.el.div(
            rx.el.span(
                "This session: ",
                rx.el.b(InterviewState.price, class_name="font-[600] text-ink tabular-nums"),
                class_name="text-small text-ink-2",
                id="price",
            ),
            rx.el.span(class_name="flex-1"),
            button(
                icon("mic", size=16),
                "Start the interview",
                kind="primary",
                on_click=InterviewState.start,
                id="start",
                custom_attrs={
                    "aria-disabled": rx.cond(InterviewState.wall.title != "", "true", "false"),
                    "aria-describedby": "price",
                },
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        wall(InterviewState.wall, return_to=PATH, kept="What you wrote is kept; you come back right here."),
        class_name="grid gap-5",
    )


def _topics() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("What it is about", class_name="mb-1.5 text-small font-[550]"),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name="topic",
                        value=each.code,
                        checked=InterviewState.topic == each.code,
                        on_change=InterviewState.choose(each.code),
                        class_name="peer sr-only",
                    ),
                    rx.el.span(
                        each.name,
                        class_name=(
                            "block rounded-full px-3.5 py-1.5 font-[550] text-ink-2 peer-checked:bg-raised "
                            "peer-checked:text-ink peer-checked:shadow-lift peer-focus-visible:outline-2 "
                            "peer-focus-visible:outline-accent"
                        ),
                    ),
                    class_name="cursor-pointer",
                )
                for each in TOPICS
            ],
            class_name="inline-flex flex-wrap rounded-[20px] border border-line bg-sunken p-[3px]",
        ),
    )


def _running() -> rx.Component:
    return interview_session(
        topic=InterviewState.topic,
        on_ended=InterviewState.ended,
        on_refused=InterviewState.refused,
        on_lost=InterviewState.lost,
    )


def _ended() -> rx.Component:
    return rx.el.div(
        notice(
            icon("circle-check", class_name="text-good"),
            rx.el.span(
                "Session over. Charged: ",
                rx.el.b(InterviewState.charged, class_name="font-[600]", id="charged"),
                ". Left: ",
                rx.el.b(InterviewState.left, class_name="font-[600]"),
                ".",
                class_name="text-small",
            ),
            tone="good",
        ),
        rx.cond(
            InterviewState.feedback.length() > 0,
            rx.el.section(
                rx.el.h2("What we noticed", class_name="text-h2"),
                rx.el.ul(
                    rx.foreach(
                        InterviewState.feedback,
                        lambda line: rx.el.li(
                            icon("chevron-right", size=15, class_name="mt-[3px] text-ink-3"),
                            line,
                            class_name="flex gap-2",
                        ),
                    ),
                    class_name="mt-2.5 grid gap-2 text-ink-2",
                ),
                class_name="rounded-card border border-line bg-surface p-[18px] shadow-lift",
            ),
            None,
        ),
        rx.el.div(
            button("Another session", kind="primary", on_click=InterviewState.again),
            link_button("Why this charge?", href="/dashboard"),
            class_name="flex flex-wrap gap-2",
        ),
        class_name="grid gap-3.5",
    )
