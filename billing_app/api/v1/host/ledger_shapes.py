"""What there is of credits, as the API shows it: balance, lots, the ledger, why an entry is what it is. Pure."""

from datetime import date

from pydantic import Field

from billing_app.api.conventions.answers import Moment, Shape
from billing_app.api.v1.host.credit_shapes import HoldShape, PriceShape, hold_name, price_shape
from billing_app.credits import EntryView, Explanation, LotView, NextEvent


class LotShape(Shape):
    id: int
    kind: str
    group: str
    label: str
    source: str
    granted: int
    remaining: int
    held: int
    used: int
    expired: int
    revoked: int
    state: str
    burns: int | None = Field(description="Its turn, from 1; null: cannot be spent now.")
    promotional: bool
    paid_minor: int
    currency: str | None
    effective_at: Moment
    expires_at: Moment | None
    created_at: Moment


class NextEventShape(Shape):
    kind: str
    at: Moment
    label: str
    ends: int
    begins: int


class BalanceShape(Shape):
    """What the customer has now. The resets are those of the plan's credits; null: none come."""

    customer: str
    at: Moment
    available: int
    held: int
    frozen: int
    owed: int
    plan: int
    bought: int
    promotional: int
    next_event: NextEventShape | None
    last_reset_at: Moment | None
    next_reset_at: Moment | None
    next_reset_credits: int
    lots: list[LotShape]
    holds: list[HoldShape]


class EntryShape(Shape):
    """One line of the ledger. `booked` false: due, and written so with the next change."""

    id: int
    kind: str
    amount: int
    balance_after: int
    at: Moment
    label: str
    feature: str | None
    reference: str | None
    lot: int | None
    hold: str | None
    reverses: int | None
    price: PriceShape | None
    details: dict[str, str | int | bool | None]
    actor: str
    note: str
    booked: bool


class LotReasonShape(Shape):
    lot: int
    label: str
    credits: int
    why: str
    paid_by: str


class ExplanationShape(Shape):
    """Why an entry is what it is."""

    entry: EntryShape
    summary: str
    why_that_much: list[str]
    lots: list[LotReasonShape]
    balance: str
    returned: str | None
    sentences: list[str]


class DayShape(Shape):
    day: date
    credits: int
    features: dict[str, int]


class StatisticsShape(Shape):
    """Credits used, less what was given back, on each UTC day; days without use are there."""

    customer: str
    days: int
    credits: int
    features: dict[str, int]
    data: list[DayShape]


def lot_shape(lot: LotView) -> LotShape:
    """A lot as its customer sees it."""
    return LotShape(
        id=lot.id,
        kind=lot.kind.value,
        group=lot.group.value,
        label=lot.label,
        source=lot.source,
        granted=lot.granted,
        remaining=lot.remaining,
        held=lot.held,
        used=lot.used,
        expired=lot.expired,
        revoked=lot.revoked,
        state=lot.state.value,
        burns=lot.burns,
        promotional=lot.promotional,
        paid_minor=lot.paid_minor,
        currency=lot.currency,
        effective_at=lot.effective_at,
        expires_at=lot.expires_at,
        created_at=lot.created_at,
    )


def next_event_shape(event: NextEvent | None) -> NextEventShape | None:
    """What happens to the balance next, by itself."""
    if event is None:
        return None
    return NextEventShape(kind=event.kind, at=event.at, label=event.label, ends=event.ends, begins=event.begins)


def entry_shape(entry: EntryView, customer_id: int) -> EntryShape:
    """A line of the ledger."""
    return EntryShape(
        id=entry.id,
        kind=entry.kind.value,
        amount=entry.amount,
        balance_after=entry.balance_after,
        at=entry.at,
        label=entry.label,
        feature=entry.feature,
        reference=entry.reference,
        lot=entry.lot_id,
        hold=None if entry.hold_id is None else hold_name(customer_id, entry.hold_id),
        reverses=entry.reverses,
        price=price_shape(entry.price),
        details=entry.details,
        actor=entry.actor,
        note=entry.note,
        booked=entry.booked,
    )


def explanation_shape(told: Explanation, customer_id: int) -> ExplanationShape:
    """Why an entry is what it is."""
    return ExplanationShape(
        entry=entry_shape(told.entry, customer_id),
        summary=told.summary,
        why_that_much=list(told.why_that_much),
        lots=[
            LotReasonShape(lot=one.lot_id, label=one.label, credits=one.credits, why=one.why, paid_by=one.paid_by)
            for one in told.lots
        ],
        balance=told.balance,
        returned=told.returned,
        sentences=list(told.sentences),
    )
