"""The few fields of Stripe's objects that changing plans relies on, read once, so that nothing else touches the SDK."""

from dataclasses import dataclass, field
from datetime import datetime

import stripe

from billing_app.payments.stripe_objects import id_of, metadata_of
from billing_app.payments.subscription_objects import moment


@dataclass(frozen=True, slots=True)
class RecurringPrice:
    """A recurring price as it must be at Stripe. `lookup_key` is moved to it from the price that had it before."""

    amount_minor: int
    currency: str
    interval: str
    tax_behavior: str
    lookup_key: str
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True)
class KnownPrice:
    """A price that is at Stripe."""

    id: str
    active: bool
    amount_minor: int | None
    currency: str
    interval: str | None
    tax_behavior: str
    product: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanPage:
    """What a payment page for a plan is opened with.

    Attributes:
        trial_days: 0 without a trial.
        trial_needs_card: False: the page asks for no card while nothing is due, and a trial
            that ends without one is over.
        note: shown beside the button, such as why there is no trial.
    """

    stripe_customer: str
    price: str
    reference: str
    metadata: dict[str, str]
    success_url: str
    cancel_url: str
    expires_at: datetime
    trial_days: int = 0
    trial_needs_card: bool = True
    tax_automatic: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A subscription as Stripe has it this moment, as far as changing it needs."""

    id: str
    status: str
    customer: str
    item: str
    price: str
    amount_minor: int
    quantity: int
    period_start: datetime
    period_end: datetime
    trial_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    ended_at: datetime | None
    schedule: str | None
    waits: bool
    latest_invoice: str | None

    @property
    def over(self) -> bool:
        """Ended for good."""
        return self.status in ("canceled", "incomplete_expired")

    @property
    def cancelled(self) -> bool:
        """It is to end, by itself, at a known moment."""
        return self.cancel_at_period_end or self.cancel_at is not None


@dataclass(frozen=True, slots=True)
class PreviewedLine:
    """A line of an invoice to come. `amount_minor` is after discounts."""

    description: str
    amount_minor: int
    proration: bool
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class PreviewedInvoice:
    """An invoice as Stripe would write it. `due_minor` is after credit on the account; a total may be negative."""

    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    due_minor: int
    next_attempt: datetime | None
    period_end: datetime
    lines: tuple[PreviewedLine, ...]


def read_price(raw: stripe.Price) -> KnownPrice:
    """From `price`."""
    return KnownPrice(
        id=raw.id,
        active=raw.active,
        amount_minor=raw.unit_amount,
        currency=raw.currency.upper(),
        interval=raw.recurring.interval if raw.recurring and raw.recurring.interval_count == 1 else None,
        tax_behavior=raw.tax_behavior or "unspecified",
        product=id_of(raw.product) or "",
        metadata=metadata_of(raw),
    )


def read_running(raw: stripe.Subscription) -> Running:
    """From `subscription`, of which we make none with more than one item."""
    item = raw["items"].data[0]
    return Running(
        id=raw.id,
        status=raw.status,
        customer=id_of(raw.customer) or "",
        item=item.id,
        price=item.price.id,
        amount_minor=item.price.unit_amount or 0,
        quantity=item.quantity or 1,
        period_start=moment(item.current_period_start),
        period_end=moment(item.current_period_end),
        trial_end=_maybe(raw.trial_end),
        cancel_at_period_end=raw.cancel_at_period_end,
        cancel_at=_maybe(raw.cancel_at),
        ended_at=_maybe(raw.ended_at),
        schedule=id_of(raw.schedule),
        waits=raw.pending_update is not None,
        latest_invoice=id_of(raw.latest_invoice),
    )


def read_preview(raw: stripe.Invoice) -> PreviewedInvoice:
    """From the `invoice` of a preview."""
    lines = tuple(_read_line(each) for each in raw.lines.data)
    return PreviewedInvoice(
        currency=raw.currency.upper(),
        subtotal_minor=raw.subtotal,
        tax_minor=raw.total - raw.total_excluding_tax if raw.total_excluding_tax is not None else 0,
        total_minor=raw.total,
        due_minor=raw.amount_due,
        next_attempt=_maybe(raw.next_payment_attempt),
        period_end=moment(raw.period_end),
        lines=lines,
    )


def _read_line(raw: stripe.InvoiceLineItem) -> PreviewedLine:
    off = sum(each.amount for each in raw.discount_amounts or [])
    parent = raw.parent
    item = parent.subscription_item_details if parent else None
    extra = parent.invoice_item_details if parent else None
    return PreviewedLine(
        description=raw.description or "",
        amount_minor=raw.amount - off,
        proration=bool((item and item.proration) or (extra and extra.proration)),
        period_start=moment(raw.period.start),
        period_end=moment(raw.period.end),
    )


def _maybe(seconds: int | None) -> datetime | None:
    return None if seconds is None else moment(seconds)
