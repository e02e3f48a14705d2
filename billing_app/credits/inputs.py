"""What may be asked of the ledger: ranges and shapes, each refused with a sentence that says what to send instead."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from billing_app.errors import InvalidInput

MAX_CREDITS = 10**12
"""The most credits one operation moves. Sums of them still fit 64 bits by a factor of nine million."""

MAX_ID = 2**63 - 1
MAX_TEXT = 255
MAX_SOURCE = 300
MAX_NOTE = 1_000
MAX_DETAILS = 20


def check_credits(value: Any, name: str = "credits", *, least: int = 1) -> None:
    """A whole number of credits between `least` and 10^12. `True` and `3.0` are no numbers of credits."""
    if type(value) is not int or not least <= value <= MAX_CREDITS:
        raise InvalidInput(f'"{name}" must be a whole number from {least} to {MAX_CREDITS}.', field=name)


def check_id(value: Any, name: str) -> None:
    """An id as the database counts them."""
    if type(value) is not int or not 1 <= value <= MAX_ID:
        raise InvalidInput(f'"{name}" must be a positive whole number.', field=name)


def check_range(value: Any, name: str, least: int, most: int) -> None:
    """A whole number between two limits, both included."""
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f'"{name}" must be a whole number from {least} to {most}.', field=name)


def check_text(value: Any, name: str, *, most: int = MAX_TEXT, empty: bool = False) -> None:
    """Text that PostgreSQL can store: UTF-8, no NUL, of limited length."""
    if not isinstance(value, str) or len(value) > most or (not value and not empty):
        raise InvalidInput(f'"{name}" must be text of {0 if empty else 1} to {most} characters.', field=name)
    if not value.isascii() or not value.isprintable():
        _check_storable(value, name)


def _check_storable(value: str, name: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f'"{name}" must be valid Unicode.', field=name) from None
    if "\x00" in value:
        raise InvalidInput(f'"{name}" must not contain a NUL character.', field=name)


def check_moment(value: Any, name: str) -> None:
    """An aware moment: without its time zone nobody knows when a lot ends."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidInput(f'"{name}" must be a date and time with its time zone.', field=name)


def as_utc(moment: datetime) -> datetime:
    """The same moment, told in UTC."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def check_details(details: Any) -> None:
    """A small flat document of texts, whole numbers and truths that is kept with the entry."""
    if not isinstance(details, Mapping) or len(details) > MAX_DETAILS:
        raise InvalidInput(f'"details" must be a mapping of at most {MAX_DETAILS} members.', field="details")
    for name, value in details.items():
        check_text(name, "details")
        if isinstance(value, str):
            check_text(value, f"details.{name}"[:80], most=MAX_NOTE, empty=True)
        elif value is not None and (type(value) not in (int, bool) or abs(value) > MAX_ID):
            raise InvalidInput('Values in "details" must be text, whole numbers, true, false or null.', field="details")
