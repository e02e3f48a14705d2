"""What we know of Stripe: its customers, our checkouts, payments, and the inbox of its webhooks."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, json_column, timestamp

CHECKOUT_STATES = ("opening", "open", "pending", "paid", "failed", "expired")
PAYMENT_STATES = ("open", "processing", "succeeded", "failed", "canceled")
EVENT_STATES = ("received", "done", "ignored", "foreign", "unhandled", "waiting", "failed", "parked")


class StripeCustomer(SQLModel, table=True):
    """Which Stripe customer stands for which of ours. The row comes first, so that two requests make one customer."""

    __tablename__: ClassVar[Any] = "stripe_customers"
    __table_args__ = (UniqueConstraint("stripe_customer_id"),)

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    idempotency_key: str = Field(sa_column=Column(String, nullable=False))
    stripe_customer_id: str | None = Field(default=None, sa_column=Column(String))
    created_at: datetime = timestamp()


class Checkout(SQLModel, table=True):
    """One thing a customer set out to buy. Name, amount and terms are kept as they were shown.

    A plan: `amount_minor` is the price of one `period`, which is what today costs unless there are `trial_days`;
    `credits` are those of a month; `paid` means that its subscription began.
    `debt_credits`: so many of a pack's credits pay what is owed since a refund, and the page said so.
    `created_at`, `expires_at` and `settled_at` are billing time, which is Stripe's; `opened_at`, `watched_at`,
    `returned_at` and `seen_open_at` (when Stripe last said that the page is open and unpaid) are wall time. At most one
    is under way per customer and thing, and at most one for a plan, whichever.
    """

    __tablename__: ClassVar[Any] = "checkouts"
    __table_args__ = (
        UniqueConstraint("public_id"),
        UniqueConstraint("stripe_session_id"),
        CheckConstraint(f"state IN {CHECKOUT_STATES}", name="state"),
        CheckConstraint("kind IN ('pack', 'unlock', 'plan')", name="kind"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("kind = 'plan' OR (kind = 'pack') = (credits IS NOT NULL)", name="pack"),
        CheckConstraint("(kind = 'unlock') = (feature IS NOT NULL)", name="unlock"),
        CheckConstraint("(kind = 'plan') = (period IS NOT NULL) AND period IN ('month', 'year')", name="plan"),
        CheckConstraint("debt_credits BETWEEN 0 AND coalesce(credits, 0)", name="debt"),
        CheckConstraint("trial_days >= 0 AND (trial_days = 0 OR kind = 'plan')", name="trial"),
        Index(
            "uq_checkouts_under_way",
            "customer_id",
            "kind",
            "code",
            unique=True,
            postgresql_where=text("state IN ('opening', 'open')"),
        ),
        Index(
            "uq_checkouts_plan_under_way",
            "customer_id",
            unique=True,
            postgresql_where=text("kind = 'plan' AND state IN ('opening', 'open')"),
        ),
        Index(None, "customer_id", "id"),
        Index(None, "stripe_payment_intent"),
        Index(None, "stripe_subscription_id"),
    )

    id: int = identity_key()
    public_id: str = Field(sa_column=Column(String, nullable=False))
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    kind: str = Field(sa_column=Column(String, nullable=False))
    code: str = Field(sa_column=Column(String, nullable=False))
    name: str = Field(sa_column=Column(String, nullable=False))
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    item_id: int = Field(sa_column=Column(BigInteger, ForeignKey("catalog_items.id"), nullable=False))
    credits: int | None = Field(default=None, sa_column=Column(BigInteger))
    valid_days: int | None = Field(default=None, sa_column=Column(Integer))
    feature: str | None = Field(default=None, sa_column=Column(String))
    uses: int | None = Field(default=None, sa_column=Column(BigInteger))
    period: str | None = Field(default=None, sa_column=Column(String))
    trial_days: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    debt_credits: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    return_to: str | None = Field(default=None, sa_column=Column(String))
    success_to: str | None = Field(default=None, sa_column=Column(String))
    cancel_to: str | None = Field(default=None, sa_column=Column(String))
    returned_at: datetime | None = timestamp(nullable=True)
    state: str = Field(sa_column=Column(String, nullable=False))
    failure: str | None = Field(default=None, sa_column=Column(String))
    idempotency_key: str = Field(sa_column=Column(String, nullable=False))
    stripe_session_id: str | None = Field(default=None, sa_column=Column(String))
    stripe_payment_intent: str | None = Field(default=None, sa_column=Column(String))
    stripe_subscription_id: str | None = Field(default=None, sa_column=Column(String))
    url: str | None = Field(default=None, sa_column=Column(String))
    created_at: datetime = timestamp()
    opened_at: datetime = timestamp()
    expires_at: datetime = timestamp()
    settled_at: datetime | None = timestamp(nullable=True)
    watched_at: datetime | None = timestamp(nullable=True)
    seen_open_at: datetime | None = timestamp(nullable=True)


class Payment(SQLModel, table=True):
    """A payment of a checkout or of an invoice as Stripe last told it. Gross, in minor units.

    Attributes:
        refunded_minor: refunds that are pending or succeeded; disputed_minor: disputes that were lost.
        fee_minor, fee_currency: what Stripe kept of it; settled_minor, settled_currency: what it was worth in the
            currency of the account, before that fee. From its balance transaction; None until Stripe tells.
        money_back_asked_at: wall time before Stripe was last asked about refunds and disputes of it.
    """

    __tablename__: ClassVar[Any] = "payments"
    __table_args__ = (
        UniqueConstraint("stripe_payment_intent"),
        CheckConstraint(f"state IN {PAYMENT_STATES}", name="state"),
        CheckConstraint("captured_minor >= 0 AND refunded_minor BETWEEN 0 AND captured_minor", name="amounts"),
        CheckConstraint("(checkout_id IS NULL) <> (invoice_id IS NULL)", name="made_by"),
        CheckConstraint("disputed_minor BETWEEN 0 AND captured_minor", name="disputed"),
        Index(None, "customer_id", "id"),
        Index(None, "invoice_id"),
        Index(None, "stripe_charge"),
        Index("ix_payments_fee_unknown", "id", postgresql_where=text("fee_minor IS NULL AND captured_minor > 0")),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    checkout_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("checkouts.id")))
    invoice_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("invoices.id")))
    stripe_payment_intent: str = Field(sa_column=Column(String, nullable=False))
    stripe_charge: str | None = Field(default=None, sa_column=Column(String))
    state: str = Field(sa_column=Column(String, nullable=False))
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    captured_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    refunded_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    disputed_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    fee_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    fee_currency: str | None = Field(default=None, sa_column=Column(String(3)))
    settled_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    settled_currency: str | None = Field(default=None, sa_column=Column(String(3)))
    money_back_asked_at: datetime | None = timestamp(nullable=True)
    receipt_url: str | None = Field(default=None, sa_column=Column(String))
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp()


class PaymentFailure(SQLModel, table=True):
    """A charge that was refused, in the processor's words: for the merchant, never shown to the customer (WL17)."""

    __tablename__: ClassVar[Any] = "payment_failures"
    __table_args__ = (Index(None, "customer_id", "id"), UniqueConstraint("event_id"))

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    checkout_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("checkouts.id")))
    invoice_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("invoices.id")))
    event_id: str = Field(sa_column=Column(String, nullable=False))
    stripe_payment_intent: str = Field(sa_column=Column(String, nullable=False))
    code: str | None = Field(default=None, sa_column=Column(String))
    message: str | None = Field(default=None, sa_column=Column(String))
    failed_at: datetime = timestamp()


class WebhookEvent(SQLModel, table=True):
    """The inbox: every event Stripe sent under a valid signature, with what became of it.

    `received` is not yet worked on; `waiting` and `failed` are tried again (a parent is missing; an error); `parked`
    was given up after three days; `ignored` is a type we have no use for; `foreign` is of another API version or
    mode; `unhandled` is a fact about our money that no rule covers yet: somebody must look.
    """

    __tablename__: ClassVar[Any] = "webhook_events"
    __table_args__ = (
        CheckConstraint(f"state IN {EVENT_STATES}", name="state"),
        Index(None, "received_at"),
        Index(None, "object_id"),
        Index(None, "state", "received_at"),
        Index(None, "stripe_customer_id", "received_at"),
    )

    id: str = Field(sa_column=Column(String, primary_key=True))
    type: str = Field(sa_column=Column(String, nullable=False))
    object_id: str | None = Field(default=None, sa_column=Column(String))
    stripe_customer_id: str | None = Field(default=None, sa_column=Column(String))
    api_version: str | None = Field(default=None, sa_column=Column(String))
    livemode: bool = Field(sa_column=Column(Boolean, nullable=False))
    created_at: datetime = timestamp()
    received_at: datetime = timestamp()
    deliveries: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    state: str = Field(sa_column=Column(String, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    error: str | None = Field(default=None, sa_column=Column(String))
    effects: list[str] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    took_ms: int | None = Field(default=None, sa_column=Column(Integer))
    done_at: datetime | None = timestamp(nullable=True)
    payload: dict[str, Any] = json_column()


class Fact(SQLModel, table=True):
    """The second dedupe key: a business fact (a session was paid) that has had its effect, in the same transaction."""

    __tablename__: ClassVar[Any] = "facts"

    kind: str = Field(sa_column=Column(String, primary_key=True))
    key: str = Field(sa_column=Column(String, primary_key=True))
    learnt_from: str = Field(sa_column=Column(String, nullable=False))
    claimed_at: datetime = timestamp()


class RefusedDelivery(SQLModel, table=True):
    """A delivery whose signature was wrong: its headers, never its body; the last hundred are kept."""

    __tablename__: ClassVar[Any] = "refused_deliveries"

    id: int = identity_key()
    received_at: datetime = timestamp()
    reason: str = Field(sa_column=Column(String, nullable=False))
    headers: dict[str, Any] = json_column()
    body_bytes: int = Field(sa_column=Column(Integer, nullable=False))
