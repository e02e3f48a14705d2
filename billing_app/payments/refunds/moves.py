"""What a dispute moved of money, and when: moves are added as the bank decides, and none is ever changed. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from billing_app.payments.refund_objects import DisputeTold


class Move(NamedTuple):
    """What the bank took at a moment, and what was lost of the payment then (minor units); below zero: it came back."""

    at: datetime
    at_the_bank: int
    lost: int


def moved(before: Sequence[Move], told: DisputeTold, *, opened_at: datetime, heard_at: datetime) -> tuple[Move, ...]:
    """The moves of a dispute after this was told of it: what was moved before, and what brings it to how it stands now.

    An open dispute, and a lost one, is at the bank; an inquiry, one that is won and one that was prevented is not. So
    a dispute may be decided otherwise as often as the bank likes: each time moves what is new, on its own day.
    """
    moves = list(before)
    if not moves and not told.inquiry and told.outcome != "closed":
        moves.append(Move(opened_at, told.amount_minor, 0))
    lost = told.amount_minor if told.outcome == "lost" else 0
    at_the_bank = told.amount_minor if told.outcome is None and not told.inquiry else lost
    more = at_the_bank - sum(one.at_the_bank for one in moves), lost - sum(one.lost for one in moves)
    return (*moves, Move(heard_at, *more)) if any(more) else tuple(moves)


def as_rows(moves: Iterable[Move]) -> list[list[Any]]:
    """As they are stored: moment in ISO 8601, minor units."""
    return [[one.at.astimezone(UTC).isoformat(), one.at_the_bank, one.lost] for one in moves]


def from_rows(rows: Iterable[Sequence[Any]]) -> tuple[Move, ...]:
    """What `as_rows` stored."""
    return tuple(Move(datetime.fromisoformat(at), bank, lost) for at, bank, lost in rows)
