"""Sandbox mode only: the mails that would have been sent. It stands in for everybody's inbox on this machine."""

from dataclasses import dataclass

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.components.entry import message
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import empty, page
from billing_app.ui.format import moment

SHOWN = 50


@dataclass
class MailRow:
    """A line of the mailbox."""

    id: int
    recipient: str
    subject: str
    at: str


class MailboxState(rx.State):
    """The list, and the mail that is open. Outside the sandbox the service refuses both."""

    mails: rx.Field[list[MailRow]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")
    open_id: rx.Field[int] = rx.field(0)
    subject: rx.Field[str] = rx.field("")
    recipient: rx.Field[str] = rx.field("")
    html: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the newest mails; open the one the address names."""
        try:
            found = await current().notifications.mailbox(limit=SHOWN)
            self.mails = [MailRow(mail.id, mail.recipient, mail.subject, moment(mail.at)) for mail in found]
            if self.mails and not self.open_id:
                await self._open(self.mails[0].id)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def open_mail(self, mail_id: int) -> None:
        """Show one mail."""
        try:
            await self._open(mail_id)
        except DomainError as error:
            self.error = error.detail

    async def _open(self, mail_id: int) -> None:
        mail = await current().notifications.mail(mail_id)
        self.open_id, self.subject, self.recipient = mail.id, mail.subject, mail.recipient
        # The mail's links lead this window on, not the frame they stand in.
        self.html = mail.html.replace("<head>", '<head><base target="_top">', 1)


def mailbox() -> rx.Component:
    """`/mailbox`"""
    return framed(
        page(
            rx.el.h1("Mailbox", class_name="text-h1"),
            rx.el.p(
                "Sandbox: no mail leaves this machine. What would have been sent is kept here, "
                "for everyone who can open this page. ",
                rx.el.a("All mail templates", href="/mailbox/templates"),
                class_name="mt-1.5 text-ink-2",
            ),
            rx.el.div(message(MailboxState.error), class_name="mt-4"),
            rx.cond(
                MailboxState.mails.length() > 0,
                rx.el.div(_list(), _reader(), class_name="mt-5 grid gap-3.5 lg:grid-cols-[340px_1fr]"),
                rx.el.div(
                    empty("No mail yet. Sign up or buy something, and it arrives here."),
                    class_name="mt-5 rounded-card border border-line bg-surface",
                ),
            ),
        )
    )


def _list() -> rx.Component:
    return rx.el.ul(
        rx.foreach(
            MailboxState.mails,
            lambda mail: rx.el.li(
                rx.el.button(
                    rx.el.span(mail.subject, class_name="block truncate font-[560]"),
                    rx.el.span(mail.recipient, class_name="block truncate text-small text-ink-2"),
                    rx.el.span(mail.at, class_name="block text-tiny text-ink-3 tabular-nums"),
                    type="button",
                    on_click=MailboxState.open_mail(mail.id),
                    class_name=(
                        "block w-full min-w-0 border-b border-line px-4 py-3 text-left hover:bg-sunken "
                        "aria-[current=true]:bg-accent-soft"
                    ),
                    custom_attrs={"aria-current": rx.cond(MailboxState.open_id == mail.id, "true", "false")},
                ),
            ),
        ),
        class_name=(
            "max-h-[40vh] overflow-y-auto rounded-card border border-line bg-surface shadow-lift lg:max-h-[70vh]"
        ),
    )


def _reader() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2(MailboxState.subject, class_name="text-h2"),
            rx.el.p("to ", MailboxState.recipient, class_name="text-small text-ink-2"),
            class_name="border-b border-line px-[18px] py-3",
        ),
        # A frame without rights: the mail's markup cannot run scripts.
        rx.el.iframe(
            src_doc=MailboxState.html,
            title="The mail",
            custom_attrs={"sandbox": "allow-top-navigation-by-user-activation"},
            class_name="h-[64vh] w-full bg-surface",
        ),
        class_name="min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-lift",
    )
