"""The card fields that several pages share: what was typed, and what is wrong with it, field by field."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from billing_app.sandbox import cards, checkout

_EXPIRY = re.compile(r"^\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*$")
_MAX_FIELD = 200


@dataclass
class Entry:
    """What the buyer typed, and what is wrong with it, field by field."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    alert: str = ""
    note: str = ""


def entered(given: dict[str, str], names: tuple[str, ...]) -> Entry:
    """The fields of a posted form, cut to a length a person would type."""
    return Entry({name: given.get(name, "")[:_MAX_FIELD].strip() for name in names})


def shown() -> dict[str, Any]:
    """What a template with card fields needs besides the entry."""
    return {"cards": cards.ONE_CLICK, "expiry_example": f"12 / {int(time.strftime('%y')) + 4:02d}"}


def fill(entry: Entry, number: str) -> None:
    """A test card with one click, for browsers without JavaScript."""
    if number in cards.BY_NUMBER:
        year = int(time.strftime("%y")) + 4
        entry.values.update(number=cards.BY_NUMBER[number].spaced, expiry=f"12 / {year:02d}", cvc="123")
        entry.values["name"] = entry.values["name"] or "Test Buyer"


def read(entry: Entry) -> checkout.CardEntered | None:
    """The card; what is wrong goes to `entry.errors`, and then there is none."""
    values, errors = entry.values, entry.errors
    number = re.sub(r"[\s-]", "", values["number"])
    if not number:
        errors["number"] = "Enter a card number."
    elif not cards.passes_luhn(number):
        errors["number"] = "Your card number is invalid."
    elif number not in cards.BY_NUMBER:
        values["number"] = ""
        errors["number"] = "This is not a test card. The sandbox takes test cards only and has not kept the number."
    expiry = _expiry(values["expiry"])
    if expiry is None:
        errors["expiry"] = "Enter the expiry as MM / YY, in the future."
    if not (values["cvc"].isascii() and values["cvc"].isdecimal() and len(values["cvc"]) in (3, 4)):
        errors["cvc"] = "Enter the 3 or 4 digits of the security code."
    if not values["name"]:
        errors["name"] = "Enter the name on the card."
    if errors or expiry is None:
        return None
    return checkout.CardEntered(cards.BY_NUMBER[number], *expiry)


def _expiry(text: str) -> tuple[int, int] | None:
    match = _EXPIRY.match(text)
    if match is None:
        return None
    month, year = int(match[1]), int(match[2]) % 100 + 2000
    this_year, this_month = (int(part) for part in time.strftime("%Y %m", time.gmtime()).split())
    possible = 1 <= month <= 12 and (this_year, this_month) <= (year, month) and year <= this_year + 50
    return (month, year) if possible else None
