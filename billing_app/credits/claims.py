"""What a refund or a dispute claims back of one payment's credits, and the debts that come of it. Pure.

The claim is absolute: from the share and the lots as they are, `stand` says how things must stand; the book then moves
there. So whatever happens between (a hold returns, a job is reversed, a window is granted late, a refund fails),
looking again gives the right answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_app.credits.kinds import DebtState, LotKind, Spent
from billing_app.credits.lots import Lot


@dataclass(slots=True)
class Claim:
    """One payment's claim: the share refunded, the policy for what is spent, since when a dispute freezes it."""

    payment: str
    refunded: int
    captured: int
    spent: str
    closed_windows: bool
    frozen_at: datetime | None


@dataclass(slots=True)
class Debt:
    """Credits that were spent and then refunded: taken from lots that become effective later.

    `collected` and `cancelled` count towards `credits`; what is left is owed while the debt is open.
    """

    id: int
    payment: str
    lot_id: int
    credits: int
    collected: int
    cancelled: int
    state: str
    created_at: datetime

    @property
    def owed(self) -> int:
        """Still to be collected."""
        return self.credits - self.collected - self.cancelled if self.state == DebtState.OPEN else 0

    @property
    def claimed(self) -> int:
        """What of the refund this debt answers for, paid or not."""
        return self.credits - self.cancelled


@dataclass(frozen=True, slots=True)
class Stand:
    """How one lot must stand under its payment's claim: taken back, marked due on holds, forgiven, owed."""

    lot: Lot
    target: int
    revoked: int
    due_back: int
    forgiven: int
    spent: int


def target_of(claim: Claim, lots: Iterable[Lot]) -> int:
    """floor(share x credits of that payment's lots), all at share 1 or more. What rolled over counts once."""
    credits = sum(lot.granted for lot in lots if lot.kind != LotKind.ROLLOVER)
    refunded = min(claim.refunded, claim.captured)
    return credits * refunded // claim.captured


def stand(claim: Claim, lots: Sequence[Lot], debts: Iterable[Debt], at: datetime) -> list[Stand]:
    """Spread the claim over the payment's lots, from the last window backwards, and each lot's part over its credits.

    Within a lot: free credits, then held ones, then expired ones (forgiven), and only then spent ones: who keeps
    half of what they paid for may have spent that half. Spent credits of a window that is over make no new debt when
    one payment made several windows (a yearly plan), unless the claim says so.
    """
    left = target_of(claim, lots)
    yearly = sum(lot.kind == LotKind.PLAN for lot in lots) > 1
    owing = {lot.id: 0 for lot in lots}
    for debt in debts:
        owing[debt.lot_id] += debt.claimed
    rolled = {lot.origin_lot_id: lot for lot in lots if lot.kind == LotKind.ROLLOVER}
    stands: list[Stand] = []
    own = [lot for lot in lots if lot.kind != LotKind.ROLLOVER]
    for lot in sorted(own, key=lambda one: (one.effective_at, one.id), reverse=True):
        target = min(left, lot.granted)
        left -= target
        over = yearly and lot.expires_at is not None and lot.expires_at <= at
        most_owed = owing[lot.id] if over and not claim.closed_windows else lot.used
        gone = 0
        if (carried := rolled.get(lot.id)) is not None:
            # First what the lot itself still has, then what it passed on, and only then what is spent.
            gone = carried.granted
            part = min(target - min(target, lot.revoked + lot.free), gone)
            stands.append(_stand_of_lot(carried, part, carried.used, carried.expired))
            target -= part
        stands.append(_stand_of_lot(lot, target, most_owed, lot.expired - gone))
    return stands


def _stand_of_lot(lot: Lot, target: int, most_owed: int, expired: int) -> Stand:
    revoked = min(target, lot.revoked + lot.free)
    due_back = min(target - revoked, lot.held)
    rest = target - revoked - due_back
    spent = min(max(0, rest - expired), lot.used, most_owed)
    return Stand(lot, target, revoked, due_back, rest - spent, spent)


def new_debt_state(claim: Claim) -> DebtState:
    """A spent part is owed, or written off at once: a row either way, so that both can be seen."""
    return DebtState.OPEN if claim.spent == Spent.DEBT else DebtState.WRITTEN_OFF
