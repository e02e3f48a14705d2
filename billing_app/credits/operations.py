"""What can be asked of the ledger. Every operation is checked when it is made, so an invalid one cannot exist.

An operation names its customer. `key` makes it idempotent: bound on success, for ever; the same key with another
body is refused. `actor` says who asked ("system", "user:12", "admin:3"), `note` why, in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from billing_app.credits.inputs import (
    MAX_NOTE,
    MAX_SOURCE,
    as_utc,
    check_credits,
    check_details,
    check_id,
    check_moment,
    check_range,
    check_text,
)
from billing_app.credits.kinds import LotKind
from billing_app.credits.rating import Price
from billing_app.errors import InvalidInput
from billing_app.money import known as check_currency

MAX_TTL_S = 7 * 86_400
DEFAULT_TTL_S = 900
DEFAULT_CAP_S = 86_400
MAX_DAYS = 3_660


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What all operations share."""

    customer_id: int
    key: str | None = None
    actor: str = "system"
    note: str = ""

    def __post_init__(self) -> None:
        check_id(self.customer_id, "customer_id")
        if self.key is not None:
            check_text(self.key, "key")
        check_text(self.actor, "actor")
        if self.note:
            check_text(self.note, "note", most=MAX_NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Operation):
    """Make a lot. A source makes its lot once: `source` is unique per customer and needs no key.

    Attributes:
        credits: in the lot; it never grows after.
        kind: where they come from.
        label: for people: "Popular pack", "Pro, November".
        source: the reference of what made it: checkout session, invoice line + window start, "2026-11", ...
        payment: the payment that can be refunded (payment intent or invoice); None if nothing was paid.
        paid_minor, currency: what was paid for this lot, net of tax and discount, in minor units.
        effective_at: from when it can be spent; None: at once. A later time prepares the lot.
        expires_at: from when it can no longer be spent; None: never.
        priority: 0 burns first, 100 last.
        debt_limit: at most so many of its credits pay open debts; None: all; a purchase pays only what its
            checkout showed, so its default is 0.
        renews_at: the end of its window, when a next lot is due; `expires_at` is then the end of the renewal gap, in
            which it can still be spent until that lot is there.
        follows: sources of the lots before it: their renewal gap is over, what was used in it counts as used of this
            lot. A source that made none is passed over.
        rolls, rolls_days: at most so many of its credits, if left when a next lot follows it, go over into a lot of
            their own, valid for so many days (policy).
    """

    credits: int
    kind: LotKind
    label: str
    source: str
    payment: str | None = None
    paid_minor: int = 0
    currency: str | None = None
    effective_at: datetime | None = None
    expires_at: datetime | None = None
    priority: int = 50
    debt_limit: int | None = None
    renews_at: datetime | None = None
    follows: tuple[str, ...] = ()
    rolls: int = 0
    rolls_days: int = 0

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_credits(self.credits)
        if not isinstance(self.kind, LotKind):
            raise InvalidInput('"kind" must be one of ' + ", ".join(LotKind) + ".", field="kind")
        check_text(self.label, "label")
        check_text(self.source, "source", most=MAX_SOURCE)
        if self.payment is not None:
            check_text(self.payment, "payment")
        check_range(self.paid_minor, "paid_minor", 0, 10**15)
        if self.currency is not None:
            check_currency(self.currency)
        elif self.paid_minor:
            raise InvalidInput('"currency" is needed with "paid_minor".', field="currency")
        check_range(self.priority, "priority", 0, 100)
        if self.debt_limit is not None:
            check_credits(self.debt_limit, "debt_limit", least=0)
        elif self.kind is LotKind.PURCHASE:
            object.__setattr__(self, "debt_limit", 0)
        for source in self.follows:
            check_text(source, "follows", most=MAX_SOURCE)
        check_credits(self.rolls, "rolls", least=0)
        check_range(self.rolls_days, "rolls_days", 1 if self.rolls else 0, MAX_DAYS)
        self._check_times()

    def _check_times(self) -> None:
        for name in ("effective_at", "expires_at", "renews_at"):
            moment = getattr(self, name)
            if moment is not None:
                check_moment(moment, name)
                object.__setattr__(self, name, as_utc(moment))
        if self.effective_at and self.expires_at and self.expires_at <= self.effective_at:
            raise InvalidInput('"expires_at" must be after "effective_at".', field="expires_at")
        if self.renews_at and (self.expires_at is None or self.renews_at > self.expires_at):
            raise InvalidInput('"renews_at" is at "expires_at" or before.', field="renews_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending(Operation):
    """What consumption and hold share.

    Attributes:
        credits: how many; may be left out when `price` says it.
        feature: what they are spent on.
        reference: the business fact (a session id): per feature it is consumed once, whatever the keys (row A4).
        price: how the amount came about; kept for "why?".
        details: small facts kept with the entry (model, request id).
    """

    feature: str
    credits: int = 0
    reference: str | None = None
    price: Price | None = None
    details: Mapping[str, str | int | bool | None] | None = None

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_text(self.feature, "feature")
        if self.price is not None:
            _take_price(self, self.price)
        check_credits(self.credits)
        if self.reference is not None:
            check_text(self.reference, "reference")
        if self.details is not None:
            check_details(self.details)


def _take_price(operation: "Spending | Capture", price: Price) -> None:
    """The price says the amount; both may be given if they agree."""
    if not operation.credits:
        object.__setattr__(operation, "credits", price.credits)
    elif operation.credits != price.credits:
        raise InvalidInput(
            f'"credits" is {operation.credits} but the price comes to {price.credits}; send one of them.',
            field="credits",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consume(Spending):
    """Take credits, in burn order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Spending):
    """Set credits aside for work under way, so that two parallel jobs never overspend.

    Attributes:
        ttl_s: the hold ends by itself so long after it was made or last extended.
        cap_s: and at the latest so long after it was made, however often extended.
        on_expiry: credits captured when it ends by itself; 0 releases all. So that cutting the line of a session
            that has delivered something is not a free session.
    """

    ttl_s: int = DEFAULT_TTL_S
    cap_s: int = DEFAULT_CAP_S
    on_expiry: int = 0

    def __post_init__(self) -> None:
        Spending.__post_init__(self)
        check_range(self.ttl_s, "ttl_s", 1, MAX_TTL_S)
        check_range(self.cap_s, "cap_s", 1, MAX_TTL_S)
        check_range(self.on_expiry, "on_expiry", 0, self.credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Operation):
    """The heartbeat of a hold: it now ends `ttl_s` from here, within its cap.

    `on_expiry`, when given, changes what its own end captures: 0 before anything was delivered, more after.
    """

    hold_id: int
    ttl_s: int = DEFAULT_TTL_S
    on_expiry: int | None = None

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_id(self.hold_id, "hold_id")
        check_range(self.ttl_s, "ttl_s", 1, MAX_TTL_S)
        if self.on_expiry is not None:
            check_credits(self.on_expiry, "on_expiry", least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Operation):
    """Consume what a hold set aside, all of it or less; the rest is free again.

    Attributes:
        credits: how many; 0 (the default) takes the price's, or else all that is held.
        price: of what was delivered; None keeps the hold's.
    """

    hold_id: int
    credits: int = 0
    price: Price | None = None
    details: Mapping[str, str | int | bool | None] | None = None

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_id(self.hold_id, "hold_id")
        check_credits(self.credits, least=0)
        if self.price is not None:
            _take_price(self, self.price)
        if self.details is not None:
            check_details(self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Operation):
    """Give back what a hold set aside: nothing was delivered."""

    hold_id: int

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_id(self.hold_id, "hold_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(Operation):
    """Give consumed credits back, because the job failed: into the lots they came from, last one first.

    `credits` is how many, 0 all that is left of the entry. Cumulative: never more than the entry took.
    """

    entry_id: int
    credits: int = 0

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        check_id(self.entry_id, "entry_id")
        check_credits(self.credits, least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust(Operation):
    """An admin gives credits (positive) or takes them (negative), with a key and a reason.

    Given credits are a promotional lot of their own; taken ones leave in burn order, never below zero.
    """

    credits: int
    label: str = "Adjustment"
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        if type(self.credits) is not int:
            raise InvalidInput('"credits" must be a whole number.', field="credits")
        check_credits(abs(self.credits))
        check_text(self.label, "label")
        if self.key is None:
            raise InvalidInput("An adjustment needs a key, so that it is made once.", field="key")
        if not self.note:
            raise InvalidInput("An adjustment needs a reason.", field="note")
        if self.expires_at is not None:
            check_moment(self.expires_at, "expires_at")
            object.__setattr__(self, "expires_at", as_utc(self.expires_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Operation):
    """Book what is due, and nothing else."""
