"""What a comparison with Stripe shows (AD14). Pure: views, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

WORDS = {
    "running": "Under way",
    "stopped": "Stopped",
    "in_sync": "In sync",
    "warning": "Warning",
    "mismatch": "Mismatch",
}


class Verdict(StrEnum):
    """How our books stand beside Stripe's."""

    IN_SYNC = "in_sync"  # nothing differs; what differed was mended
    WARNING = "warning"  # something waits for a known reason
    MISMATCH = "mismatch"  # something differs and could not be mended: somebody must look


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was not as Stripe says. `state`: `mended`, `waits` (for a known reason), or `differs`."""

    kind: str
    object_id: str
    customer_id: int | None
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Total:
    """One figure of a day (UTC) in one currency: `payments`, `refunds`, `disputes` or `fees`, in minor units."""

    day: date
    currency: str
    figure: str
    stripe_minor: int
    ours_minor: int

    @property
    def difference_minor(self) -> int:
        """Ours less Stripe's: zero where both agree."""
        return self.ours_minor - self.stripe_minor


@dataclass(frozen=True, slots=True)
class Run:
    """A comparison. `state` is a verdict, or `running`, or `stopped` with its `error`: the next one goes on.

    `since` and `until` are Stripe's time, the others wall time. `figures` counts, by name: `events`, `events_missing`,
    `objects`, `mended`, `waits`, `differs`.
    """

    id: int
    state: str
    by: str
    since: datetime
    until: datetime
    began_at: datetime
    ended_at: datetime | None
    step: str
    figures: dict[str, int]
    error: str | None

    @property
    def words(self) -> str:
        """The state for people."""
        return WORDS[self.state]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A comparison with what it found and both sides' totals, the last day first."""

    run: Run
    findings: tuple[Finding, ...]
    totals: tuple[Total, ...]


def verdict(figures: dict[str, int], totals: tuple[Total, ...]) -> Verdict:
    """What a finished comparison comes to."""
    if figures.get("differs") or any(one.difference_minor for one in totals if one.figure != "fees"):
        return Verdict.MISMATCH
    if figures.get("waits") or any(one.difference_minor for one in totals):
        return Verdict.WARNING
    return Verdict.IN_SYNC
