"""Tables of the sums of revenue: what was sold, earned, expired and taken back, and how far the sums have come.

All of it can be built again from the ledger, the invoices and the unlocks, which stay the truth.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, timestamp


def _word(*, key: bool = False) -> Any:
    return Field(default="", sa_column=Column(Text, primary_key=key, nullable=False))


def _day(*, key: bool = False, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Date, primary_key=key, nullable=nullable))


def _count() -> Any:
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


def _customer() -> Any:
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class RevenueSum(SQLModel, table=True):
    """Sums by day (UTC) x currency x item x kind of lot x feature x movement. Minor units; "" stands for none.

    `item_kind`: `plan`, `pack`, `unlock`; `given` for credits nobody paid for (`code` is then their kind); `other` for
    paid credits that no item of a price list stands for. `lot_kind` is "" where no credits are behind it.
    `events`: how many sales, or how many parts of entries.
    """

    __tablename__: ClassVar[Any] = "revenue_sums"

    day: date = _day(key=True)
    currency: str = _word(key=True)
    item_kind: str = _word(key=True)
    code: str = _word(key=True)
    name: str = _word(key=True)
    lot_kind: str = _word(key=True)
    feature: str = _word(key=True)
    movement: str = _word(key=True)
    amount_minor: int = _count()
    credits: int = _count()
    events: int = _count()


class CustomerRevenueSum(SQLModel, table=True):
    """Sums by customer x day x currency. `earned_minor` is before what was taken back; `released_minor` was refunded
    or credited without ever having been earned."""

    __tablename__: ClassVar[Any] = "revenue_sums_customer"
    __table_args__ = (Index("ix_revenue_sums_customer_day", "day", "currency"),)

    customer_id: int = _customer()
    day: date = _day(key=True)
    currency: str = _word(key=True)
    sold_minor: int = _count()
    credited_minor: int = _count()
    earned_minor: int = _count()
    released_minor: int = _count()
    credits_used: int = _count()


class CustomerRevenueMonth(SQLModel, table=True):
    """The same by month (its first day), so that a year of all customers is a few rows each."""

    __tablename__: ClassVar[Any] = "revenue_sums_customer_month"
    __table_args__ = (Index("ix_revenue_sums_customer_month_month", "month", "currency"),)

    customer_id: int = _customer()
    month: date = _day(key=True)
    currency: str = _word(key=True)
    sold_minor: int = _count()
    credited_minor: int = _count()
    earned_minor: int = _count()
    released_minor: int = _count()
    credits_used: int = _count()


class RevenueLot(SQLModel, table=True):
    """A lot as revenue sees it: what was paid for it, and how much of it is gone.

    What rolled over or was given back of a lot belongs to it still: `root_lot_id` names it, and counts for all of
    them. On other rows than roots `granted`, `paid_minor` and `gone` are 0.
    """

    __tablename__: ClassVar[Any] = "revenue_lots"
    __table_args__ = (
        CheckConstraint("gone BETWEEN 0 AND granted", name="gone"),
        CheckConstraint("paid_minor >= 0 AND (paid_minor = 0 OR currency <> '')", name="paid"),
    )

    customer_id: int = _customer()
    lot_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root_lot_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    item_kind: str = _word()
    code: str = _word()
    name: str = _word()
    lot_kind: str = _word()
    currency: str = _word()
    paid_minor: int = _count()
    granted: int = _count()
    gone: int = _count()


class RevenueAccount(SQLModel, table=True):
    """How far the sums have come with one customer's ledger: its ids are gapless and commit in order."""

    __tablename__: ClassVar[Any] = "revenue_accounts"

    customer_id: int = _customer()
    entry_id: int = _count()
    lot_id: int = _count()


class RevenueSale(SQLModel, table=True):
    """Something sold that is earned by other means than credits: days of a plan, an unlock, its uses.

    `rule`: `by_day` from `starts_on` until before `ends_on`; `at_sale`; `per_use` of `units`, by `uses` (day, units);
    `credited`: time that an invoice credited, out of credits. `prices`: what it came to cost when part of it was given
    back (day, minor units). `upto`: the last day that is in the sums.
    `seen`: by which a change of its source is told.
    """

    __tablename__: ClassVar[Any] = "revenue_sales"
    __table_args__ = (
        CheckConstraint("rule IN ('by_day', 'at_sale', 'per_use', 'credited')", name="rule"),
        Index("ix_revenue_sales_running", "upto", postgresql_where=text("running")),
    )

    source: str = Field(sa_column=Column(Text, primary_key=True))
    customer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    rule: str = _word()
    item_kind: str = _word()
    code: str = _word()
    name: str = _word()
    feature: str = _word()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    amount_minor: int = _count()
    sold_on: date = _day()
    starts_on: date | None = _day(nullable=True)
    ends_on: date | None = _day(nullable=True)
    units: int = _count()
    uses: list[list[Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    prices: list[list[Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    upto: date = _day()
    running: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    seen: str = _word()


class RevenueInvoice(SQLModel, table=True):
    """A paid invoice that was looked at, as it was told then (`asked_at`), with what was given back of it by then."""

    __tablename__: ClassVar[Any] = "revenue_invoices"

    invoice_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    asked_at: datetime = timestamp()
    given_back: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class RevenuePayment(SQLModel, table=True):
    """A payment of which something was captured: when, for what (an invoice: its dearest line), at what fee.

    `fee_minor` None: the processor has not told it; `fee_currency` is "" then. `modelled_minor`: the fee by the model
    that was in force when the payment was taken in; None: there was no model for its currency.
    """

    __tablename__: ClassVar[Any] = "revenue_payments"
    __table_args__ = (
        Index("ix_revenue_payments_day", "day", "currency"),
        Index("ix_revenue_payments_customer_id", "customer_id"),
    )

    payment_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    customer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    day: date = _day()
    currency: str = _word()
    item_kind: str = _word()
    code: str = _word()
    name: str = _word()
    captured_minor: int = _count()
    fee_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    fee_currency: str = _word()
    modelled_minor: int | None = Field(default=None, sa_column=Column(BigInteger))


class RevenuePaymentSum(SQLModel, table=True):
    """Payments by day x currency x item. Fees: told by the processor in this currency; modelled, until they are told.

    `payments`: how many, of which `modelled` with a modelled fee, and `unknown` without any that could be counted.
    """

    __tablename__: ClassVar[Any] = "revenue_payment_sums"

    day: date = _day(key=True)
    currency: str = _word(key=True)
    item_kind: str = _word(key=True)
    code: str = _word(key=True)
    name: str = _word(key=True)
    captured_minor: int = _count()
    fees_minor: int = _count()
    modelled_minor: int = _count()
    payments: int = _count()
    modelled: int = _count()
    unknown: int = _count()


class RevenueMark(SQLModel, table=True):
    """One row, locked by whoever brings the sums up to date; when that was done last."""

    __tablename__: ClassVar[Any] = "revenue_mark"
    __table_args__ = (CheckConstraint("id = 1", name="singleton"),)

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    rolled_at: datetime | None = timestamp(nullable=True)
