"""What can go wrong with an account. `SENTENCES` maps every code to its words, for forms answered by redirect."""

from typing import ClassVar

from billing_app.errors import Conflict, DomainError, Forbidden, InvalidInput, RateLimited, Unauthenticated, Unavailable


class _Said(DomainError):
    """An error that always says the same sentence."""

    sentence: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.sentence)


class WrongCredentials(_Said, Unauthenticated):
    """Unknown address, wrong password, not confirmed, disabled: one answer, so that nobody learns who is here."""

    code = "wrong_credentials"
    title = "Not signed in"
    sentence = (
        "The e-mail or the password is not right, or the e-mail is not confirmed yet. "
        "New here? Open the link in the mail we have sent."
    )


class WrongPassword(_Said, InvalidInput):
    """The present password, asked again before a change, is not right."""

    code = "wrong_password"
    sentence = "The present password is not right. Nothing was changed."


class InvalidEmail(_Said, InvalidInput):
    """Not an address that mail can be sent to, or one made to look like another."""

    code = "invalid_email"
    sentence = "This is not an e-mail address we can write to. Check it for typing errors and foreign letters."


class InvalidName(_Said, InvalidInput):
    """A name that is empty, too long, or holds control characters or a web address."""

    code = "invalid_name"
    sentence = "A name has 1 to 100 characters, on one line, without web addresses."


class PasswordTooShort(_Said, InvalidInput):
    """Fewer than 10 characters."""

    code = "password_too_short"
    sentence = "The password needs 10 characters or more. A few words in a row are easy to remember."


class PasswordTooLong(_Said, InvalidInput):
    """More than 128 characters."""

    code = "password_too_long"
    sentence = "The password may have 128 characters at most."


class PasswordTooCommon(_Said, InvalidInput):
    """One of those that are tried first."""

    code = "password_too_common"
    sentence = "This password is among the first that attackers try. Choose another, such as a few words in a row."


class PasswordIsEmail(_Said, InvalidInput):
    """The e-mail address as password."""

    code = "password_is_email"
    sentence = "The password must not be the e-mail address. Choose another."


class LinkInvalid(_Said, InvalidInput):
    """A link from a mail that is used, too old, replaced by a newer one, or not ours."""

    code = "link_invalid"
    sentence = "This link is used, too old, or replaced by a newer one. Ask for a new one."


class PasswordNeeded(_Said, Unauthenticated):
    """A confirmation link opened in another browser than the one that signed up."""

    code = "password_needed"
    title = "Sign in to confirm"
    sentence = "Sign in with the password you chose to confirm your e-mail address."


class TooBusy(_Said, Unavailable):
    """More sign-ins at once than passwords can be checked."""

    code = "too_busy"
    sentence = "Very many people are signing in right now. Try again in a moment."


class NotPermitted(_Said, Forbidden):
    """Signed in, with a role that may not do this."""

    code = "role_too_low"
    sentence = "Your role does not allow this. Ask an administrator."


class AlreadyExists(Conflict):
    """A user with this address exists already. Told to operators only."""

    code = "user_exists"


class LastAdmin(_Said, Conflict):
    """The change would leave nobody who can administer."""

    code = "last_admin"
    sentence = "This is the only administrator. Make another one first."


class HandOverInvalid(_Said, Unauthenticated):
    """A link or token by which another product hands its user over: unknown, used, or too late."""

    code = "hand_over_invalid"
    title = "This link does not work any more"
    sentence = "This link does not work any more: it works once, for a few minutes. Go back and follow it again."


class SignedInAsAnother(_Said, Conflict):
    """This browser is signed in as somebody else, with a password."""

    code = "signed_in_as_another"
    title = "You are signed in as somebody else"
    sentence = "You are signed in here as somebody else. Sign out first, then go back and follow the link again."


SENTENCES: dict[str, str] = {
    error.code: error.sentence
    for error in (
        WrongCredentials,
        WrongPassword,
        InvalidEmail,
        InvalidName,
        PasswordTooShort,
        PasswordTooLong,
        PasswordTooCommon,
        PasswordIsEmail,
        LinkInvalid,
        PasswordNeeded,
        TooBusy,
        HandOverInvalid,
        SignedInAsAnother,
    )
} | {
    Unauthenticated.code: "Your session has ended. Sign in again.",
    RateLimited.code: "Too many attempts. Wait a few minutes, then try again.",
}
"""The code a form page is given as `?error=code`, and what it shows. A code not in here is not shown."""
