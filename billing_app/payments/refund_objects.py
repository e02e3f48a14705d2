"""Refunds and disputes as Stripe tells them, in the few fields that the product relies on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import stripe

from billing_app.payments.stripe_objects import Charge, id_of, metadata_of

ACTING = ("pending", "succeeded")
"""A refund in these states takes back what its money had paid for; in any other it does not (row A7)."""
_INQUIRY = "warning_"


@dataclass(frozen=True, slots=True)
class RefundTold:
    """A refund. `reason` and `failure_reason` are Stripe's codes."""

    id: str
    charge: str | None
    payment_intent: str | None
    amount_minor: int
    currency: str
    status: str
    reason: str | None
    failure_reason: str | None
    created: datetime
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """A dispute, or an inquiry before one. `fee_minor`: what it cost besides the amount, in `fee_currency`.

    `withdrawn`: when the bank took the money; None: it has not, or Stripe does not say.
    """

    id: str
    charge: str | None
    payment_intent: str | None
    amount_minor: int
    currency: str
    status: str
    reason: str
    fee_minor: int
    fee_currency: str | None
    evidence_due: datetime | None
    created: datetime
    withdrawn: datetime | None = None

    @property
    def inquiry(self) -> bool:
        """The bank only asks: no money has moved (https://docs.stripe.com/disputes/how-disputes-work#inquiries)."""
        return self.status.startswith(_INQUIRY)

    @property
    def outcome(self) -> str | None:
        """`won`, `lost`, or `closed` when it came to nothing; None: it is open."""
        if self.status in ("won", "lost"):
            return self.status
        return "closed" if self.status in ("warning_closed", "prevented") else None


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """A charge with everything that was, or may be, taken back of it; `asked_at`: wall time before Stripe was asked."""

    charge: Charge
    refunds: tuple[RefundTold, ...]
    disputes: tuple[DisputeTold, ...]
    asked_at: datetime


def read_refund(raw: stripe.Refund) -> RefundTold:
    """From `refund`."""
    return RefundTold(
        id=raw.id,
        charge=id_of(raw.charge),
        payment_intent=id_of(raw.payment_intent),
        amount_minor=raw.amount,
        currency=raw.currency.upper(),
        status=raw.status or "pending",
        reason=raw.reason,
        failure_reason=getattr(raw, "failure_reason", None),
        created=datetime.fromtimestamp(raw.created, UTC),
        metadata=metadata_of(raw),
    )


def read_dispute(raw: stripe.Dispute) -> DisputeTold:
    """From `dispute`."""
    booked = raw.balance_transactions or []
    due = raw.evidence_details.due_by if raw.evidence_details else None
    return DisputeTold(
        id=raw.id,
        charge=id_of(raw.charge),
        payment_intent=id_of(raw.payment_intent),
        amount_minor=raw.amount,
        currency=raw.currency.upper(),
        status=raw.status,
        reason=raw.reason,
        fee_minor=max(0, sum(one.fee for one in booked)),
        fee_currency=booked[0].currency.upper() if booked else None,
        evidence_due=datetime.fromtimestamp(due, UTC) if due else None,
        created=datetime.fromtimestamp(raw.created, UTC),
        withdrawn=min((datetime.fromtimestamp(one.created, UTC) for one in booked if one.amount < 0), default=None),
    )
