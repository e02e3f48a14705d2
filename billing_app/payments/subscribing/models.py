"""Tables: trials that were taken, whose turn it is to change a plan, and why plans were cancelled."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, String
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp


class TrialTaken(SQLModel, table=True):
    """A trial that began: one per customer, mailbox and card. The last two as keyed digests, so that neither lies here.

    `mailbox_mac` is missing for customers without an address, `card_mac` for trials without a card.
    """

    __tablename__: ClassVar[Any] = "trials_taken"

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False, unique=True))
    stripe_subscription_id: str = Field(sa_column=Column(String, nullable=False, unique=True))
    plan_code: str | None = Field(default=None, sa_column=Column(String))
    mailbox_mac: bytes | None = Field(default=None, sa_column=Column(LargeBinary, unique=True))
    card_mac: bytes | None = Field(default=None, sa_column=Column(LargeBinary, unique=True))
    taken_at: datetime = timestamp()


class PlanTurn(SQLModel, table=True):
    """Who is changing a customer's plan at Stripe right now. Left behind by a process that died, it lapses."""

    __tablename__: ClassVar[Any] = "plan_turns"

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    token: str = Field(sa_column=Column(String, nullable=False))
    action: str = Field(sa_column=Column(String, nullable=False))
    taken_at: datetime = timestamp()


class PlanCancellation(SQLModel, table=True):
    """A cancellation that a customer asked for, with the reason they gave, if any (DB12). Resuming leaves it here."""

    __tablename__: ClassVar[Any] = "plan_cancellations"
    __table_args__ = (
        CheckConstraint("length(comment) <= 500", name="comment"),
        Index(None, "customer_id", "id"),
        Index(None, "subscription_id"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    subscription_id: int = Field(sa_column=Column(BigInteger, ForeignKey("subscriptions.id"), nullable=False))
    at: datetime = timestamp()
    at_once: bool = Field(sa_column=Column(Boolean, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(String))
    comment: str | None = Field(default=None, sa_column=Column(String))
