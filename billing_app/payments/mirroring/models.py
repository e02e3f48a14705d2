"""Tables: invoices and payment methods as Stripe last told them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp

INVOICE_STATES = ("draft", "open", "paid", "void", "uncollectible", "deleted")


class Invoice(SQLModel, table=True):
    """An invoice of a known customer. Amounts in minor units of `currency`, with tax unless they say otherwise.

    `description` and the period are those of its dearest line: what it pays for.
    `status` is Stripe's, or `deleted` for a draft that was thrown away. `total_minor` is negative for a credit.
    `lines`: id, description, amount_minor and net_minor (after discount, without tax), period, proration, price and
    item_id.
    """

    __tablename__: ClassVar[Any] = "invoices"
    __table_args__ = (
        CheckConstraint(f"status IN {INVOICE_STATES}", name="status"),
        CheckConstraint("paid_minor >= 0 AND refunded_minor >= 0", name="amounts"),
        Index(None, "customer_id", "id"),
        Index(None, "subscription_id"),
        Index(None, "number"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    subscription_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("subscriptions.id")))
    stripe_invoice_id: str = Field(sa_column=Column(String, nullable=False, unique=True))
    number: str | None = Field(default=None, sa_column=Column(String))
    status: str = Field(sa_column=Column(String, nullable=False))
    billing_reason: str | None = Field(default=None, sa_column=Column(String))
    description: str = Field(default="", sa_column=Column(String, nullable=False, server_default=text("''")))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    subtotal_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    discount_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    tax_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    total_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    paid_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    refunded_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    hosted_url: str | None = Field(default=None, sa_column=Column(String))
    pdf_url: str | None = Field(default=None, sa_column=Column(String))
    period_start: datetime | None = timestamp(nullable=True)
    period_end: datetime | None = timestamp(nullable=True)
    created_at: datetime = timestamp()
    finalized_at: datetime | None = timestamp(nullable=True)
    paid_at: datetime | None = timestamp(nullable=True)
    attempt_count: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    next_attempt_at: datetime | None = timestamp(nullable=True)
    lines: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    asked_at: datetime = timestamp()


class PaymentMethod(SQLModel, table=True):
    """A card (or another way to pay) that a customer keeps at Stripe. No number, no name, nothing that could pay."""

    __tablename__: ClassVar[Any] = "payment_methods"
    __table_args__ = (
        Index("uq_payment_methods_default", "customer_id", unique=True, postgresql_where=text("is_default")),
        Index(None, "customer_id", "id"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    stripe_payment_method_id: str = Field(sa_column=Column(String, nullable=False, unique=True))
    type: str = Field(sa_column=Column(String, nullable=False))
    brand: str | None = Field(default=None, sa_column=Column(String))
    last4: str | None = Field(default=None, sa_column=Column(String(4)))
    exp_month: int | None = Field(default=None, sa_column=Column(Integer))
    exp_year: int | None = Field(default=None, sa_column=Column(Integer))
    is_default: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    created_at: datetime = timestamp()
    asked_at: datetime = timestamp()
