"""What the ledger shows: the balance, lots, entries and the reasons of an entry. Plain values, true when read."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from billing_app.credits.kinds import EntryKind, Group, HoldState, LotKind
from billing_app.credits.rating import Price


class LotState(StrEnum):
    """What a customer can do with a lot, and if nothing more, why."""

    OPEN = "open"
    PREPARED = "prepared"
    FROZEN = "frozen"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class LotView(NamedTuple):
    """One lot as its customer sees it. A tuple, because a balance makes one of each lot whenever it is read.

    Attributes:
        burns: its turn, from 1; None if it cannot be spent now.
        remaining: what is left, with what is held of it; used, expired, revoked: where the rest went.
    """

    id: int
    kind: LotKind
    group: Group
    label: str
    source: str
    payment: str | None
    paid_minor: int
    currency: str | None
    granted: int
    remaining: int
    held: int
    used: int
    expired: int
    revoked: int
    priority: int
    promotional: bool
    effective_at: datetime
    expires_at: datetime | None
    state: LotState
    burns: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NextEvent:
    """The soonest thing that will happen to the balance by itself.

    Attributes:
        kind: `expires`: the lot's free credits go. `resets`: they go and others come. `begins`: credits come.
        ends, begins: credits that go and come at `at`.
        label: of the lot that ends, or begins if none ends.
    """

    kind: str
    at: datetime
    label: str
    ends: int
    begins: int


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold, live or ended."""

    id: int
    feature: str
    reference: str | None
    credits: int
    captured: int
    state: HoldState
    created_at: datetime
    expires_at: datetime
    cap_at: datetime
    on_expiry: int
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer has, at `at`.

    Attributes:
        available: can be spent now; the groups sum to it.
        held: set aside by live holds; frozen: not usable until a dispute is over; owed: open debts.
        lots: with credits left, in burn order, then what cannot be spent now.
        total_granted, used_credits: over the lots shown, for a progress bar.
    """

    customer_id: int
    at: datetime
    available: int
    held: int
    frozen: int
    owed: int
    groups: dict[Group, int]
    next_event: NextEvent | None
    lots: tuple[LotView, ...]
    holds: tuple[HoldView, ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the activity.

    Attributes:
        amount: signed; balance_after: available right after.
        label: what it was, in a few words.
        booked: False for what is due but not written yet; it will be written with exactly these values.
    """

    id: int
    kind: EntryKind
    amount: int
    balance_after: int
    at: datetime
    label: str
    feature: str | None
    reference: str | None
    lot_id: int | None
    hold_id: int | None
    reverses: int | None
    price: Price | None
    details: dict[str, str | int | bool | None] = field(default_factory=dict)
    actor: str = "system"
    note: str = ""
    booked: bool = True


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, newest first. `next_before` continues the list; None at its end."""

    entries: tuple[EntryView, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class LotPage:
    """Lots, newest first. `next_before` continues the list; None at its end."""

    lots: tuple[LotView, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class DayUse:
    """Credits used on one UTC day, less what was given back; `features` sum to `credits` ("" stands for none)."""

    day: date
    credits: int
    features: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LotReason:
    """Why this lot, at this place, and what paid for it."""

    lot_id: int
    label: str
    credits: int
    why: str
    paid_by: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry in words: what happened, why that much, from which lots in which order and why, what paid for them."""

    entry: EntryView
    summary: str
    why_that_much: tuple[str, ...]
    lots: tuple[LotReason, ...]
    balance: str
    returned: str | None
    sentences: tuple[str, ...]
