"""Tables of the ledger. All keys lead with the customer, so that the tables can be partitioned by it.

Ids count within a customer, without gaps, and are given out under the lock of the account row: entry 17 of customer 42.
There are no foreign keys between these tables: one writer, the engine, writes them under that lock, and the doctor
looks for orphans. What may never change is kept by the database: entries and allocations are append-only, and of lots
and holds only the columns named in the migration can be updated.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.credits.inputs import MAX_CREDITS
from billing_app.credits.kinds import DebtState, EntryKind, HoldState, LotKind, Spent
from billing_app.db.model import SQLModel


def _key(*, first: bool = False) -> Any:
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False), ge=1 if first else 0)


def _count(default: str | None = "0") -> Any:
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=default))


def _number(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(BigInteger, nullable=nullable))


def _text(*, nullable: bool = False, default: str | None = None) -> Any:
    return Field(default=default, sa_column=Column(Text, nullable=nullable, server_default=default))


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


def _flag(default: str = "false") -> Any:
    return Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text(default)))


def _document() -> Any:
    return Field(default=None, sa_column=Column(JSONB, nullable=True))


def _one_of(column: str, kinds: Any) -> str:
    return f"{column} IN ({', '.join(repr(str(kind)) for kind in kinds)})"


class CreditAccount(SQLModel, table=True):
    """One row per customer: locked by every write, it gives out the customer's ids and keeps the customer's time."""

    __tablename__: ClassVar[Any] = "credit_accounts"

    customer_id: int = _key(first=True)
    entry_count: int = _count()
    lot_count: int = _count()
    hold_count: int = _count()
    debt_count: int = _count()
    encumbered: bool = _flag()
    settled_at: datetime | None = _moment(nullable=True)
    grants_due_at: datetime | None = _moment(nullable=True)


class CreditLot(SQLModel, table=True):
    """Credits from one source. `open` says that credits remain; an index on it keeps updates of the rest cheap."""

    __tablename__: ClassVar[Any] = "credit_lots"
    __table_args__ = (
        CheckConstraint(f"granted BETWEEN 1 AND {MAX_CREDITS}", name="granted"),
        CheckConstraint("remaining BETWEEN 0 AND granted AND open = (remaining > 0)", name="remaining"),
        CheckConstraint(
            "expired >= 0 AND revoked >= 0 AND voided >= 0 AND due_back BETWEEN 0 AND remaining "
            "AND remaining + expired + revoked + voided <= granted",
            name="whereabouts",
        ),
        CheckConstraint("credited BETWEEN 0 AND voided", name="credited"),
        CheckConstraint("priority BETWEEN 0 AND 100", name="priority"),
        CheckConstraint("paid_minor >= 0 AND (paid_minor = 0 OR currency IS NOT NULL)", name="paid"),
        CheckConstraint("expires_at >= effective_at", name="times"),
        CheckConstraint("renews_at <= expires_at AND gap_used BETWEEN 0 AND granted", name="gap"),
        CheckConstraint("rolls >= 0 AND rolls_days >= 0", name="rollover"),
        CheckConstraint(_one_of("kind", LotKind), name="kind"),
        Index("uq_credit_lots_customer_id_source", "customer_id", "source", unique=True),
        Index(None, "source"),
        Index("ix_credit_lots_open", "customer_id", postgresql_where=text("open")),
        Index("ix_credit_lots_ending", "expires_at", postgresql_where=text("open AND expires_at IS NOT NULL")),
        Index(
            "ix_credit_lots_customer_id_payment",
            "customer_id",
            "payment",
            postgresql_where=text("payment IS NOT NULL"),
        ),
    )

    customer_id: int = _key(first=True)
    id: int = _key()
    kind: str = _text()
    label: str = _text()
    source: str = _text()
    payment: str | None = _text(nullable=True)
    origin_lot_id: int | None = _number(nullable=True)
    granted: int = _number()
    remaining: int = _number()
    expired: int = _count()
    revoked: int = _count()
    voided: int = _count()
    due_back: int = _count()
    priority: int = Field(sa_column=Column(SmallInteger, nullable=False))
    paid_minor: int = _count()
    currency: str | None = _text(nullable=True)
    effective_at: datetime = _moment()
    expires_at: datetime | None = _moment(nullable=True)
    debt_limit: int | None = _number(nullable=True)
    booked: bool = _flag()
    open: bool = _flag("true")
    frozen_at: datetime | None = _moment(nullable=True)
    created_at: datetime = _moment()
    actor: str = _text(default="system")
    note: str = _text(default="")
    renews_at: datetime | None = _moment(nullable=True)
    gap_used: int = _count()
    rolls: int = _count()
    rolls_days: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    credited: int = _count()
    promised_end: datetime | None = _moment(nullable=True)


class CreditEntry(SQLModel, table=True):
    """One line of the ledger, append-only. `at` is billing time, `recorded_at` the real time of writing."""

    __tablename__: ClassVar[Any] = "credit_entries"
    __table_args__ = (
        CheckConstraint(_one_of("kind", EntryKind), name="kind"),
        CheckConstraint("balance_after >= 0", name="balance_after"),
        Index(
            "uq_credit_entries_customer_id_feature_reference",
            "customer_id",
            "feature",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index(
            "ix_credit_entries_customer_id_reverses",
            "customer_id",
            "reverses",
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        Index(
            "ix_credit_entries_customer_id_debt_id",
            "customer_id",
            "debt_id",
            postgresql_where=text("debt_id IS NOT NULL"),
        ),
        Index("ix_credit_entries_at", "at", postgresql_using="brin"),
    )

    customer_id: int = _key(first=True)
    id: int = _key()
    kind: str = _text()
    amount: int = _number()
    balance_after: int = _number()
    at: datetime = _moment()
    recorded_at: datetime = _moment()
    feature: str | None = _text(nullable=True)
    reference: str | None = _text(nullable=True)
    lot_id: int | None = _number(nullable=True)
    hold_id: int | None = _number(nullable=True)
    debt_id: int | None = _number(nullable=True)
    reverses: int | None = _number(nullable=True)
    price: dict[str, Any] | None = _document()
    details: dict[str, Any] | None = _document()
    actor: str = _text(default="system")
    note: str = _text(default="")


class CreditAllocation(SQLModel, table=True):
    """So many credits of an entry out of (negative: back into) a lot, append-only.

    `prepared`: the lot was not booked yet, so these credits are not part of the entry's amount.
    """

    __tablename__: ClassVar[Any] = "credit_allocations"
    __table_args__ = (CheckConstraint("credits <> 0", name="credits"),)

    customer_id: int = _key(first=True)
    entry_id: int = _key()
    position: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    lot_id: int = _number()
    credits: int = _number()
    prepared: bool = _flag()


class CreditHold(SQLModel, table=True):
    """Credits set aside. What it is never changes; until when, and what became of it, does."""

    __tablename__: ClassVar[Any] = "credit_holds"
    __table_args__ = (
        CheckConstraint(f"credits BETWEEN 1 AND {MAX_CREDITS}", name="credits"),
        CheckConstraint("on_expiry BETWEEN 0 AND credits AND captured BETWEEN 0 AND credits", name="captured"),
        CheckConstraint("expires_at <= cap_at", name="cap"),
        CheckConstraint("(state = 'captured') = (entry_id IS NOT NULL)", name="entry"),
        CheckConstraint(_one_of("state", HoldState), name="state"),
        Index("ix_credit_holds_live", "customer_id", postgresql_where=text("state = 'live'")),
        Index(
            "uq_credit_holds_live_reference",
            "customer_id",
            "feature",
            "reference",
            unique=True,
            postgresql_where=text("state = 'live' AND reference IS NOT NULL"),
        ),
    )

    customer_id: int = _key(first=True)
    id: int = _key()
    feature: str = _text()
    reference: str | None = _text(nullable=True)
    credits: int = _number()
    state: str = _text()
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    cap_at: datetime = _moment()
    on_expiry: int = _count()
    captured: int = _count()
    entry_id: int | None = _number(nullable=True)
    ended_at: datetime | None = _moment(nullable=True)
    price: dict[str, Any] | None = _document()
    details: dict[str, Any] | None = _document()
    actor: str = _text(default="system")


class CreditHoldLot(SQLModel, table=True):
    """So many credits of a lot are set aside by a hold, append-only."""

    __tablename__: ClassVar[Any] = "credit_hold_lots"
    __table_args__ = (CheckConstraint("credits > 0", name="credits"),)

    customer_id: int = _key(first=True)
    hold_id: int = _key()
    position: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    lot_id: int = _number()
    credits: int = _number()


class CreditDebt(SQLModel, table=True):
    """Credits spent and then refunded: owed, collected, cancelled or written off.

    `since`: when the money went back, at Stripe; `created_at`: when we wrote it.
    """

    __tablename__: ClassVar[Any] = "credit_debts"
    __table_args__ = (
        CheckConstraint(
            "collected >= 0 AND cancelled >= 0 AND credits > 0 AND collected + cancelled <= credits", name="credits"
        ),
        CheckConstraint(_one_of("state", DebtState), name="state"),
    )

    customer_id: int = _key(first=True)
    id: int = _key()
    payment: str = _text()
    lot_id: int = _number()
    credits: int = _number()
    collected: int = _count()
    cancelled: int = _count()
    state: str = _text()
    created_at: datetime = _moment()
    since: datetime = _moment()


class CreditClaim(SQLModel, table=True):
    """What a refund or a dispute claims back of one payment's credits; `given_back`: when how much of the money was."""

    __tablename__: ClassVar[Any] = "credit_claims"
    __table_args__ = (
        CheckConstraint("refunded >= 0 AND captured > 0", name="share"),
        CheckConstraint(_one_of("spent", Spent), name="spent"),
    )

    customer_id: int = _key(first=True)
    payment: str = Field(sa_column=Column(Text, primary_key=True))
    refunded: int = _number()
    captured: int = _number()
    spent: str = _text()
    closed_windows: bool = _flag()
    frozen_at: datetime | None = _moment(nullable=True)
    given_back: list[Any] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )


class CreditKey(SQLModel, table=True):
    """An idempotency key that is bound, for ever, to the operation that succeeded under it."""

    __tablename__: ClassVar[Any] = "credit_keys"

    customer_id: int = _key(first=True)
    key: str = Field(sa_column=Column(Text, primary_key=True))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    operation: str = _text()
    subject: int = _number()
    answer: dict[str, Any] | None = _document()
