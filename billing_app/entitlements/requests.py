"""What a request to use something must look like, whatever it is counted by, and what its key is bound to. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from billing_app.errors import InvalidInput

MAX_UNITS = 10**12
MAX_TEXT = 255


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: may this feature be used so many times, by which of its prices, with which add-ons."""

    feature: str
    units: int = 1
    operation: str | None = None
    add_ons: Mapping[str, int] | None = None


def check_units(units: int) -> None:
    """Refuse what is no number of uses.

    Raises:
        InvalidInput: says what is allowed.
    """
    if type(units) is not int or not 1 <= units <= MAX_UNITS:
        raise InvalidInput(f'"units" must be a whole number from 1 to {MAX_UNITS}.', field="units")


def check_request(units: int, key: str, reference: str | None) -> None:
    """Refuse what no use can be.

    Raises:
        InvalidInput: says which value and what is allowed.
    """
    check_units(units)
    check_key(key)
    if reference is not None:
        _check_text("reference", reference)


def check_key(key: str) -> None:
    """Refuse what no key can be.

    Raises:
        InvalidInput: says what is allowed.
    """
    _check_text("key", key)


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT or not value.isprintable():
        raise InvalidInput(f'"{name}" must be text of 1 to {MAX_TEXT} printable characters.', field=name)


def fingerprint(feature: str, units: int, reference: str | None) -> str:
    """What a key is bound to: the request in canonical form."""
    body = json.dumps([feature, units, reference], ensure_ascii=True)
    return hashlib.sha256(body.encode()).hexdigest()
