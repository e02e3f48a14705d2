"""One's own account: address, password, and every browser that is signed in."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.accounts.roles import Principal
from billing_app.accounts.use_case import Visit
from billing_app.bootstrap import current
from billing_app.errors import DomainError, Unauthenticated
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.forms import field, post_form
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import badge, card, page
from billing_app.ui.format import moment
from billing_app.ui.pages.entry import EntryState
from billing_app.ui.session import Shell, principal_of


@dataclass
class SessionRow:
    """One browser that is signed in."""

    id: int
    agent: str
    detail: str
    current: bool


class AccountState(rx.State):
    """The sessions of the person signed in."""

    sessions: rx.Field[list[SessionRow]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> Any:
        """Show the account, or send a stranger to sign in and back here."""
        try:
            await self._list(await self._me())
        except Unauthenticated:
            return rx.redirect("/login?next=/account")
        return None

    @rx.event
    async def end_session(self, session_id: int) -> None:
        """Sign one of one's own browsers out."""
        try:
            me = await self._me()
            await current().accounts.revoke_session(me, session_id, visit=Visit(ip=None, agent=None))
            await self._list(me)
            self.done, self.error = "That browser is signed out.", ""
        except DomainError as error:
            self.done, self.error = "", error.detail

    async def _me(self) -> Principal:
        who = await principal_of(self)
        if who is None:
            raise Unauthenticated("Sign in to see your account.")
        return who

    async def _list(self, me: Principal) -> None:
        found = await current().accounts.sessions(me)
        self.sessions = [
            SessionRow(
                id=one.id,
                agent=_browser(one.agent or ""),
                detail=f"Last used {moment(one.last_seen_at)}" + (f", from {one.ip}" if one.ip else ""),
                current=one.current,
            )
            for one in found
        ]


def _browser(agent: str) -> str:
    """A name people know a browser by; the full line is of no use to them."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    places = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac", "Mac"),
        ("Windows", "Windows"),
        ("Linux", "Linux"),
    )
    name = next((word for mark, word in names if mark in agent), "A browser")
    place = next((word for mark, word in places if mark in agent), "")
    return f"{name} on {place}" if place else name


def account() -> rx.Component:
    """`/account`"""
    return framed(
        page(
            rx.el.h1("Account", class_name="text-h1"),
            rx.el.p(Shell.email, class_name="mt-1 text-ink-2"),
            rx.el.div(
                message(EntryState.error),
                message(EntryState.done, "good"),
                message(AccountState.error),
                message(AccountState.done, "good"),
                class_name="mt-4 grid gap-3",
            ),
            rx.el.div(
                rx.cond(Shell.handed_over, None, _password()),
                _sessions(),
                rx.cond(Shell.is_customer, _own_data(), None),
                class_name="mt-4 grid gap-3.5",
            ),
            width="max-w-[720px]",
        ),
        current="/account",
    )


def _password() -> rx.Component:
    return card(
        post_form(
            field(
                "Current password", "old_password", kind="password", auto_complete="current-password", max_length=128
            ),
            field(
                "New password",
                "password",
                kind="password",
                auto_complete="new-password",
                hint="10 characters or more. Your other browsers will be signed out.",
                min_length=10,
                max_length=128,
            ),
            rx.el.div(button("Change password", kind="primary", type="submit")),
            action="/api/auth/change-password",
            class_name="grid max-w-[380px] gap-4",
        ),
        title="Password",
    )


def _own_data() -> rx.Component:
    return card(
        rx.el.p(
            "Everything we hold about you in one file: who you are, what you wrote, bought and used. "
            "To have it erased, write to us.",
            class_name="max-w-[56ch] text-ink-2",
        ),
        rx.el.div(
            link_button("Download my data", href="/api/v1/account/data.json", reload_document=True, download=True),
            class_name="mt-3",
        ),
        title="Your data",
    )


def _sessions() -> rx.Component:
    row = rx.foreach(
        AccountState.sessions,
        lambda one: rx.el.li(
            rx.el.div(
                rx.el.span(
                    rx.el.span(one.agent, class_name="font-[520]"),
                    rx.cond(one.current, badge("this one", tone="accent"), None),
                    class_name="flex items-center gap-2",
                ),
                rx.el.span(one.detail, class_name="block text-small text-ink-2"),
                class_name="min-w-0 flex-1",
            ),
            rx.cond(
                one.current,
                None,
                button("Sign out", size="s", on_click=AccountState.end_session(one.id)),
            ),
            class_name="flex items-center gap-3 border-b border-line px-[18px] py-3 last:border-b-0",
        ),
    )
    return card(rx.el.ul(row), title="Signed-in browsers", flush=True)
