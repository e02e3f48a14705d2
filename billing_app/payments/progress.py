"""How far a checkout has come, as the customer's pages show it. Pure: a view, never a row."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Progress(StrEnum):
    """The true state of a checkout, by our own ledger; a redirect from Stripe never changes it."""

    OPEN = "open"  # not paid, and the payment page is still there
    PENDING = "pending"  # the page was completed; the money, or its news, is on the way
    GRANTED = "granted"  # paid, and what was bought is the customer's
    FAILED = "failed"  # the payment was refused for good
    EXPIRED = "expired"  # never paid, and the page is gone


@dataclass(frozen=True, slots=True)
class CheckoutProgress:
    """What /payment/success and /payment/cancel know.

    Attributes:
        public_id: our own name of the checkout, as in the cancel address.
        amount_minor: what was asked, in minor units of `currency` (ISO 4217, upper case); of a plan, for one period.
        credits: what a pack grants, and a plan each month; None for an unlock.
        feature, uses: what an unlock opens, and how often (None = unlimited).
        available: the customer's credits now, once granted; None before.
        continue_url: once granted and if the customer came from somewhere: a signed link that works once and leads
            back there (WL7).
        retry_url: where the open payment page is, or where the offer can be chosen again.
        created_at, settled_at: billing time.
        period: of a plan, `month` or `year`.
        trial_ends_at: of a plan that began with a trial: nothing was paid, and the first payment is due then.
        reason: why it failed, as a sentence for the customer, where there is more to say than that.
    """

    public_id: str
    progress: Progress
    kind: str
    code: str
    name: str
    amount_minor: int
    currency: str
    credits: int | None
    feature: str | None
    uses: int | None
    available: int | None
    continue_url: str | None
    retry_url: str | None
    created_at: datetime
    settled_at: datetime | None
    period: str | None = None
    trial_ends_at: datetime | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The same for the browser that watches over HTTP."""
        return {
            "checkout": self.public_id,
            "state": self.progress.value,
            "kind": self.kind,
            "code": self.code,
            "name": self.name,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "credits": self.credits,
            "feature": self.feature,
            "uses": self.uses,
            "available": self.available,
            "continue_url": self.continue_url,
            "retry_url": self.retry_url,
            "created_at": self.created_at.isoformat(),
            "settled_at": self.settled_at.isoformat() if self.settled_at else None,
            "period": self.period,
            "trial_ends_at": self.trial_ends_at.isoformat() if self.trial_ends_at else None,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Started:
    """A checkout that is ready: send the browser to `url`, Stripe's page. `reused`: it was already open (WL10)."""

    public_id: str
    url: str
    reused: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """A line of the customer's purchases. Amounts in minor units, with tax.

    `state`: `paid`, `pending`, `failed`, `partly_refunded`, `refunded`, `disputed` (the bank decides about it) or
    `charged_back` (it was decided against us). `id` pages the list.
    """

    id: int
    public_id: str
    kind: str
    code: str
    name: str
    state: str
    amount_minor: int
    paid_minor: int
    refunded_minor: int
    currency: str
    credits: int | None
    uses: int | None
    receipt_url: str | None
    created_at: datetime
    settled_at: datetime | None
