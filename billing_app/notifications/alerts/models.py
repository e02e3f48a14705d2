"""Tables: which alerts a customer has had, and how far the sweeps have read."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp

ALERT_KINDS = ("low_balance", "credits_expiring", "trial_ending", "renewal_reminder", "card_expiring")


class Alert(SQLModel, table=True):
    """An alert that was decided on, whether or not there was an address to send it to. Never made twice.

    `key` says what it is about: a threshold and period, a lot and its days, a subscription and its date. `at` is
    billing time. `outbox_id` is its mail, if there is one.
    """

    __tablename__: ClassVar[Any] = "alerts"
    __table_args__ = (
        CheckConstraint(f"kind IN {ALERT_KINDS}", name="kind"),
        UniqueConstraint("customer_id", "kind", "key"),
        Index(None, "customer_id", "kind", "at"),
    )

    id: int | None = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    kind: str = Field(sa_column=Column(String, nullable=False))
    key: str = Field(sa_column=Column(String, nullable=False))
    at: datetime = timestamp()
    outbox_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("outbox.id")))


class BalanceWatch(SQLModel, table=True):
    """How far a customer's entries were read for the low-balance alert, and what it is measured against.

    `period_entry` is the entry that last brought credits; `base` what was available right after it.
    """

    __tablename__: ClassVar[Any] = "balance_watches"

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    entry_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    period_entry: int = Field(sa_column=Column(BigInteger, nullable=False))
    base: int = Field(sa_column=Column(BigInteger, nullable=False))


class SweepMark(SQLModel, table=True):
    """Up to which billing time a sweep has read."""

    __tablename__: ClassVar[Any] = "sweep_marks"

    name: str = Field(sa_column=Column(String, primary_key=True))
    at: datetime = timestamp()
