"""What the log of deliveries shows (AD9). Pure: views, never rows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing_app.errors import InvalidInput
from billing_app.payments.models import EVENT_STATES

REPLAYABLE = ("received", "done", "waiting", "failed", "parked")
"""States of events that have a rule; all others are never applied."""
UNDONE = ("waiting", "failed", "parked")
MAX_PAGE = 200
_MAX_TEXT = 255


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events. Nothing set: all.

    Attributes:
        states: see `EVENT_STATES`.
        type_prefix: beginning of the type, such as `invoice.`.
        about: the id of the event, of its object, or of its Stripe customer.
        customer_id: events about this customer of ours.
        since, until: received from then on, and before then (wall time).
    """

    states: tuple[str, ...] = ()
    type_prefix: str = ""
    about: str = ""
    customer_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what can find nothing.

        Raises:
            InvalidInput: an unknown state, or a text or number out of bounds.
        """
        unknown = [state for state in self.states if state not in EVENT_STATES]
        if unknown:
            raise InvalidInput(f'There is no state "{unknown[0][:30]}"; there are: {", ".join(EVENT_STATES)}.')
        if max(len(self.type_prefix), len(self.about)) > _MAX_TEXT or "\x00" in self.type_prefix + self.about:
            raise InvalidInput(f"A type or an id has {_MAX_TEXT} characters at most.")
        if self.customer_id is not None and not 1 <= self.customer_id < 2**63:
            raise InvalidInput("A customer's number is a positive whole number.")


@dataclass(frozen=True, slots=True)
class Effect:
    """An entry of the ledger that an event wrote; `credits` is signed."""

    customer_id: int
    entry_id: int
    kind: str
    credits: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to apply an event. `by`: `worker`, `reconcile`, `cli` or `user:12`; `state` is the event's then."""

    at: datetime
    by: str
    state: str
    took_ms: int
    error: str | None
    effects: tuple[str, ...]
    entries: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A line of the log. Times: `received_at` and `done_at` are wall time, `created_at` is Stripe's.

    Attributes:
        deliveries: how often it was delivered under a valid signature; 0: it never came, reconcile fetched it.
        attempts: since it came, or since it was last replayed.
        customer_id: whose it is, where that is known.
        took_ms: of the last attempt.
        replayable: a rule applies to it, so that it may be applied once more.
    """

    id: str
    type: str
    object_id: str | None
    customer_id: int | None
    state: str
    received_at: datetime
    created_at: datetime
    deliveries: int
    attempts: int
    api_version: str | None
    livemode: bool
    error: str | None
    effects: tuple[str, ...]
    took_ms: int | None
    done_at: datetime | None

    @property
    def replayable(self) -> bool:
        """Whether a rule applies to it."""
        return self.state in REPLAYABLE


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, last received first. `next_before` continues the list; None at its end."""

    events: tuple[LoggedEvent, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True)
class EventDetail(LoggedEvent):
    """One event with everything known of it.

    Attributes:
        payload: its object as Stripe sent it, secrets masked; empty once it is older than 90 days.
        history: attempts, the last first.
        entries: what it wrote to the ledger, in all attempts.
    """

    payload: dict[str, Any] = field(default_factory=dict)
    history: tuple[Attempt, ...] = ()
    entries: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a replay would do now; nothing was done. `error`: it could not be applied."""

    event_id: str
    effects: tuple[str, ...]
    entries: tuple[Effect, ...]
    error: str | None = None

    @property
    def says(self) -> str:
        """For people."""
        return self.error or "; ".join(self.effects) or "no change"


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of replaying many: how many changed something, nothing, or failed; `more`: others are left."""

    changed: int
    unchanged: int
    failed: int
    more: bool
    lines: tuple[tuple[str, str], ...]
    """Event id and what its replay says, in order."""
