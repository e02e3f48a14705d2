"""Tables: model prices, the cost log, models without a price, and the sums with how far they have come.

Prices and log are append-only. The log has no foreign keys, whose locks on one price's row every call would share:
intake checks customers and entries set-based, and none of what it refers to is ever deleted.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp


class XID8(UserDefinedType[str]):
    """A transaction's number as PostgreSQL counts them, never reused."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        """The type's name."""
        return "xid8"


ischema_names["xid8"] = XID8  # so that migrations can compare; SQLAlchemy has no type for it


def _amount(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Numeric(30, 12), nullable=nullable))


def _sum(digits: int = 38, places: int = 12) -> Any:
    return Field(default=0, sa_column=Column(Numeric(digits, places), nullable=False, server_default="0"))


def _count() -> Any:
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


def _word(*, key: bool = False) -> Any:
    return Field(sa_column=Column(Text, nullable=False, primary_key=key))


class ModelPriceRow(SQLModel, table=True):
    """One version of a model's price per 1,000,000 tokens. Append-only: a wrong one is corrected by another row."""

    __tablename__: ClassVar[Any] = "model_prices"
    __table_args__ = (
        CheckConstraint(
            "input >= 0 AND output >= 0 AND cached_input >= 0 AND cache_write >= 0 AND reasoning >= 0", name="prices"
        ),
        Index("uq_model_prices_model_valid_from", "model", "valid_from", unique=True,
              postgresql_where=text("corrects IS NULL")),
        UniqueConstraint("corrects"),
    )  # fmt: skip

    id: int = identity_key()
    model: str = _word()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    valid_from: datetime = timestamp()
    input: Decimal = _amount()
    output: Decimal = _amount()
    cached_input: Decimal | None = _amount(nullable=True)
    cache_write: Decimal | None = _amount(nullable=True)
    reasoning: Decimal | None = _amount(nullable=True)
    corrects: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("model_prices.id")))
    actor: str = _word()
    reason: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = timestamp()


class CostRow(SQLModel, table=True):
    """One call or vendor's unit, once by (source, request id). Append-only.

    A correction is two rows under an id of its own: one with `sign` -1 that takes back what `corrects` names, figure by
    figure, and one with +1 that says how it was. `at` is billing time of the call (of the corrected one, too),
    `recorded_at` the real time of writing, `written_in` its transaction, by which the sums know what is new.
    """

    __tablename__: ClassVar[Any] = "cost_log"
    __table_args__ = (
        CheckConstraint("kind IN ('llm', 'vendor')", name="kind"),
        CheckConstraint("sign IN (-1, 1) AND (sign = 1 OR corrects IS NOT NULL)", name="sign"),
        CheckConstraint("(cost IS NULL) = (currency IS NULL) AND cost >= 0", name="cost"),
        CheckConstraint("cost IS NULL OR (kind = 'llm') = (price_id IS NOT NULL)", name="price"),
        CheckConstraint("entry_id IS NULL OR customer_id IS NOT NULL", name="entry"),
        CheckConstraint(
            "input >= 0 AND output >= 0 AND cached_input >= 0 AND cache_write >= 0 AND reasoning >= 0 AND units >= 0",
            name="counts",
        ),
        UniqueConstraint("source", "request_id", "sign"),
        Index("uq_cost_log_reversed", "corrects", unique=True, postgresql_where=text("sign = -1")),
        Index(None, "written_in"),
        Index("ix_cost_log_customer_id_at", "customer_id", "at", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_cost_log_unknown", "model", "id", postgresql_where=text("cost IS NULL")),
        Index("ix_cost_log_at", "at", postgresql_using="brin"),
    )

    id: int = identity_key()
    source: str = _word()
    request_id: str = _word()
    sign: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False))
    kind: str = _word()
    model: str = _word()
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    entry_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    plan: str = _word()
    feature: str = _word()
    input: int = _count()
    output: int = _count()
    cached_input: int = _count()
    cache_write: int = _count()
    reasoning: int = _count()
    units: Decimal = _sum(24, 6)
    price_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    currency: str | None = Field(default=None, sa_column=Column(String(3)))
    cost: Decimal | None = _amount(nullable=True)
    at: datetime = timestamp()
    recorded_at: datetime = timestamp()
    corrects: int | None = Field(default=None, sa_column=Column(BigInteger))
    details: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    written_in: str = Field(
        default=None, sa_column=Column(XID8, nullable=False, server_default=text("pg_current_xact_id()"))
    )


class UnpricedModel(SQLModel, table=True):
    """A model that was called without a price: what needs attention until somebody sets one and settles the calls."""

    __tablename__: ClassVar[Any] = "unpriced_models"

    model: str = _word(key=True)
    since: datetime = timestamp()
    source: str = _word()
    request_id: str = _word()
    settled_at: datetime | None = timestamp(nullable=True)


class CostSum(SQLModel, table=True):
    """Sums by day (UTC) x plan x feature x model x purchase kind x item x currency.

    `item` is what was bought, as `plan:pro`. "" stands for no plan, no feature, no item, and the currency of a cost
    that is not known; `unknown` counts such calls.
    """

    __tablename__: ClassVar[Any] = "cost_sums"

    day: date = Field(sa_column=Column(Date, primary_key=True))
    kind: str = _word(key=True)
    plan: str = _word(key=True)
    feature: str = _word(key=True)
    model: str = _word(key=True)
    purchase: str = _word(key=True)
    item: str = _word(key=True)
    currency: str = _word(key=True)
    calls: int = _count()
    unknown: int = _count()
    input: int = _count()
    output: int = _count()
    cached_input: int = _count()
    cache_write: int = _count()
    reasoning: int = _count()
    units: Decimal = _sum(38, 6)
    cost: Decimal = _sum()


class CustomerCostSum(SQLModel, table=True):
    """Sums by customer x day (UTC) x currency; customer 0 is whoever the host did not name."""

    __tablename__: ClassVar[Any] = "cost_sums_customer"
    __table_args__ = (Index("ix_cost_sums_customer_day", "day", "currency"),)

    customer_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    currency: str = _word(key=True)
    calls: int = _count()
    unknown: int = _count()
    cost: Decimal = _sum()


class CustomerMonthSum(SQLModel, table=True):
    """The same by month (its first day), so that a year of all customers is a few rows each."""

    __tablename__: ClassVar[Any] = "cost_sums_customer_month"
    __table_args__ = (Index("ix_cost_sums_customer_month_month", "month", "currency"),)

    customer_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    month: date = Field(sa_column=Column(Date, primary_key=True))
    currency: str = _word(key=True)
    calls: int = _count()
    unknown: int = _count()
    cost: Decimal = _sum()


class RollupMark(SQLModel, table=True):
    """How far the sums have come: rows with an id up to `floor_id`, and all that were written before `upto`.

    `cluster` is the server's own number: after a restore elsewhere transactions count anew, so everything restored goes
    by id, and `rebuild` is set.
    """

    __tablename__: ClassVar[Any] = "cost_rollup_mark"
    __table_args__ = (CheckConstraint("id = 1", name="singleton"),)

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    upto: str = Field(sa_column=Column(XID8, nullable=False))
    floor_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    cluster: str = _word()
    rebuild: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    rolled_at: datetime | None = timestamp(nullable=True)
