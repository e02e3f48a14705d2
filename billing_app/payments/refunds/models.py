"""Tables: refunds and disputes as Stripe last told them, and refunds that staff asked for."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp

REFUND_STATES = ("requested", "requires_action", "pending", "succeeded", "failed", "canceled")
"""Stripe's, and `requested`: staff asked for it, and Stripe's answer is not known yet."""


class Refund(SQLModel, table=True):
    """Money given back of a payment, or about to be. Gross, in minor units of `currency`. Times are billing time.

    Attributes:
        stripe_refund_id: None while it is requested, and for a request that Stripe refused.
        key: of a request of staff, once for ever; None for a refund made in Stripe.
        reason: Stripe's reason, or the words of the staff member who made it: for staff, not for the customer.
        by: `user:12`, or `stripe` for one made there.
        closed_windows: spent credits of a yearly plan's past months are to be owed too; staff said so.
        acted_at: when it first took credits or an unlock back; `undone_at`: when it had failed or was canceled.
    """

    __tablename__: ClassVar[Any] = "refunds"
    __table_args__ = (
        UniqueConstraint("stripe_refund_id"),
        UniqueConstraint("key"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(f"status IN {REFUND_STATES}", name="status"),
        CheckConstraint("stripe_refund_id IS NOT NULL OR key IS NOT NULL", name="named"),
        Index(None, "payment_id"),
        Index(None, "customer_id", "id"),
        Index(None, "created_at"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    payment_id: int = Field(sa_column=Column(BigInteger, ForeignKey("payments.id"), nullable=False))
    stripe_refund_id: str | None = Field(default=None, sa_column=Column(String))
    key: str | None = Field(default=None, sa_column=Column(String))
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    status: str = Field(sa_column=Column(String, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(String))
    failure_reason: str | None = Field(default=None, sa_column=Column(String))
    by: str = Field(sa_column=Column(String, nullable=False))
    closed_windows: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    created_at: datetime = timestamp()
    acted_at: datetime | None = timestamp(nullable=True)
    undone_at: datetime | None = timestamp(nullable=True)


class Dispute(SQLModel, table=True):
    """A payment that the holder of the card disputes at the bank. Gross, in minor units of `currency`.

    Attributes:
        status: Stripe's; `warning_*` are inquiries, which move no money.
        fee_minor: what the bank's dispute costs us, in `fee_currency`; kept by Stripe also when it is won.
        outcome: `won`, `lost`, or `closed` (an inquiry that came to nothing, or a dispute that was prevented); None:
            it is open.
        opened_at: Stripe's time; where an inquiry became a dispute, billing time at which we learnt of that.
        withdrawn_at: when the bank took the money, Stripe's time; None where it has not, or Stripe does not say.
        closed_at: billing time at which we learnt of the first outcome.
        moves: what the bank took, and what was lost, each at its time; see `moves.py`. Never changed, only added to.
    """

    __tablename__: ClassVar[Any] = "disputes"
    __table_args__ = (
        UniqueConstraint("stripe_dispute_id"),
        CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name="amounts"),
        CheckConstraint("outcome IN ('won', 'lost', 'closed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed"),
        Index(None, "payment_id"),
        Index(None, "customer_id", "id"),
        Index(None, "opened_at"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    payment_id: int = Field(sa_column=Column(BigInteger, ForeignKey("payments.id"), nullable=False))
    stripe_dispute_id: str = Field(sa_column=Column(String, nullable=False))
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    fee_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    fee_currency: str | None = Field(default=None, sa_column=Column(String(3)))
    status: str = Field(sa_column=Column(String, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(String))
    outcome: str | None = Field(default=None, sa_column=Column(String))
    evidence_due_at: datetime | None = timestamp(nullable=True)
    opened_at: datetime = timestamp()
    closed_at: datetime | None = timestamp(nullable=True)
    withdrawn_at: datetime | None = timestamp(nullable=True)
    moves: list[list[Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
