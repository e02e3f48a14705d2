"""The words of the ledger: what a lot comes from, what an entry does, in what state a hold or a debt is."""

from enum import StrEnum


class LotKind(StrEnum):
    """Where the credits of a lot come from."""

    PURCHASE = "purchase"
    PLAN = "plan"
    TRIAL = "trial"
    FREE = "free"
    PROMOTION = "promotion"
    REFERRAL = "referral"
    GIFT = "gift"
    ADJUSTMENT = "adjustment"
    ROLLOVER = "rollover"
    REVERSAL = "reversal"


class EntryKind(StrEnum):
    """What an entry records. Credits go out by the first group, come in by the second; the last changes no sum."""

    CONSUME = "consume"
    EXPIRE = "expire"
    REVOKE = "revoke"
    VOID = "void"
    COLLECT = "collect"
    ADJUST = "adjust"

    GRANT = "grant"
    REVERSE = "reverse"
    RESTORE = "restore"

    CARRY = "carry"
    FREEZE = "freeze"
    THAW = "thaw"


class HoldState(StrEnum):
    """A hold is live until captured, released, or ended by its own time limit."""

    LIVE = "live"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class DebtState(StrEnum):
    """A debt is open until collected from later credits, cancelled (refund failed), or written off by policy."""

    OPEN = "open"
    COLLECTED = "collected"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"


class Group(StrEnum):
    """The three sums that customers are shown."""

    PLAN = "plan"
    BOUGHT = "bought"
    PROMOTIONAL = "promotional"


class Spent(StrEnum):
    """What happens to refunded credits that are spent already: owed, or forgiven (catalogue policy)."""

    DEBT = "debt"
    WRITE_OFF = "write_off"


_PROMOTIONAL_KINDS = frozenset(
    {LotKind.FREE, LotKind.TRIAL, LotKind.PROMOTION, LotKind.REFERRAL, LotKind.GIFT, LotKind.ADJUSTMENT}
)


def is_promotional(kind: str, paid_minor: int) -> bool:
    """Nobody paid for it and it is of a kind that is given away."""
    return paid_minor == 0 and kind in _PROMOTIONAL_KINDS


def group_of(kind: str, paid_minor: int) -> Group:
    """Under which sum of the dashboard a lot is counted."""
    if kind in (LotKind.PLAN, LotKind.ROLLOVER):
        return Group.PLAN
    return Group.PROMOTIONAL if is_promotional(kind, paid_minor) else Group.BOUGHT
