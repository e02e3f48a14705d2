"""`/admin/enquiries`: what people asked by the contact form; answered by mail, and set aside when it is done."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.support.enquiry_desk import EnquiryLine
from billing_app.ui.admin.choosing import choices
from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import badge, button, card, empty, icon, link_button, message, stack
from billing_app.ui.brand import brand
from billing_app.ui.format import moment
from billing_app.ui.session import staff_of

STATES = (("open", "Open"), ("done", "Done"), ("all", "All"))
MOST_SHOWN = 300


@dataclass
class EnquiryRow:
    """One enquiry; everything but number, plan and times is a stranger's words."""

    id: int
    number: str
    who: str
    company: str
    email: str
    mailto: str
    plan: str
    message: str
    at: str
    done: bool
    done_words: str
    customer: str


class EnquiriesState(rx.State):
    """The enquiries shown."""

    error: rx.Field[str] = rx.field("")
    chosen: rx.Field[str] = rx.field("open")
    waiting: rx.Field[int] = rx.field(0)
    rows: rx.Field[list[EnquiryRow]] = rx.field(default_factory=list)
    next_before: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """Those that wait for an answer."""
        self.reset()
        await self._list(None)

    @rx.event
    async def choose(self, state: str) -> None:
        """Open ones, done ones, or all."""
        self.chosen = state if state in dict(STATES) else "open"
        await self._list(None)

    @rx.event
    async def show_more(self) -> None:
        """Those before."""
        await self._list(self.next_before or None)

    @rx.event
    async def set_done(self, enquiry_id: int, done: bool) -> None:
        """Set one aside, or take it up again."""
        try:
            me = await staff_of(self)
            await current().support.set_enquiry_done(me, enquiry_id, done)
        except DomainError as error:
            self.error = error.detail
            return
        await self._list(None)

    async def _list(self, before: int | None) -> None:
        try:
            me = await staff_of(self)
            state: Any = self.chosen
            page = await current().support.enquiries(me, state, before=before)
        except DomainError as error:
            self.error = error.detail
            return
        self.error, self.waiting = "", page.open
        self.rows = [*(self.rows if before else []), *[enquiry_row(line) for line in page.enquiries]]
        self.next_before = (page.next_before or 0) if len(self.rows) < MOST_SHOWN else 0


def enquiry_row(line: EnquiryLine) -> EnquiryRow:
    """The line of one enquiry."""
    subject = quote(f"Your enquiry {line.number}")
    return EnquiryRow(
        id=line.id,
        number=line.number,
        who=line.name,
        company=line.company,
        email=line.email,
        mailto=f"mailto:{quote(line.email, safe='@+')}?subject={subject}",
        plan=line.plan,
        message=line.message,
        at=moment(line.at),
        done=line.done_at is not None,
        done_words=f"Done {moment(line.done_at)} by {line.done_by}" if line.done_at else "",
        customer=f"/admin/customers/{line.customer_id}" if line.customer_id else "",
    )


def enquiries() -> rx.Component:
    """The page."""
    return admin_page(
        "Enquiries",
        rx.el.div(message(EnquiriesState.error), class_name="mt-4 empty:hidden"),
        stack(
            rx.cond(
                EnquiriesState.rows.length() > 0,
                rx.el.ul(rx.foreach(EnquiriesState.rows, _enquiry), class_name="grid gap-3.5"),
                card(
                    empty(
                        rx.cond(EnquiriesState.chosen == "open", "Nothing waits for an answer.", "There are none."),
                    )
                ),
            ),
            rx.cond(
                EnquiriesState.next_before > 0,
                rx.el.div(button("Show more", size="s", on_click=EnquiriesState.show_more)),
                None,
            ),
        ),
        current="/admin/enquiries",
        lead=f"What people ask by the contact form. It was also mailed to {brand().support_email}.",
        actions=(choices("state", STATES, EnquiriesState.chosen, EnquiriesState.choose, legend="Which enquiries"),),
    )


def _enquiry(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                rx.el.span(row.who, class_name="font-[600] [overflow-wrap:anywhere]"),
                rx.cond(
                    row.company != "", rx.el.span(row.company, class_name="text-ink-2 [overflow-wrap:anywhere]"), None
                ),
                rx.cond(row.plan != "", badge(row.plan, tone="accent"), None),
                rx.cond(row.done, badge("done", tone="good"), None),
                class_name="flex flex-wrap items-center gap-x-2.5 gap-y-1",
            ),
            rx.el.p(
                rx.el.code(row.number),
                " \N{MIDDLE DOT} ",
                row.at,
                rx.cond(
                    row.customer != "",
                    rx.el.span(" \N{MIDDLE DOT} ", rx.el.a("their account", href=row.customer)),
                    None,
                ),
                class_name="mt-0.5 text-tiny text-ink-3 tabular-nums",
            ),
            rx.el.p(row.message, class_name="mt-2.5 max-w-[76ch] whitespace-pre-wrap [overflow-wrap:anywhere]"),
            rx.cond(row.done_words != "", rx.el.p(row.done_words, class_name="mt-2 text-small text-ink-2"), None),
            class_name="min-w-0 flex-1 basis-[280px]",
        ),
        rx.el.div(
            link_button(
                icon("mail", size=14),
                "Answer",
                rx.el.span(" ", row.email, class_name="sr-only"),
                href=row.mailto,
                size="s",
            ),
            rx.cond(
                StaffState.is_support,
                button(
                    rx.cond(row.done, "Reopen", "Mark done"),
                    rx.el.span(" ", row.number, class_name="sr-only"),
                    size="s",
                    on_click=EnquiriesState.set_done(row.id, ~row.done),
                ),
                None,
            ),
            class_name="flex items-center gap-2",
        ),
        class_name=(
            "flex flex-wrap items-start gap-x-4 gap-y-3 rounded-card border border-line bg-surface px-[18px] py-4 "
            "shadow-lift"
        ),
        custom_attrs={"data-enquiry": row.number},
    )
