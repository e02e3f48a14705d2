"""Every mail the product can send, as it looks in the words of this catalogue. Sandbox mode, or staff."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.components.entry import message
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import page
from billing_app.ui.session import principal_of


@dataclass
class TemplateRow:
    """A line of the list."""

    place: int
    title: str
    subject: str


class MailTemplatesState(rx.State):
    """The list, and the sample that is open. In live mode the service refuses everyone but staff."""

    rows: rx.Field[list[TemplateRow]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")
    open_place: rx.Field[int] = rx.field(-1)
    subject: rx.Field[str] = rx.field("")
    text: rx.Field[str] = rx.field("")
    html: rx.Field[str] = rx.field("")
    as_text: rx.Field[bool] = rx.field(False)
    narrow: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        """Write the samples and open the first."""
        await self._open(max(self.open_place, 0))

    @rx.event
    async def open_template(self, place: int) -> None:
        """Show one sample."""
        await self._open(place)

    @rx.event
    def toggle_text(self) -> None:
        """Plain text, or HTML."""
        self.as_text = not self.as_text

    @rx.event
    def toggle_narrow(self) -> None:
        """As wide as a phone, or as wide as there is room."""
        self.narrow = not self.narrow

    async def _open(self, place: int) -> None:
        try:
            found = await current().notifications.templates(await principal_of(self))
        except DomainError as error:
            self.rows, self.html, self.text, self.subject, self.error = [], "", "", "", error.detail
            return
        self.rows = [TemplateRow(number, each.title, each.subject) for number, each in enumerate(found)]
        if not 0 <= place < len(found):
            self.error = "There is no such sample."
            return
        shown = found[place]
        self.error, self.open_place, self.subject, self.text = "", place, shown.subject, shown.text
        self.html = shown.html.replace("<head>", '<head><base target="_top">', 1)


def mail_templates() -> rx.Component:
    """`/mailbox/templates`"""
    return framed(
        page(
            rx.el.h1("Mail templates", class_name="text-h1"),
            rx.el.p(
                "Every mail there is, with samples in the words and prices of your catalogue. None of these was sent.",
                class_name="mt-1.5 text-ink-2",
            ),
            rx.el.div(message(MailTemplatesState.error), class_name="mt-4"),
            rx.cond(
                MailTemplatesState.rows.length() > 0,
                rx.el.div(_list(), _reader(), class_name="mt-5 grid gap-3.5 lg:grid-cols-[300px_1fr]"),
            ),
        )
    )


def _list() -> rx.Component:
    return rx.el.ul(
        rx.foreach(
            MailTemplatesState.rows,
            lambda row: rx.el.li(
                rx.el.button(
                    rx.el.span(row.title, class_name="block truncate font-[560]"),
                    rx.el.span(row.subject, class_name="block truncate text-small text-ink-2"),
                    type="button",
                    on_click=MailTemplatesState.open_template(row.place),
                    class_name=(
                        "block w-full min-w-0 border-b border-line px-4 py-2.5 text-left hover:bg-sunken "
                        "aria-[current=true]:bg-accent-soft"
                    ),
                    custom_attrs={"aria-current": rx.cond(MailTemplatesState.open_place == row.place, "true", "false")},
                ),
            ),
        ),
        class_name="max-h-[40vh] overflow-y-auto rounded-card border border-line bg-surface lg:max-h-[80vh]",
    )


def _reader() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2(MailTemplatesState.subject, class_name="text-h2 break-words"),
            rx.el.div(
                _choice("Plain text", MailTemplatesState.as_text, MailTemplatesState.toggle_text),
                _choice("As on a phone", MailTemplatesState.narrow, MailTemplatesState.toggle_narrow),
                class_name="mt-2 flex flex-wrap gap-x-5 gap-y-1",
            ),
            class_name="border-b border-line px-[18px] py-3",
        ),
        rx.cond(
            MailTemplatesState.as_text,
            rx.el.pre(MailTemplatesState.text, class_name="whitespace-pre-wrap break-words px-[18px] py-4 text-small"),
            # A frame without rights: the mail's markup cannot run scripts.
            rx.el.iframe(
                src_doc=MailTemplatesState.html,
                title="The sample",
                custom_attrs={"sandbox": "allow-top-navigation-by-user-activation"},
                class_name=rx.cond(
                    MailTemplatesState.narrow,
                    "mx-auto block h-[70vh] w-full max-w-[390px] bg-white",
                    "h-[70vh] w-full bg-white",
                ),
            ),
        ),
        class_name="min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-lift",
    )


def _choice(label: str, checked: Any, on_change: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", checked=checked, on_change=on_change),
        label,
        class_name="inline-flex min-h-6 items-center gap-2 text-small",
    )
