"""What the API answers, as typed values. Times are aware; credits are whole numbers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """A way on for who was refused. `kind`: pack, unlock, plan, pay or wait; `url`: where, on the billing server."""

    kind: str
    enough: bool = True
    code: str | None = None
    name: str | None = None
    credits: int | None = None
    uses: int | None = None
    price_minor: int | None = None
    currency: str | None = None
    url: str | None = None
    period: str | None = None
    action: str | None = None
    brings: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """May the customer use the feature now? `let_through`: nobody was asked, because billing cannot be reached."""

    feature: str
    allowed: bool
    why: str
    units: int = 1
    feature_name: str = ""
    basis: str = ""
    required: int | None = None
    available: int | None = None
    held: int = 0
    shortfall: int = 0
    remaining: int | None = None
    limit: int | None = None
    used: int | None = None
    over: int = 0
    resets_at: datetime | None = None
    options: tuple[Option, ...] = ()
    let_through: bool = False


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of a price."""

    name: str
    quantity: int
    each: int
    credits: int


@dataclass(frozen=True, slots=True)
class Price:
    """What it costs in credits, line by line."""

    credits: int
    lines: tuple[PriceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """A price; with a customer, whether they have it."""

    feature: str
    credits: int
    price: Price | None = None
    allowed: bool | None = None
    available: int | None = None
    shortfall: int | None = None


@dataclass(frozen=True, slots=True)
class Consumed:
    """Credits were taken. `entry`: what can be reversed; None: it costs nothing, or was let through.

    `replayed`: it was done before under the same key. `let_through`: it is recorded and sent later.
    """

    customer: str
    feature: str
    credits: int
    available: int | None = None
    entry: int | None = None
    replayed: bool = False
    price: Price | None = None
    let_through: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A use was taken, whatever pays for it. `charged`: credits; `remaining`: of an allowance or an unlock."""

    customer: str
    feature: str
    units: int
    basis: str
    charged: int
    available: int | None = None
    remaining: int | None = None
    over: int = 0
    repeated: bool = False
    entry: int | None = None
    let_through: bool = False


@dataclass(frozen=True, slots=True)
class BatchMember:
    """What became of one consumption of a batch; not done: `problem` says why."""

    key: str
    done: bool
    entry: int | None = None
    credits: int = 0
    available: int | None = None
    replayed: bool = False
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch, one by one, in the order they were sent."""

    done: int
    refused: int
    credits: int
    data: tuple[BatchMember, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Credits were set aside until `expires_at`."""

    id: str
    customer: str
    feature: str
    credits: int
    available: int | None = None
    expires_at: datetime | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Captured:
    """Held credits were taken; `released` of them are free again."""

    id: str
    credits: int
    released: int
    entry: int | None = None
    available: int | None = None
    replayed: bool = False
    let_through: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A hold is over and took nothing."""

    id: str
    released: int
    available: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Extended:
    """A hold ends later; `at_cap`: it cannot be moved any further."""

    id: str
    expires_at: datetime
    at_cap: bool


@dataclass(frozen=True, slots=True)
class Reversed:
    """Consumed credits were given back; `left` of the entry could still be."""

    customer: str
    entry: int
    credits: int
    left: int
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """A lot was made."""

    customer: str
    lot: int
    credits: int
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer has now, in sum and by origin."""

    customer: str
    available: int
    held: int
    frozen: int
    owed: int
    plan: int
    bought: int
    promotional: int
    next_reset_at: datetime | None = None
    next_reset_credits: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger."""

    id: int
    kind: str
    amount: int
    balance_after: int
    at: datetime
    label: str
    feature: str | None = None
    reference: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A part of the ledger, newest first; `next_cursor` asks for the next part."""

    data: tuple[Entry, ...]
    has_more: bool
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan in force."""

    code: str
    name: str
    subscribed: bool
    status: str | None = None
    period: str | None = None
    period_end: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Use counted against the plan in the running window."""

    feature: str
    name: str
    used: int
    limit: int | None
    remaining: int | None
    resets_at: datetime
    allowed: bool = True
    display: str = ""


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Everything a customer may do. `known` False: never seen; what the free plan gives them at first sight."""

    customer: str
    known: bool
    available: int
    held: int
    plan: Plan | None
    features: tuple[Decision, ...]
    usage: tuple[Usage, ...] = ()

    def allows(self, feature: str) -> bool:
        """Whether a feature can be used once now; one that does not exist cannot."""
        return any(one.allowed for one in self.features if one.feature == feature)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of yours, as billing knows them."""

    customer: str
    name: str | None = None
    email: str | None = None
    created: bool | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """A link to send one browser to, once, before `expires_at`."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit: 2900 USD is 29.00 dollars."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page of Stripe to send the browser to. `reused`: it was open already."""

    id: str
    customer: str
    url: str
    reused: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """How far a purchase has come: open, pending, granted, failed or expired. Never trust the way back alone."""

    id: str
    state: str
    kind: str
    code: str
    name: str
    amount: Money
    customer: str | None = None
    credits: int | None = None
    available: int | None = None
    retry_url: str | None = None
    reason: str | None = None
