"""Which unlocks pay for a use: the oldest first, one without limit before all. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenUnlock:
    """An unlock that still has uses; `left` None = unlimited. Given oldest first."""

    id: int
    left: int | None


def uses_left(unlocks: Sequence[OpenUnlock]) -> int | None:
    """How many uses they have together; None = unlimited."""
    total = 0
    for unlock in unlocks:
        if unlock.left is None:
            return None
        total += unlock.left
    return total


def spread(unlocks: Sequence[OpenUnlock], units: int) -> list[tuple[int, int]] | None:
    """Split a use of `units` over unlocks.

    Returns:
        (unlock id, units taken) pairs that sum to `units`; None when they have fewer.
    """
    for unlock in unlocks:
        if unlock.left is None:
            return [(unlock.id, units)]
    parts: list[tuple[int, int]] = []
    wanted = units
    for unlock in unlocks:
        taken = min(unlock.left or 0, wanted)
        if taken:
            parts.append((unlock.id, taken))
            wanted -= taken
        if not wanted:
            return parts
    return None
