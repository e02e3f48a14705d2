"""Mails about an account: confirming an address, and its password."""

from typing import Literal

from pydantic import AwareDatetime

from billing_app.notifications.letters.base import Letter


class VerifyEmail(Letter):
    """Confirm your address. `state` and `browser` bind the link to one sign-up."""

    kind: Literal["verify_email"] = "verify_email"
    user_id: int
    state: str
    browser: str = ""
    next: str | None = None


class AlreadyRegistered(Letter):
    """Somebody signed up with an address that has an account."""

    kind: Literal["already_registered"] = "already_registered"
    user_id: int


class ResetPassword(Letter):
    """Set a new password."""

    kind: Literal["reset_password"] = "reset_password"
    user_id: int


class PasswordChanged(Letter):
    """The password was changed."""

    kind: Literal["password_changed"] = "password_changed"
    user_id: int
    at: AwareDatetime
