"""When a payment's money went back, step by step, at Stripe's time: what makes a debt older than a lot. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple


class GivenBack(NamedTuple):
    """So much (minor units, with tax) was given back at a moment: a refund, or a dispute that was lost."""

    at: datetime
    minor: int


def in_order(steps: Iterable[GivenBack], whole: int) -> tuple[GivenBack, ...]:
    """Oldest first, one for each moment, and together no more than `whole`: what goes beyond gives nothing back."""
    by_moment: dict[datetime, int] = {}
    for one in sorted(steps):
        by_moment[one.at] = by_moment.get(one.at, 0) + one.minor
    kept: list[GivenBack] = []
    for at, minor in by_moment.items():
        if part := min(minor, whole):
            kept.append(GivenBack(at, part))
            whole -= part
    return tuple(kept)


def fitted(steps: Sequence[GivenBack], whole: int, *, missing_at: datetime) -> tuple[GivenBack, ...]:
    """Steps that sum to `whole`: the youngest shortened, or what is missing added at `missing_at`."""
    kept = in_order(steps, whole)
    missing = whole - sum(one.minor for one in kept)
    return in_order((*kept, GivenBack(missing_at, missing)), whole) if missing else kept


def as_rows(steps: Iterable[GivenBack]) -> list[list[Any]]:
    """As they are stored: moment in ISO 8601, minor units."""
    return [[one.at.astimezone(UTC).isoformat(), one.minor] for one in steps]


def from_rows(rows: Iterable[Sequence[Any]]) -> tuple[GivenBack, ...]:
    """What `as_rows` stored."""
    return tuple(GivenBack(datetime.fromisoformat(at).astimezone(UTC), minor) for at, minor in rows)
