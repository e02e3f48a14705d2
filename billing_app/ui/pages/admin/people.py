"""`/admin/people`: who is staff, and giving somebody a role. For administrators alone."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.support.people import StaffMember
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, message, stack
from billing_app.ui.components.forms import FIELD
from billing_app.ui.format import moment
from billing_app.ui.session import staff_of

ROLES: tuple[tuple[str, str, str], ...] = (
    (Role.VIEWER.value, "Viewer", "Sees every page, changes nothing."),
    (
        Role.SUPPORT.value,
        "Support",
        "Also adjusts credits and refunds up to the limits, writes notes, looks as a customer.",
    ),
    (Role.ADMIN.value, "Admin", "Everything: prices, plans by hand, keys, roles."),
    (Role.CUSTOMER.value, "None", "No staff page at all: takes a role away."),
)
_TONES = {Role.ADMIN: "accent", Role.SUPPORT: "good", Role.VIEWER: ""}


@dataclass
class PersonRow:
    """One member of staff."""

    id: int
    email: str
    name: str
    role: str
    tone: str
    seen: str
    state: str


class PeopleState(rx.State):
    """Everybody with a role."""

    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    allowed: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[PersonRow]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Show them."""
        self.reset()
        await self._list()

    @rx.event
    async def give(self, form: dict[str, Any]) -> None:
        """Give the user of an address a role."""
        self.error = self.done = ""
        try:
            me = await staff_of(self, Role.ADMIN)
            wanted = str(form.get("role", ""))
            role = Role(wanted if wanted in list(Role) else Role.VIEWER.value)
            email, reason = str(form.get("email", "")), str(form.get("reason", ""))
            changed = await current().support.give_role(me, email, role, reason=reason)
        except DomainError as error:
            self.error = error.detail
            return
        self.done = (
            f"{changed.email} has no staff role any more."
            if changed.role is Role.CUSTOMER
            else f"{changed.email} has the role {changed.role} now, at once, in every browser."
        )
        await self._list()

    async def _list(self) -> None:
        try:
            me = await staff_of(self, Role.ADMIN)
            found = await current().support.staff(me)
        except DomainError as error:
            self.error, self.allowed = error.detail, False
            return
        self.allowed, self.rows = True, [person_row(one) for one in found]


def person_row(one: StaffMember) -> PersonRow:
    """The line of one member of staff."""
    return PersonRow(
        id=one.id,
        email=one.email,
        name=one.name,
        role=one.role.value,
        tone=_TONES.get(one.role, ""),
        seen=moment(one.seen_at) if one.seen_at else "never signed in",
        state="shut out" if one.disabled else "demo" if one.demo else "",
    )


def people() -> rx.Component:
    """The page."""
    return admin_page(
        "People and roles",
        rx.el.div(
            message(PeopleState.error), message(PeopleState.done, "good"), class_name="mt-4 grid gap-2 empty:hidden"
        ),
        rx.cond(PeopleState.allowed, stack(rx.el.div(_list(), _give(), class_name=_COLUMNS)), None),
        current="/admin/people",
        lead="A role holds at once, in every browser its owner is signed in with. The last administrator stays one.",
    )


_COLUMNS = "grid items-start gap-3.5 lg:grid-cols-[1.6fr_1fr] [&>*]:min-w-0"


def _list() -> rx.Component:
    return card(
        data_table(
            [
                Column("Who", _who),
                Column("Role", lambda row: badge(row.role, tone=row.tone)),
                Column("Last seen", lambda row: rx.el.span(row.seen, class_name="text-ink-2"), "roomy number"),
            ],
            PeopleState.rows,
            "Everybody with a staff role",
            tall=False,
        ),
        title="Staff",
        flush=True,
    )


def _who(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(
            rx.el.span(row.email, class_name="font-[560] [overflow-wrap:anywhere]"),
            rx.cond(row.state != "", badge(row.state, tone="warn"), None),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.span(row.name, class_name="block text-tiny text-ink-3"),
    )


def _give() -> rx.Component:
    options = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="role",
                value=value,
                default_checked=value == Role.VIEWER.value,
                class_name="mt-1",
            ),
            rx.el.span(
                rx.el.span(name, class_name="block font-[560]"),
                rx.el.span(detail, class_name="block text-small text-ink-2"),
            ),
            class_name=(
                "flex cursor-pointer gap-3 rounded-card border border-line-strong px-3.5 py-2.5 "
                "has-[:checked]:border-accent has-[:checked]:bg-accent-soft"
            ),
        )
        for value, name, detail in ROLES
    ]
    return card(
        rx.el.form(
            _field("E-mail", "email", "Of an account that exists: they sign up first.", type="email"),
            rx.el.fieldset(
                rx.el.legend("Role", class_name="mb-1.5 text-small font-[550]"),
                rx.el.div(*options, class_name="grid gap-2"),
            ),
            _field("Reason", "reason", "Kept in the audit log with your name.", max_length=500),
            rx.el.div(button("Give this role", kind="primary", type="submit")),
            on_submit=PeopleState.give,
            reset_on_submit=False,
            class_name="grid gap-4",
        ),
        title="Give a role",
    )


def _field(label: str, name: str, hint: str, **props: Any) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"people-{name}", class_name="text-small font-[550]"),
        rx.el.input(id=f"people-{name}", name=name, required=True, auto_complete="off", class_name=FIELD, **props),
        rx.el.p(hint, class_name="text-tiny text-ink-2"),
        class_name="grid gap-1",
    )
