"""Sign in, sign up, verify, forgotten and new password: plain forms that the browser posts by itself."""

from urllib.parse import urlencode

import reflex as rx

from billing_app.accounts.errors import SENTENCES
from billing_app.paths import safe_next
from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import button
from billing_app.ui.components.entry import entry_page, message
from billing_app.ui.components.forms import field, hidden, post_form
from billing_app.ui.components.surfaces import notice
from billing_app.ui.session import Shell

_OTHER_ERROR = "That did not work. Check what you typed and try again."
_FOREIGN = "The form was sent from another site. Reload this page and try again."
_DONE = {
    "sign_up": "Check your inbox: we sent you a link that confirms your address.",
    "reset_requested": "If there is an account with that address, a link is on its way to it.",
    "reset": "Your password is new. Sign in with it.",
    "password_changed": "Your password is new. Your other browsers are signed out.",
    "signed_out": "You are signed out.",
}


def error_sentence(code: str) -> str:
    """What the sign-in routes report back in `?error=`, in words; a code we do not know gets a general sentence."""
    if not code:
        return ""
    return SENTENCES.get(code, _FOREIGN if code == "foreign_origin" else _OTHER_ERROR)


class EntryState(rx.State):
    """What the address of an entry page says: where to go next, what went wrong, what was done."""

    next_path: rx.Field[str] = rx.field("")
    query_suffix: rx.Field[str] = rx.field("")
    token: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    address_read: rx.Field[bool] = rx.field(False)

    @rx.event
    def read_address(self) -> None:
        """Take `next`, `error`, `done` and `token` from the page's address; none is trusted further than that."""
        query = self.router.url.query_parameters
        self.next_path = safe_next(query.get("next"), "/dashboard")
        self.query_suffix = f"?{urlencode({'next': self.next_path})}" if "next" in query else ""
        self.token = query.get("token", "")[:2000]
        self.error = error_sentence(query.get("error", ""))
        self.done = _DONE.get(query.get("done", ""), "")
        self.address_read = True


def _form(*parts: rx.Component, action: str, submit: str, by_link: bool = False) -> rx.Component:
    """`by_link`: it sends what the link in a mail says, so its button waits until the page's address is read."""
    waits = {"disabled": ~EntryState.address_read} if by_link else {}
    return post_form(
        hidden("next", EntryState.next_path),
        *parts,
        button(submit, kind="primary", size="l", wide=True, type="submit", **waits),
        action=action,
        class_name="grid gap-4",
    )


def _messages() -> rx.Component:
    return rx.fragment(message(EntryState.error), message(EntryState.done, "good"))


def _email() -> rx.Component:
    return field("E-mail", "email", kind="email", auto_complete="username", max_length=254)


def _new_password() -> rx.Component:
    return field(
        "Password",
        "password",
        kind="password",
        auto_complete="new-password",
        hint="10 characters or more.",
        min_length=10,
        max_length=128,
    )


def _demo_sign_ins() -> rx.Component:
    """In sandbox mode only: who can be signed in as, to look around."""
    return rx.cond(
        Shell.demo_sign_ins.length() > 0,
        notice(
            rx.el.div(
                rx.el.p("Sandbox: sign in as", class_name="text-small font-[560]"),
                rx.foreach(
                    Shell.demo_sign_ins,
                    lambda person: rx.el.p(
                        rx.el.code(person["email"]),
                        " with ",
                        rx.el.code(person["password"]),
                        class_name="text-small text-ink-2",
                    ),
                ),
                class_name="grid gap-0.5 min-w-0 [overflow-wrap:anywhere]",
            ),
        ),
        None,
    )


def login() -> rx.Component:
    """Sign in, and go on where one came from."""
    return entry_page(
        "Sign in",
        f"to see your credits at {brand().name}",
        _messages(),
        _form(
            hidden("token", EntryState.token),
            _email(),
            field("Password", "password", kind="password", auto_complete="current-password", max_length=128),
            action="/api/auth/sign-in",
            submit="Sign in",
        ),
        rx.el.a("Forgotten your password?", href="/forgot", class_name="text-small"),
        _demo_sign_ins(),
        below=rx.fragment("New here? ", rx.el.a("Make an account", href="/signup" + EntryState.query_suffix)),
    )


def signup() -> rx.Component:
    """Make an account; what one chose to buy is kept."""
    return entry_page(
        "Make an account",
        "One address, one password. No card until you buy.",
        _messages(),
        _form(_email(), _new_password(), action="/api/auth/sign-up", submit="Make an account"),
        below=rx.fragment("You have one? ", rx.el.a("Sign in", href="/login" + EntryState.query_suffix)),
    )


def verify() -> rx.Component:
    """Reached from the link in the mail: one click, so that a mail scanner's visit confirms nothing."""
    return entry_page(
        "Confirm your e-mail",
        "One click, and your account is ready.",
        _messages(),
        _form(hidden("token", EntryState.token), action="/api/auth/verify", submit="Confirm my address", by_link=True),
    )


def forgot() -> rx.Component:
    """Ask for a link that sets a new password."""
    return entry_page(
        "Set a new password",
        "We send a link to your address. It works once, for one hour.",
        _messages(),
        _form(_email(), action="/api/auth/request-reset", submit="Send the link"),
        below=rx.el.a("Back to sign-in", href="/login"),
    )


def reset() -> rx.Component:
    """Set the new password, with the token of the mail."""
    return entry_page(
        "Choose a new password",
        "Every device that is signed in now will be signed out.",
        _messages(),
        _form(
            hidden("token", EntryState.token),
            _new_password(),
            action="/api/auth/reset",
            submit="Set the password",
            by_link=True,
        ),
    )
