"""Who moves in, and with what: plain values, as the file says them."""

from dataclasses import dataclass, field
from datetime import datetime

from billing_app.credits import LotKind
from billing_app.errors import InvalidInput

LOT_KINDS = (
    LotKind.PURCHASE,
    LotKind.PLAN,
    LotKind.TRIAL,
    LotKind.FREE,
    LotKind.PROMOTION,
    LotKind.REFERRAL,
    LotKind.GIFT,
    LotKind.ADJUSTMENT,
)
"""What an opening lot may be. Rollovers and reversals come from lots that are here already."""


@dataclass(frozen=True, slots=True)
class OpeningLot:
    """Credits that a customer has left.

    Attributes:
        line: of the file.
        number: its place among the customer's lots, from 1; with the customer's id it makes the lot once.
        credits: left now, not what was bought once.
        paid_minor: what was paid for the credits that are left, net of tax and discount.
        expires_at: None: never; of a plan's or a trial's lot: with the window that is running.
    """

    line: int
    number: int
    credits: int
    kind: LotKind
    expires_at: datetime | None
    paid_minor: int
    currency: str | None
    label: str


@dataclass(frozen=True, slots=True)
class OpeningUnlock:
    """A feature that was unlocked. `uses_left` None: for ever."""

    line: int
    number: int
    code: str
    uses_left: int | None


@dataclass(frozen=True, slots=True)
class OpeningUsage:
    """Use of a counted feature in the window that is running, in the units that the API counts in."""

    line: int
    feature: str
    units: int


@dataclass(slots=True)
class Arrival:
    """One customer of the file. `line` is their first."""

    line: int
    external_id: str
    email: str | None = None
    name: str | None = None
    stripe_customer: str | None = None
    stripe_subscription: str | None = None
    plan: str | None = None
    lots: list[OpeningLot] = field(default_factory=list)
    unlocks: list[OpeningUnlock] = field(default_factory=list)
    usage: list[OpeningUsage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a customer from moving in, by line of the file. Line 1 is the header."""

    line: int
    customer: str
    what: str

    def __str__(self) -> str:
        who = f" ({self.customer})" if self.customer else ""
        return f"line {self.line}{who}: {self.what}"


class Wrong(InvalidInput):
    """What keeps a customer out once the file is read, with the line it is about."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
