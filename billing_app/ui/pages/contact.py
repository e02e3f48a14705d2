"""Writing to the seller: about a plan that is agreed by contact, or anything else (rows B1, B7)."""

from dataclasses import dataclass

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.offers import sellable
from billing_app.catalog.schema import Catalog
from billing_app.entitlements.enquiries.message import MESSAGE_LIMIT, SENTENCES
from billing_app.errors import DomainError
from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.forms import FIELD, field, post_form
from billing_app.ui.components.icons import icon
from billing_app.ui.components.offers import tick
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import notice, page
from billing_app.ui.session import principal_of

ACTION = "/api/v1/enquiries"
_NOT_SENT = "Your message was not sent. Check the fields and send it again."
_ERRORS = SENTENCES | {
    "foreign_origin": "The form was sent from another site. Reload this page and try again.",
    "rate_limited": "That is more messages than we take from one place in an hour. Try again later.",
    "unavailable": "Your message could not be taken just now. Try again in a moment.",
}
_KEPT = {"name": 100, "email": 254, "company": 100, "message": MESSAGE_LIMIT}


@dataclass
class Subject:
    """A plan by contact, and what one gets with it."""

    code: str
    name: str
    description: str
    lines: list[str]


def subjects(catalog: Catalog) -> list[Subject]:
    """What can be asked about by name."""
    cards = [card for card in sellable(catalog).plans if card.contact_only]
    return [Subject(card.code, card.name, card.description, list(card.lines)) for card in cards]


class ContactState(rx.State):
    """The plans one can ask about, which one is meant, and what was typed, should the form come back."""

    subjects: rx.Field[list[Subject]] = rx.field(default_factory=lambda: subjects(built_catalog()))
    plan: rx.Field[str] = rx.field(default_factory=lambda: next((s.code for s in subjects(built_catalog())), ""))
    error: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    company: rx.Field[str] = rx.field("")
    message: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read which plan is meant and what went wrong; offer the address of who is signed in."""
        query = self.router.url.query_parameters
        code = query.get("error", "")
        self.error = _ERRORS.get(code, _NOT_SENT) if code else ""
        try:
            self.subjects = subjects(await current().catalog.current())
            who = await principal_of(self)
            if who is not None:
                self.email, self.name = self.email or who.email, self.name or who.name or ""
        except DomainError as error:
            self.error = error.detail
        known = [subject.code for subject in self.subjects]
        asked = query.get("plan")
        if asked is not None:
            self.plan = asked if asked in known else ""
        elif not code:
            self.plan = known[0] if known else ""

    @rx.event
    def keep(self, field_name: str, text: str) -> None:
        """Remember what was typed, for this tab alone: a refused form comes back with it."""
        if field_name in _KEPT:
            setattr(self, field_name, text[: _KEPT[field_name]])

    @rx.event
    def sent(self) -> None:
        """The message is on its way; the next one begins empty."""
        self.message = ""


def contact() -> rx.Component:
    """The form, and beside it what one gets."""
    return framed(
        page(
            rx.el.header(
                rx.el.h1("Write to us", class_name="text-h1"),
                rx.el.p(
                    f"Tell us what you need; people at {brand().name} read this and answer by e-mail.",
                    class_name="mt-1.5 text-ink-2",
                ),
                class_name="mb-6",
            ),
            rx.el.div(
                rx.el.div(_refused(), _form(), class_name="grid gap-4"),
                rx.el.aside(
                    rx.foreach(ContactState.subjects, _what_you_get),
                    _other_ways(),
                    class_name="grid content-start gap-4",
                    custom_attrs={"aria-label": "Good to know"},
                ),
                class_name="grid items-start gap-6 md:grid-cols-[minmax(0,1fr)_300px] md:gap-10",
            ),
            width="max-w-[960px]",
        )
    )


def contact_sent() -> rx.Component:
    """Where a form that was taken leads; says so without scripts, too."""
    return framed(
        page(
            rx.el.div(
                icon("circle-check", size=28, class_name="text-good"),
                rx.el.h1("Your message is on its way", class_name="text-h1"),
                rx.el.p(
                    "We have sent you a confirmation with its number. An answer comes from a person, by e-mail; if the "
                    "confirmation is not there in a few minutes, look into your spam folder.",
                    class_name="text-ink-2",
                ),
                rx.el.div(
                    link_button("Back to prices", href="/pricing", kind="primary"),
                    link_button("Write another", href="/contact"),
                    class_name="mt-2 flex flex-wrap gap-2",
                ),
                class_name="grid justify-items-start gap-3 pt-6 sm:pt-12",
                role="status",
            ),
            width="max-w-[560px]",
        )
    )


def _refused() -> rx.Component:
    """Why it was not sent. Without scripts the address alone (`#not-sent`) brings the general sentence."""
    return rx.el.div(
        rx.cond(
            ContactState.error != "",
            message(ContactState.error),
            notice(
                icon("circle-alert", class_name="text-bad"),
                rx.el.span(_NOT_SENT, class_name="flex-1 text-small"),
                tone="bad",
                role="alert",
            ),
        ),
        id="not-sent",
        class_name=rx.cond(ContactState.error != "", "block", "hidden target:block"),
    )


def _form() -> rx.Component:
    return post_form(
        rx.cond(ContactState.subjects.length() > 0, _subject(), None),
        _typed("Your name", "name", ContactState.name, "name"),
        _typed("E-mail", "email", ContactState.email, "email"),
        _typed("Company (optional)", "company", ContactState.company, "organization", optional=True),
        rx.el.div(
            rx.el.label("What do you need?", html_for="message", class_name="text-small font-[550] text-ink"),
            rx.el.textarea(
                id="message",
                name="message",
                rows="7",
                required=True,
                max_length=MESSAGE_LIMIT,
                default_value=ContactState.message,
                key=ContactState.message,
                on_blur=lambda text: ContactState.keep("message", text),
                class_name=FIELD.replace("h-10 ", "min-h-40 resize-y py-2 "),
                custom_attrs={"aria-describedby": "message-hint"},
            ),
            rx.el.p(
                "How many people, how much a month, by when: a few sentences are enough.",
                id="message-hint",
                class_name="text-small text-ink-2",
            ),
            class_name="grid gap-1.5",
        ),
        _trap(),
        rx.el.div(button("Send", kind="primary", size="l", type="submit"), class_name="mt-1"),
        action=ACTION,
        class_name="grid gap-4 rounded-panel border border-line bg-surface p-5 shadow-lift sm:p-7",
        custom_attrs={"aria-label": "Your message"},
    )


def _subject() -> rx.Component:
    return rx.el.div(
        rx.el.label("About", html_for="plan", class_name="text-small font-[550] text-ink"),
        rx.el.select(
            rx.foreach(
                ContactState.subjects,
                lambda subject: rx.el.option("The ", subject.name, " plan", value=subject.code),
            ),
            rx.el.option("Something else", value=""),
            id="plan",
            name="plan",
            default_value=ContactState.plan,
            key=ContactState.plan,
            class_name=FIELD,
        ),
        class_name="grid gap-1.5",
    )


def _typed(label: str, name: str, value: rx.Var, auto_complete: str, *, optional: bool = False) -> rx.Component:
    return field(
        label,
        name,
        kind="email" if name == "email" else "text",
        auto_complete=auto_complete,
        required=not optional,
        max_length=_KEPT[name],
        default_value=value,
        key=value,
        on_blur=lambda text: ContactState.keep(name, text),
    )


def _trap() -> rx.Component:
    """No person sees or reaches it; whatever fills it in is a machine."""
    return rx.el.div(
        rx.el.label("Leave this empty", html_for="website"),
        rx.el.input(id="website", name="website", type="text", tab_index=-1, auto_complete="off"),
        aria_hidden="true",
        class_name="absolute -left-[10000px] h-px w-px overflow-hidden",
    )


def _what_you_get(subject: rx.vars.ObjectVar[Subject]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(subject.name, class_name="text-h2"),
        rx.el.p(subject.description, class_name="mt-1 text-small text-ink-2"),
        rx.el.ul(rx.foreach(subject.lines, tick), class_name="mt-3 grid gap-2"),
        class_name="rounded-card border border-line bg-surface p-[18px] shadow-lift",
    )


def _other_ways() -> rx.Component:
    return rx.el.p(
        "You can also write to ",
        rx.el.a(brand().support_email, href=f"mailto:{brand().support_email}"),
        ".",
        class_name="text-small text-ink-2 [overflow-wrap:anywhere]",
    )
