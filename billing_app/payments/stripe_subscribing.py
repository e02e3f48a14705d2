"""The few fields of Stripe's objects that changing plans relies on, read once, so that nothing else touches the SDK."""

from dataclasses import dataclass
from datetime import datetime

import stripe

from billing_app.payments.stripe_objects import id_of
from billing_app.payments.subscription_objects import moment


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


def _maybe(seconds: int | None) -> datetime | None:
    return None if seconds is None else moment(seconds)
