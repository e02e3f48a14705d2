"""What a refund or a dispute claims back of one payment's credits, and the debts that come of it. Pure.

The claim is absolute: from the share and the lots as they are, `stand` says how things must stand; the book then moves
there. So whatever happens between (a hold returns, a job is reversed, a window is granted late, a refund fails),
looking again gives the right answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_app.credits.given_back import GivenBack, in_order
from billing_app.credits.kinds import DebtState, LotKind, Spent
from billing_app.credits.lots import Lot


@dataclass(slots=True)
class Claim:
    """One payment's claim: the share refunded, the policy for what is spent, since when a dispute freezes it.

    `given_back` says when how much of the share went back; it sums to the share.
    """

    payment: str
    refunded: int
    captured: int
    spent: str
    closed_windows: bool
    frozen_at: datetime | None
    given_back: tuple[GivenBack, ...] = ()

    @property
    def whole(self) -> int:
        """What of the payment is given back, at most all of it. Minor units."""
        return min(self.refunded, self.captured)


@dataclass(slots=True)
class Debt:
    """Credits that were spent and then refunded: taken from lots that became effective since.

    `collected` and `cancelled` count towards `credits`; what is left is owed while the debt is open. `since` is when
    the money went back at Stripe, `created_at` when we wrote it down.
    """

    id: int
    payment: str
    lot_id: int
    credits: int
    collected: int
    cancelled: int
    state: str
    created_at: datetime
    since: datetime

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
    """How one lot must stand under its payment's claim: taken back, marked due on holds, forgiven, owed since when."""

    lot: Lot
    target: int
    revoked: int
    due_back: int
    forgiven: int
    owed: Mapping[datetime, int]

    @property
    def spent(self) -> int:
        """What of its target was spent and makes a debt."""
        return sum(self.owed.values())


@dataclass(frozen=True, slots=True)
class _Part:
    """A lot's part of the claim, after each step in which money went back; what is taken of it first is `takeable`."""

    lot: Lot
    steps: tuple[int, ...]
    takeable: int
    spent: int
    lost: int


def stand(claim: Claim, lots: Sequence[Lot], paid: Mapping[int, int], at: datetime) -> list[Stand]:
    """Spread the claim over the payment's lots, from the last window backwards, and each lot's part over its credits.

    Within a lot: free credits, and with them those that paid a debt while the lot lives, for only what is left of a lot
    after its own refund pays others'; then held ones, then lost ones (forgiven: they expired, or were ended
    early and nobody was credited money for them), and only then spent ones: who keeps half of what they paid for may
    have spent that half. Spent credits of a window that was over when the money went
    back make no debt when one payment made several windows (a yearly plan), unless the claim says so.

    Args:
        paid: what each lot has paid for debts, by its id.
    """
    steps = in_order(claim.given_back, claim.whole)
    own = [lot for lot in lots if lot.kind != LotKind.ROLLOVER]
    own.sort(key=lambda one: (one.effective_at, one.id), reverse=True)
    credits = sum(lot.granted for lot in own)  # what rolled over counts once
    left = [credits * so_far // claim.captured for so_far in _so_far(steps)]
    yearly = sum(lot.kind == LotKind.PLAN for lot in own) > 1
    rolled = {lot.origin_lot_id: lot for lot in lots if lot.kind == LotKind.ROLLOVER}
    stands: list[Stand] = []
    for lot in own:
        targets = [min(one, lot.granted) for one in left]
        left = [one - target for one, target in zip(left, targets, strict=True)]
        for part in _parts(lot, rolled.get(lot.id), targets, paid, at):
            over = (lot.promised_end or lot.due_end) if yearly and not claim.closed_windows else None
            stands.append(_stand_of(part, [one.at for one in steps], over))
    return stands


def _so_far(steps: Iterable[GivenBack]) -> list[int]:
    total, sums = 0, []
    for one in steps:
        total += one.minor
        sums.append(total)
    return sums


def _parts(lot: Lot, carried: Lot | None, targets: Sequence[int], paid: Mapping[int, int], at: datetime) -> list[_Part]:
    """The claim on a lot: first what it still has, then what it passed on by rolling over, and only then the spent."""
    takeable, spent = _of(lot, paid, at)
    if carried is None:
        return [_Part(lot, tuple(targets), takeable, spent, lot.lost)]
    gone = carried.granted
    beyond = [min(target - min(target, takeable), gone) for target in targets]
    own = tuple(target - part for target, part in zip(targets, beyond, strict=True))
    its_takeable, its_spent = _of(carried, paid, at)
    return [
        _Part(carried, tuple(beyond), its_takeable, its_spent, carried.lost),
        _Part(lot, own, takeable, spent, lot.lost - gone),
    ]


def _of(lot: Lot, paid: Mapping[int, int], at: datetime) -> tuple[int, int]:
    """What can be taken of a lot, with what was; and what was spent of it. What an ended lot has paid stays paid."""
    back = 0 if lot.ended(at) else paid.get(lot.id, 0)
    return lot.revoked + lot.free + back, lot.used - back


def _stand_of(part: _Part, moments: Sequence[datetime], over: datetime | None) -> Stand:
    target = part.steps[-1] if part.steps else 0
    revoked = min(target, part.takeable)
    due_back = min(target - revoked, part.lot.held)
    rest = target - revoked - due_back
    spent = min(max(0, rest - part.lost), part.spent)
    owed: dict[datetime, int] = {}
    before = 0
    for moment, step in zip(moments, part.steps, strict=True):
        # The last of the claim is spent: what was free went for the first of the money that was given back.
        so_far = max(0, spent - (target - step))
        if so_far > before and (over is None or over > moment):
            owed[moment] = so_far - before
        before = so_far
    return Stand(part.lot, target, revoked, due_back, rest - sum(owed.values()), owed)


def new_debt_state(claim: Claim) -> DebtState:
    """A spent part is owed, or written off at once: a row either way, so that both can be seen."""
    return DebtState.OPEN if claim.spent == Spent.DEBT else DebtState.WRITTEN_OFF
