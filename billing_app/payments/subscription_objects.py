"""The few fields of Stripe's subscriptions, invoices and payment methods that the product relies on, read once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Literal

import stripe

from billing_app.payments.refund_objects import MoneyBack
from billing_app.payments.stripe_objects import MANAGED_BY, Charge, Intent, id_of, metadata_of
from billing_app.payments.subscription_discounts import Discount, read_discounts, share_without_tax


@dataclass(frozen=True, slots=True)
class Price:
    """A recurring price. `period` is None when it is paid neither monthly nor yearly."""

    id: str
    lookup_key: str | None
    amount_minor: int | None
    currency: str
    period: Literal["month", "year"] | None
    tax_behavior: str | None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a subscription: a price, how many of it, and its period."""

    id: str
    price: Price
    quantity: int
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class NextPhase:
    """What a schedule makes of a subscription next. `price` is None when it is not exactly one price, once."""

    at: datetime
    price: Price | None


@dataclass(frozen=True, slots=True)
class Told:
    """A subscription as Stripe tells it.

    Attributes:
        discounts: those on the subscription itself, in the order in which they are taken off.
        without_tax: the share of its price that is not tax; 1 where tax comes on top.
        card_fingerprint: of the card a trial will be paid with, by which it is known again; asked for trials alone.
        failing_since: when the oldest invoice that is still owed was due, while it is past_due or unpaid.
        next_phase: what its schedule does next; None without a schedule, or in its last phase.
        paused_how: the behaviour of `pause_collection`, if it is set.
    """

    id: str
    customer: str
    status: str
    items: tuple[Item, ...]
    created: datetime
    anchor: datetime
    trial_start: datetime | None
    trial_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    paused_how: str | None
    schedule: str | None
    next_phase: NextPhase | None
    pending_until: datetime | None
    default_payment_method: str | None
    latest_invoice: str | None
    failing_since: datetime | None
    card_fingerprint: str | None = None
    discounts: tuple[Discount, ...] = ()
    without_tax: Fraction = Fraction(1)
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Made by this product, or handed over to it by setting its metadata."""
        return self.metadata.get("managed_by") == MANAGED_BY

    def disowned(self) -> "Told":
        """The same, taken for somebody else's."""
        return replace(self, metadata={})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice. `net_minor` is after discounts and without tax; negative for a credit."""

    id: str
    description: str
    amount_minor: int
    net_minor: int
    price: str | None
    proration: bool
    subscription: str | None
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """One payment of an invoice, with its charge if there is one, and what was taken back of that if anything was."""

    intent: Intent
    charge: Charge | None
    back: MoneyBack | None = None


@dataclass(frozen=True, slots=True)
class ToldInvoice:
    """An invoice as Stripe tells it, with all its lines and payments. Amounts in minor units of `currency`."""

    id: str
    customer: str | None
    subscription: str | None
    number: str | None
    status: str
    billing_reason: str | None
    description: str
    currency: str
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    due_minor: int
    paid_minor: int
    hosted_url: str | None
    pdf_url: str | None
    period_start: datetime | None
    period_end: datetime | None
    created: datetime
    finalized_at: datetime | None
    paid_at: datetime | None
    attempt_count: int
    next_attempt_at: datetime | None
    lines: tuple[Line, ...]
    payments: tuple[InvoicePaid, ...]
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """A payment method a customer keeps. Only what a person needs to recognise it, and what shows that it is known."""

    id: str
    customer: str | None
    type: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None
    fingerprint: str | None


def read_price(raw: stripe.Price) -> Price:
    """From `price`."""
    recurring = raw.recurring
    period = None
    if recurring is not None and recurring.interval_count == 1 and recurring.interval in ("month", "year"):
        period = recurring.interval
    return Price(
        id=raw.id,
        lookup_key=raw.lookup_key,
        amount_minor=raw.unit_amount,
        currency=raw.currency.upper(),
        period="month" if period == "month" else "year" if period == "year" else None,
        tax_behavior=raw.tax_behavior,
        metadata=metadata_of(raw),
    )


def read_subscription(
    raw: stripe.Subscription,
    *,
    next_phase: NextPhase | None = None,
    failing_since: datetime | None = None,
    card_fingerprint: str | None = None,
) -> Told:
    """From `subscription`."""
    pause, pending = raw.pause_collection, raw.pending_update
    return Told(
        id=raw.id,
        customer=id_of(raw.customer) or "",
        status=raw.status,
        items=tuple(_item(item) for item in raw["items"].data),  # `.items` is the method of a mapping
        created=moment(raw.created),
        anchor=moment(raw.billing_cycle_anchor),
        trial_start=_maybe(raw.trial_start),
        trial_end=_maybe(raw.trial_end),
        cancel_at_period_end=raw.cancel_at_period_end,
        cancel_at=_maybe(raw.cancel_at),
        canceled_at=_maybe(raw.canceled_at),
        ended_at=_maybe(raw.ended_at),
        paused_how=pause.behavior if pause else None,
        schedule=id_of(raw.schedule),
        next_phase=next_phase,
        pending_until=moment(pending.expires_at) if pending else None,
        default_payment_method=id_of(raw.default_payment_method),
        latest_invoice=id_of(raw.latest_invoice),
        failing_since=failing_since,
        card_fingerprint=card_fingerprint,
        discounts=read_discounts(raw),
        without_tax=share_without_tax(raw),
        metadata=metadata_of(raw),
    )


def next_phase_of(schedule: stripe.SubscriptionSchedule) -> tuple[datetime, str | None] | None:
    """When a running schedule changes its subscription, and to which price; None: it does not any more.

    The price is None when the phase has not exactly one, once.
    """
    running = schedule.current_phase
    if schedule.status != "active" or running is None:
        return None
    coming = sorted((phase for phase in schedule.phases if phase.start_date >= running.end_date), key=_start)
    if not coming:
        return None
    items = coming[0]["items"]
    alone = len(items) == 1 and (items[0].quantity or 1) == 1
    return moment(coming[0].start_date), id_of(items[0].price) if alone else None


def read_invoice(
    raw: stripe.Invoice, lines: Sequence[stripe.InvoiceLineItem], payments: Sequence[InvoicePaid]
) -> ToldInvoice:
    """From `invoice`, with all its lines and its payments."""
    details = raw.parent.subscription_details if raw.parent else None
    moments = raw.status_transitions
    return ToldInvoice(
        id=raw.id,
        customer=id_of(raw.customer),
        subscription=id_of(details.subscription) if details else None,
        number=raw.number,
        status=raw.status or "draft",
        billing_reason=raw.billing_reason,
        description=raw.description or "",
        currency=raw.currency.upper(),
        subtotal_minor=raw.subtotal,
        discount_minor=sum(taken.amount for taken in raw.total_discount_amounts or []),
        tax_minor=sum(tax.amount for tax in raw.total_taxes or []),
        total_minor=raw.total,
        due_minor=raw.amount_due,
        paid_minor=raw.amount_paid,
        hosted_url=raw.hosted_invoice_url,
        pdf_url=raw.invoice_pdf,
        period_start=_maybe(raw.period_start),
        period_end=_maybe(raw.period_end),
        created=moment(raw.created),
        finalized_at=_maybe(moments.finalized_at),
        paid_at=_maybe(moments.paid_at),
        attempt_count=raw.attempt_count,
        next_attempt_at=_maybe(raw.next_payment_attempt),
        lines=tuple(_line(line) for line in lines),
        payments=tuple(payments),
        metadata=metadata_of(raw),
    )


def read_card(raw: stripe.PaymentMethod) -> Card:
    """From `payment_method`; of other kinds than cards only the kind."""
    card = raw.card if raw.type == "card" else None
    return Card(
        id=raw.id,
        customer=id_of(raw.customer),
        type=raw.type,
        brand=card.brand if card else None,
        last4=card.last4 if card else None,
        exp_month=card.exp_month if card else None,
        exp_year=card.exp_year if card else None,
        fingerprint=card.fingerprint if card else None,
    )


def moment(seconds: int) -> datetime:
    """A moment of Stripe's, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: int | None) -> datetime | None:
    return None if seconds is None else moment(seconds)


def _start(phase: Any) -> int:
    return phase.start_date


def _item(raw: stripe.SubscriptionItem) -> Item:
    return Item(
        id=raw.id,
        price=read_price(raw.price),
        quantity=raw.quantity if raw.quantity is not None else 1,
        period_start=moment(raw.current_period_start),
        period_end=moment(raw.current_period_end),
    )


def _line(raw: stripe.InvoiceLineItem) -> Line:
    parent = raw.parent
    details = (parent.subscription_item_details or parent.invoice_item_details) if parent else None
    pricing = raw.pricing
    off = sum(taken.amount for taken in raw.discount_amounts or [])
    inside = sum(tax.amount for tax in raw.taxes or [] if tax.tax_behavior == "inclusive")
    return Line(
        id=raw.id,
        description=raw.description or "",
        amount_minor=raw.amount,
        net_minor=raw.amount - off - inside,
        price=id_of(pricing.price_details.price) if pricing and pricing.price_details else None,
        proration=bool(details and details.proration),
        subscription=id_of(details.subscription) if details else None,
        period_start=moment(raw.period.start),
        period_end=moment(raw.period.end),
    )
