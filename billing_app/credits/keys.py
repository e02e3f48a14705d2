"""Idempotency: what makes two requests the same, and how a bound key's answer is told again. Pure."""

import json
from dataclasses import MISSING, Field, fields
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any

from billing_app.credits.book import Book, Bound
from billing_app.credits.holding import captured, held, released, told_extended
from billing_app.credits.operations import Capture, Consume, Extend, Hold, Operation, Release
from billing_app.credits.outcomes import (
    Adjusted,
    Captured,
    Consumed,
    Extended,
    Granted,
    Held,
    Released,
    Reversed,
    Success,
    Voided,
)
from billing_app.credits.rating import Price
from billing_app.credits.spending import told

_NOT_BODY = frozenset({"customer_id", "key", "actor"})
_WORKED_OUT = frozenset({"credits", "on_expiry"})
"""Members that follow from a price, where one is given."""
_RECALLED = {"Reverse": Reversed, "Adjust": Adjusted, "Void": Voided}


@cache
def _body_fields(kind: type[Operation]) -> tuple[tuple[str, Any], ...]:
    return tuple((one.name, _default(one)) for one in fields(kind) if one.name not in _NOT_BODY)


def _default(one: Field[Any]) -> Any:
    return None if one.default is MISSING else one.default


def _as_json(value: Any) -> Any:
    if isinstance(value, Price):
        return {"operation": value.operation, "lines": sorted((line.code, line.quantity) for line in value.lines)}
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value)


# Made once: json.dumps would make an encoder for each call.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_as_json).encode


def fingerprint(operation: Operation) -> bytes:
    """16 bytes that tell one request from another: the operation and the canonical body of what was asked.

    Of a price that is its operation and how many of which line. Version, names, unit prices and the credits they come
    to are the answer: a retry is priced by the rate card of its own time, and must still be the same request.
    Members that have their default are left out, so that a member added later does not change older requests.
    """
    body: dict[str, Any] = {"operation": type(operation).__name__}
    priced = getattr(operation, "price", None) is not None
    for name, default in _body_fields(type(operation)):
        if priced and name in _WORKED_OUT:
            continue
        value = getattr(operation, name)
        if value != default:
            body[name] = value
    return blake2b(_canonical(body).encode(), digest_size=16).digest()


def subject_of(outcome: Success) -> int:
    """The id by which a bound key's answer is found again: an entry's, a hold's or a lot's."""
    match outcome:
        case Consumed() | Captured() | Reversed() | Adjusted():
            return outcome.entry_id
        case Held() | Extended() | Released():
            return outcome.hold_id
        case Granted() | Voided():
            return outcome.lot_id
    return 0


def answer_of(outcome: Success) -> dict[str, Any] | None:
    """What is kept of an answer that no row tells again."""
    if not isinstance(outcome, tuple(_RECALLED.values())):
        return None
    return {one.name: getattr(outcome, one.name) for one in fields(outcome) if one.name != "customer_id"}


def recall(book: Book, operation: Operation, bound: Bound) -> Success | None:
    """The first answer to a bound key; None for operations that are absolute and can simply be done again."""
    if bound.answer is not None:
        kept = {**bound.answer, "replayed": True}
        if "new_lots" in kept:
            kept["new_lots"] = tuple(kept["new_lots"])
        return _RECALLED[bound.operation](customer_id=book.customer_id, **kept)
    match operation:
        case Consume():
            answer = told(book, book.consumptions[bound.subject], replayed=True)
        case Capture():
            answer = captured(book, book.holds[operation.hold_id], replayed=True)
        case Hold():
            answer = held(book, book.holds[bound.subject], replayed=True)
        case Extend():
            answer = told_extended(book, book.holds[bound.subject], replayed=True)
        case Release():
            answer = released(book, book.holds[bound.subject], replayed=True)
        case _:
            answer = None
    return answer
