"""How often a request is sent, and how long it is waited in between. Pure, but for the dice."""

import random
from dataclasses import dataclass

RETRIED = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same request may go well. Each request is safe to repeat: it asks, or carries a key."""


@dataclass(frozen=True, slots=True)
class Retries:
    """Attempts in all, and pauses that double from `first_s` to `longest_s`, each cut by chance to half at most.

    A `Retry-After` is kept to if it is no longer than `longest_s`; otherwise the error is told at once.
    """

    attempts: int = 3
    first_s: float = 0.1
    longest_s: float = 5.0

    def __post_init__(self) -> None:
        if not 1 <= self.attempts <= 10 or not 0 < self.first_s <= self.longest_s:
            raise ValueError("1 to 10 attempts, and 0 < first_s <= longest_s.")

    def pause(self, attempt: int, status: int | None, retry_after: str | None) -> float | None:
        """Seconds to wait after this attempt (from 1), or None: it was the last.

        Args:
            status: of the answer; None: none came.
        """
        if attempt >= self.attempts or (status is not None and status not in RETRIED):
            return None
        if retry_after is not None and retry_after.isascii() and retry_after.isdecimal():
            return float(retry_after) if int(retry_after) <= self.longest_s else None
        longest = min(self.longest_s, self.first_s * 2 ** (attempt - 1))
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, keeps no secret
