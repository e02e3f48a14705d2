"""Operations on lots there are: end one early or later, take a refunded payment's back, freeze a disputed one's."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.credits.given_back import GivenBack
from billing_app.credits.inputs import MAX_SOURCE, as_utc, check_credits, check_moment, check_range, check_text
from billing_app.credits.kinds import Spent
from billing_app.credits.operations import Operation
from billing_app.errors import InvalidInput

MAX_SHARE_PARTS = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Operation):
    """End a lot early: what is free of it goes now, what is held goes when it returns. Makes no debt.

    `credits` takes only so many and leaves the lot open (a plan change that shrinks the current lot); 0 takes all.
    `credited`: money was given back for what goes, so a refund counts it no more as unused.
    """

    source: str
    credits: int = 0
    credited: bool = False

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_text(self.source, "source", most=MAX_SOURCE)
        check_credits(self.credits, least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retime(Operation):
    """Move the end of a lot that has not ended: the renewal gap opens or closes, a trial is made longer or shorter.

    Attributes:
        expires_at: its new end; one that is over ends the lot now.
        renews_at: the end of its window, if a next lot is due then; None: nothing follows it.
    """

    source: str
    expires_at: datetime
    renews_at: datetime | None = None

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_text(self.source, "source", most=MAX_SOURCE)
        for name in ("expires_at", "renews_at"):
            moment = getattr(self, name)
            if moment is not None:
                check_moment(moment, name)
                object.__setattr__(self, name, as_utc(moment))
        if self.renews_at is not None and self.renews_at > self.expires_at:
            raise InvalidInput('"renews_at" is at "expires_at" or before.', field="renews_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(Operation):
    """Set what share of a payment's credits is taken back: floor(share x credits of that payment's lots).

    Absolute and cumulative, so repeating it changes nothing, and a smaller share (a failed refund) gives back.
    Free credits go first, then what holds return; what is spent becomes a debt or is forgiven; what has expired is
    forgiven. Windows of a yearly payment go from the last backwards.

    Attributes:
        payment: as in the lots' grants.
        refunded, captured: the share, both with tax: (refunded + lost disputes) / captured. Minor units.
        given_back: when how much of `refunded` went back, at Stripe: a debt is paid by lots that became effective
            since. Empty: what is new went back now.
        spent: the policy for credits already spent.
        closed_windows: whether spent credits of plan windows that are over become a debt too.
    """

    payment: str
    refunded: int
    captured: int
    spent: Spent = Spent.DEBT
    closed_windows: bool = False
    given_back: tuple[GivenBack, ...] = ()

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_text(self.payment, "payment")
        check_range(self.refunded, "refunded", 0, MAX_SHARE_PARTS)
        check_range(self.captured, "captured", 1, MAX_SHARE_PARTS)
        for one in self.given_back:
            check_moment(one.at, "given_back")
            check_range(one.minor, "given_back", 1, MAX_SHARE_PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Operation):
    """A dispute was opened: the free credits of a payment's lots cannot be spent. Live holds may still capture."""

    payment: str

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_text(self.payment, "payment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thaw(Operation):
    """The dispute is over: the lots can be spent again, and end later by the time they were frozen."""

    payment: str

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_text(self.payment, "payment")
