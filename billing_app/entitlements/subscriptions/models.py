"""Tables: subscriptions as Stripe has them (or as given by hand), and the journal of how each one changed."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp
from billing_app.entitlements.subscriptions.standing import LIVE, STATUSES

CHANGE_KINDS = (
    "started",
    "trial_started",
    "activated",
    "switched",
    "repriced",
    "renewed",
    "past_due",
    "recovered",
    "lapsed",
    "unpaid",
    "paused",
    "unpaused",
    "change_scheduled",
    "change_dropped",
    "cancel_scheduled",
    "resumed",
    "superseded",
    "drifted",
    "drift_cleared",
    "ended",
)


class Subscription(SQLModel, table=True):
    """One subscription in Stripe, or a plan given by hand (no Stripe id, its plan in `terms`). A mirror, no source.

    `item_id`, `plan_code`, `period`, `amount_minor` are the terms held; when Stripe has a price that the catalogue does
    not know, the last known ones stay and `drift` says so (all NULL if there never were any). Amounts in minor units
    a period; `net_minor` is what of it recurs, after discounts and without tax (NULL: all of it). `ours`: made
    by this product, or handed over to it; what is not gives nothing and is left alone.
    `handed_over_at`: when it became ours after it had begun; what was paid before gives nothing.
    `lapsed_at`: when the grace of one that is past due was over.
    All times are billing time, but `asked_at` (when Stripe was asked for what is written here), `watched_at`
    (when a job was last sent to ask), `created_at` and `updated_at`, which are wall time.
    """

    __tablename__: ClassVar[Any] = "subscriptions"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("period IN ('month', 'year')", name="period"),
        CheckConstraint("amount_minor >= 0 AND (amount_minor IS NULL) = (currency IS NULL)", name="amount"),
        CheckConstraint("stripe_subscription_id IS NOT NULL OR terms IS NOT NULL", name="by_hand"),
        CheckConstraint("next_at IS NULL OR next_item_id IS NOT NULL", name="next"),
        Index(
            "uq_subscriptions_live",
            "customer_id",
            unique=True,
            postgresql_where=text(f"status IN {LIVE} AND ours AND NOT superseded"),
        ),
        Index(None, "customer_id", "id"),
        Index("ix_subscriptions_ending", "current_period_end", postgresql_where=text(f"status IN {LIVE}")),
        Index("ix_subscriptions_to_check", "asked_at", postgresql_where=text(f"status IN {(*LIVE, 'incomplete')}")),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    stripe_subscription_id: str | None = Field(default=None, sa_column=Column(String, unique=True))
    item_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("catalog_items.id")))
    plan_code: str | None = Field(default=None, sa_column=Column(String))
    period: str | None = Field(default=None, sa_column=Column(String))
    amount_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    net_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    currency: str | None = Field(default=None, sa_column=Column(String(3)))
    terms: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    reason: str | None = Field(default=None, sa_column=Column(String))
    status: str = Field(sa_column=Column(String, nullable=False))
    started_at: datetime = timestamp()
    anchor: datetime = timestamp()
    current_period_start: datetime = timestamp()
    current_period_end: datetime | None = timestamp(nullable=True)
    trial_start: datetime | None = timestamp(nullable=True)
    trial_end: datetime | None = timestamp(nullable=True)
    cancel_at_period_end: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    cancel_at: datetime | None = timestamp(nullable=True)
    canceled_at: datetime | None = timestamp(nullable=True)
    ended_at: datetime | None = timestamp(nullable=True)
    past_due_since: datetime | None = timestamp(nullable=True)
    lapsed_at: datetime | None = timestamp(nullable=True)
    paused: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    stripe_schedule_id: str | None = Field(default=None, sa_column=Column(String))
    next_item_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("catalog_items.id")))
    next_at: datetime | None = timestamp(nullable=True)
    pending_update_until: datetime | None = timestamp(nullable=True)
    default_payment_method: str | None = Field(default=None, sa_column=Column(String))
    latest_invoice: str | None = Field(default=None, sa_column=Column(String))
    drift: list[str] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    ours: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    handed_over_at: datetime | None = timestamp(nullable=True)
    superseded: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    asked_at: datetime = timestamp()
    watched_at: datetime | None = timestamp(nullable=True)
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp()


class SubscriptionChange(SQLModel, table=True):
    """One step in the life of a subscription. Append-only; reports and mails read it.

    `at` is billing time: Stripe's own moment where it tells one. MRR, after discounts and without tax, in minor units
    of `currency`, before and after; the differences of a subscription add up to its MRR now.
    """

    __tablename__: ClassVar[Any] = "subscription_changes"
    __table_args__ = (
        CheckConstraint(f"kind IN {CHANGE_KINDS}", name="kind"),
        Index(None, "customer_id", "id"),
        Index(None, "subscription_id", "id"),
        Index(None, "at"),
        Index(
            "ix_subscription_changes_money",
            "currency",
            "at",
            postgresql_include=["customer_id", "subscription_id", "mrr_before_minor", "mrr_after_minor"],
            postgresql_where=text("mrr_before_minor <> mrr_after_minor"),
        ),
    )

    id: int = identity_key()
    subscription_id: int = Field(sa_column=Column(BigInteger, ForeignKey("subscriptions.id"), nullable=False))
    customer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: datetime = timestamp()
    recorded_at: datetime = timestamp()
    kind: str = Field(sa_column=Column(String, nullable=False))
    from_item_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    to_item_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    mrr_before_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    mrr_after_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str | None = Field(default=None, sa_column=Column(String(3)))
    details: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )
