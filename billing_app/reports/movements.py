"""What became of something sold: the words of the sums, and which entries of the ledger mean which. Pure."""

from enum import StrEnum
from typing import NamedTuple

from billing_app.credits.kinds import EntryKind
from billing_app.entitlements.plan_credits.facts import TIME_CREDITED


class Movement(StrEnum):
    """`sold` makes a liability, all but `credited` reduce it.

    USED, BY_DAY, AT_SALE, EXPIRED and ENDED are revenue. REFUNDED is none: money went back for what was never had.
    CREDITED is money that an invoice gave back for time of a plan with credits.
    """

    SOLD = "sold"
    USED = "used"
    BY_DAY = "by_day"
    AT_SALE = "at_sale"
    EXPIRED = "expired"
    ENDED = "ended"
    REFUNDED = "refunded"
    CREDITED = "credited"


EARNED = frozenset({Movement.USED, Movement.BY_DAY, Movement.AT_SALE, Movement.EXPIRED, Movement.ENDED})

_OF_ENTRIES = {
    EntryKind.CONSUME: Movement.USED,
    EntryKind.REVERSE: Movement.USED,
    # Used before its renewal was paid, and counted in the new window: out of the one, back into the other.
    EntryKind.CARRY: Movement.USED,
    # Its use was refunded once; now it is paid for out of these credits.
    EntryKind.COLLECT: Movement.USED,
    EntryKind.EXPIRE: Movement.EXPIRED,
    # A lot that carries over what was left of another brings it back.
    EntryKind.GRANT: Movement.EXPIRED,
    EntryKind.ADJUST: Movement.ENDED,
    EntryKind.REVOKE: Movement.REFUNDED,
}


class Item(NamedTuple):
    """What was sold, as the price list named it then."""

    kind: str
    code: str
    name: str


def movement_of(kind: str, *, debt: bool, note: str) -> Movement:
    """What the credits of an entry mean for revenue; negative ones take that back.

    Args:
        debt: the entry is about a debt: what is restored was collected, not refunded.
    """
    match kind:
        case EntryKind.RESTORE:
            return Movement.USED if debt else Movement.REFUNDED
        case EntryKind.VOID:
            return Movement.REFUNDED if note == TIME_CREDITED else Movement.ENDED
        case _:
            return _OF_ENTRIES[EntryKind(kind)]
