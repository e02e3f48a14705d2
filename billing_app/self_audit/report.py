"""What a self-audit says: one line for each check, with a figure, zero as the normal answer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_WORDS = 600


class State(StrEnum):
    """How a check stands. `warn`: look at it soon, or it could not be looked at; `bad`: something does not hold."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


_RANK = {State.OK: 0, State.WARN: 1, State.BAD: 2}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: stable, for programs: `balances`.
        title: for people: "Balances".
        figure: what was measured, with its unit where it has one: "0", "1.2 s". Zero is what is wanted, where it counts
            something that is wrong.
        words: what was looked at, and what to do if it is not as it should be.
    """

    name: str
    title: str
    state: State
    figure: str
    words: str

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return {
            "name": self.name,
            "title": self.title,
            "state": self.state.value,
            "figure": self.figure,
            "words": self.words[:MAX_WORDS],
        }


def check_from(kept: Mapping[str, Any]) -> Check:
    """A check as it was kept."""
    return Check(kept["name"], kept["title"], State(kept["state"]), kept["figure"], kept["words"])


@dataclass(frozen=True, slots=True)
class Report:
    """One self-audit. `by`: `job`, `cli` or `user:12`. `at` is wall time. `id` is None while it is not kept."""

    id: int | None
    at: datetime
    by: str
    took_ms: int
    checks: tuple[Check, ...]

    @property
    def state(self) -> State:
        """That of the worst check."""
        return worst(self.checks)

    def count(self, state: State) -> int:
        """How many checks are in this state."""
        return sum(check.state is state for check in self.checks)

    def lines(self) -> list[str]:
        """For people, on a terminal."""
        width = max((len(check.title) for check in self.checks), default=0)
        return [f"{_MARKS[one.state]} {one.title:<{width}}  {one.figure:>10}  {one.words}" for one in self.checks]


_MARKS = {State.OK: "ok  ", State.WARN: "WARN", State.BAD: "BAD "}


def worst(checks: Sequence[Check]) -> State:
    """The state of the worst of them; nothing looked at is nothing wrong."""
    return max((check.state for check in checks), key=_RANK.__getitem__, default=State.OK)


def exit_code(checks: Sequence[Check]) -> int:
    """For a pipeline: 1 if something does not hold, else 0."""
    return 1 if worst(checks) is State.BAD else 0
