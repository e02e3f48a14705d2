"""What the ledger answers: one outcome per operation, or the refusal that says why nothing was changed.

`available` is what the customer can spend right after the operation; on a replay of a bound key, right after the
first time. `replayed` says that nothing was done now because it was done before.
"""

from dataclasses import dataclass
from datetime import datetime

from billing_app.credits.kinds import HoldState
from billing_app.errors import Conflict, DomainError, IdempotencyMismatch, NotFound


@dataclass(frozen=True, slots=True)
class Taken:
    """So many credits out of (or, in a reversal, back into) this lot."""

    lot_id: int
    credits: int


@dataclass(frozen=True, slots=True)
class Granted:
    """A lot was made. `entry_id` is None while it is prepared: its entry comes when it becomes effective."""

    customer_id: int
    lot_id: int
    credits: int
    available: int
    entry_id: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Consumed:
    """Credits were taken, from these lots in this order."""

    customer_id: int
    entry_id: int
    credits: int
    available: int
    taken: tuple[Taken, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Credits are set aside until `expires_at`. A replay tells the hold as it is now, which `state` says."""

    customer_id: int
    hold_id: int
    credits: int
    available: int
    expires_at: datetime
    state: HoldState = HoldState.LIVE
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Extended:
    """The hold now ends at `expires_at`; `at_cap` says that no further extension will move it."""

    customer_id: int
    hold_id: int
    expires_at: datetime
    at_cap: bool
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Captured:
    """Held credits were consumed; `released` of the hold are free again."""

    customer_id: int
    hold_id: int
    entry_id: int
    credits: int
    released: int
    available: int
    taken: tuple[Taken, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """The hold is over and took nothing."""

    customer_id: int
    hold_id: int
    credits: int
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Reversed:
    """Consumed credits were given back.

    Attributes:
        reverses: the entry that was undone, in whole or in part.
        entry_id: the last entry that gives back.
        left: what of the entry could still be reversed.
        new_lots: made because the original lot has expired since.
    """

    customer_id: int
    entry_id: int
    reverses: int
    credits: int
    left: int
    available: int
    new_lots: tuple[int, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An admin's correction, signed. `lot_id` is the lot made when credits were given."""

    customer_id: int
    entry_id: int
    credits: int
    available: int
    lot_id: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Voided:
    """What was free of the lot is gone; `held` of it goes when holds return it. No `entry_id` if nothing was free."""

    customer_id: int
    lot_id: int
    credits: int
    held: int
    available: int
    entry_id: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Retimed:
    """When the lot ends now. `replayed`: it was so before, or it has ended already."""

    customer_id: int
    lot_id: int
    expires_at: datetime | None
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Revoked:
    """The payment's credits as they now stand, in all: these figures are totals, not changes.

    Attributes:
        target: floor(share x credits of the payment's lots).
        taken: taken back from its lots.
        held: will be taken when holds return them.
        owed: became a debt, collected or not; forgiven: expired, or written off.
        entries: made by this operation; empty if nothing changed.
    """

    customer_id: int
    payment: str
    target: int
    taken: int
    held: int
    owed: int
    forgiven: int
    available: int
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """So many free credits of the payment's lots cannot be spent now."""

    customer_id: int
    payment: str
    credits: int
    available: int
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Thawed:
    """So many free credits of the payment's lots can be spent again.

    `since`: when they were frozen; None: they were not.
    """

    customer_id: int
    payment: str
    credits: int
    available: int
    entry_id: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What was due is booked."""

    customer_id: int
    available: int
    booked: int


Success = (
    Granted
    | Consumed
    | Held
    | Extended
    | Captured
    | Released
    | Reversed
    | Adjusted
    | Voided
    | Retimed
    | Revoked
    | Frozen
    | Thawed
    | Settled
)
Outcome = Success | DomainError
"""Refusals are answered, not raised, so that one member never aborts the others of its batch."""


class AlreadyConsumed(Conflict):
    """This business reference has been charged before; it never is a second time (row A4)."""

    code = "already_consumed"
    title = "Charged already"


class HoldOpen(Conflict):
    """A hold is live under this reference: capture or release that one."""

    code = "hold_open"
    title = "A hold is open for this"


class HoldEnded(Conflict):
    """The hold is captured, released or past its time."""

    code = "hold_ended"
    title = "The hold has ended"


class HeldTooLittle(Conflict):
    """More was to be captured than the hold set aside."""

    code = "held_too_little"
    title = "The hold covers less than that"


class NothingToReverse(Conflict):
    """The entry has nothing left to give back."""

    code = "nothing_to_reverse"
    title = "Nothing left to reverse"


class UnknownHold(NotFound):
    """This customer has no such hold."""

    code = "unknown_hold"
    title = "No such hold"


class UnknownEntry(NotFound):
    """This customer has no such entry."""

    code = "unknown_entry"
    title = "No such entry"


class UnknownLot(NotFound):
    """This customer has no lot of that source."""

    code = "unknown_lot"
    title = "No such lot"


class UnknownPayment(NotFound):
    """No lot of this customer was made by that payment (yet)."""

    code = "unknown_payment"
    title = "No credits from that payment"


class SourceMismatch(IdempotencyMismatch):
    """The source has made its lot already, with other facts."""

    code = "source_mismatch"
    title = "This source made another lot"
