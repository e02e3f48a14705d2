"""A price as people type it, read with care. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from billing_app.errors import InvalidInput
from billing_app.usage import NewPrice

CLASSES: tuple[tuple[str, str, str], ...] = (
    ("input", "Input", ""),
    ("output", "Output", ""),
    ("cached_input", "Cached input", "empty: as input"),
    ("cache_write", "Cache write", "empty: as input"),
    ("reasoning", "Reasoning", "empty: as output"),
)
"""Column, name, and what an empty field means."""
_LONGEST = 40
_PER = {"1m": 1, "1k": 1_000}


def read_price(form: Mapping[str, Any], *, now: datetime) -> NewPrice:
    """The price in a form: model, currency, five prices per 1,000 or 1,000,000 tokens, the day it begins.

    Raises:
        InvalidInput: something is missing or is no number; says what.
    """
    per = _text(form, "per")
    if per not in _PER:
        raise InvalidInput("Choose whether the prices are for 1,000 or for 1,000,000 tokens.", field="per")
    prices: dict[str, Any] = {
        name: None if price is None else price * _PER[per]
        for name, label, empty in CLASSES
        for price in [_price(_text(form, name), label, optional=bool(empty), name=name)]
    }
    new = NewPrice(
        model=_text(form, "model"),
        currency=_text(form, "currency").upper(),
        valid_from=_begin(_text(form, "valid_from"), now),
        **prices,
    )
    new.checked()
    return new


def _text(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name, "") or "").strip()


def _price(given: str, label: str, *, optional: bool, name: str) -> Decimal | None:
    if not given and optional:
        return None
    try:
        price = Decimal(given if len(given) <= _LONGEST else "")
    except InvalidOperation:
        raise InvalidInput(f"{label} takes a number such as 2.50.", field=name) from None
    if not price.is_finite():
        raise InvalidInput(f"{label} takes a number such as 2.50.", field=name)
    return price


def _begin(given: str, now: datetime) -> datetime:
    """A day begins at midnight UTC; a price that shall hold from today on holds from this moment."""
    if not given:
        return now
    try:
        begin = datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput("The price begins on a day such as 2026-12-31.", field="valid_from") from None
    return now if begin.date() == now.date() else begin
