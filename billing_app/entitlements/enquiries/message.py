"""What somebody typed into the contact form, made fit to store and to mail. Pure."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from billing_app.accounts.email_address import EmailAddress, parse_email
from billing_app.accounts.errors import InvalidEmail, InvalidName
from billing_app.accounts.one_line import has_control, person_name
from billing_app.errors import InvalidInput, NotFound

MESSAGE_LIMIT = 1_500
"""In characters. Percent-encoded in Japanese, this many still fit the 16 KiB a form may have."""


class _Said(InvalidInput):
    """An error that always says the same sentence."""

    sentence: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.sentence)


class NoMessage(_Said):
    """Nothing was asked."""

    code = "no_message"
    sentence = "Write what you would like to know: a sentence is enough."


class MessageTooLong(_Said):
    """More than a form carries."""

    code = "message_too_long"
    sentence = f"The message may have {MESSAGE_LIMIT:,} characters at most. Leave details for the answer."


class InvalidCompany(_Said):
    """A company's name that is too long, or holds control characters or a web address."""

    code = "invalid_company"
    sentence = "A company's name has at most 100 characters, on one line, without web addresses."


class UnknownPlan(NotFound):
    """The plan is not one that is sold by contact."""

    code = "unknown_plan"
    title = "Not a plan by contact"
    sentence: ClassVar[str] = "That plan is not one to write to us about. Choose from the list."

    def __init__(self) -> None:
        super().__init__(self.sentence)


SENTENCES: dict[str, str] = {
    error.code: error.sentence
    for error in (NoMessage, MessageTooLong, InvalidCompany, UnknownPlan, InvalidEmail, InvalidName)
}
"""The code the contact page is given as `?error=code`, and what it shows."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent. `plan` is a plan's code, or empty for any other subject."""

    name: str
    email: str
    message: str
    company: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The same, checked."""

    name: str
    email: EmailAddress
    message: str
    company: str
    plan: str

    def fingerprint(self, on: date) -> str:
        """The same for the same words of the same person on one day."""
        parts = (self.email.normalised, self.plan, self.message, on.isoformat())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def checked(typed: Typed) -> Asked:
    """Read the form.

    Raises:
        InvalidName, InvalidEmail, InvalidCompany, NoMessage, MessageTooLong: the first field that is wrong.
    """
    return Asked(
        name=person_name(typed.name),
        email=parse_email(typed.email),
        company=_company(typed.company),
        message=_message(typed.message),
        plan=typed.plan.strip(),
    )


def _company(raw: str) -> str:
    if not raw.strip():
        return ""
    try:
        return person_name(raw)
    except InvalidName:
        raise InvalidCompany from None


def _message(raw: str) -> str:
    """Lines end in LF, control and invisible characters are gone; links may stay, the seller is used to them."""
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = ["".join(char for char in line if not has_control(char)).rstrip() for line in lines]
    text = unicodedata.normalize("NFC", "\n".join(kept)).strip()
    if not text:
        raise NoMessage
    if len(text) > MESSAGE_LIMIT:
        raise MessageTooLong
    return text
