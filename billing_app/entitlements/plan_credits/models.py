"""Which windows subscriptions were granted credits for, and which time was credited back: what lots do not tell."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint, text
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp


def _whole(*, default: bool = False) -> Any:
    column = Column(BigInteger, nullable=False, server_default="0" if default else None)
    return Field(default=0, sa_column=column) if default else Field(sa_column=column)


class PlanWindow(SQLModel, table=True):
    """Credits of a subscription for one stretch of time, paid by one line of an invoice. `source` is its lot's.

    Of `credits`, `deducted` never became a lot's (spent before, out of a window that was then credited), and
    `returned` were taken back since, because their time was credited in money. With all of them gone there is no lot.
    `paid_until` is the end of the period that the line pays: the last window of it is followed by a renewal.
    `net_minor` is this window's share of the line, without tax and after discounts. `stood_still_s`: so long a dispute
    kept its lot from being used, which then lasts that much longer.
    """

    __tablename__: ClassVar[Any] = "plan_windows"
    __table_args__ = (
        UniqueConstraint("customer_id", "source"),
        CheckConstraint("ends_at > starts_at AND paid_until >= ends_at", name="times"),
        CheckConstraint("deducted BETWEEN 0 AND credits AND returned BETWEEN 0 AND credits", name="credits"),
        CheckConstraint("net_minor >= 0", name="net"),
        CheckConstraint("stood_still_s >= 0", name="stood_still"),
        Index(None, "customer_id", "subscription_id", "starts_at"),
        Index(None, "subscription_id"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    subscription_id: int = Field(sa_column=Column(BigInteger, ForeignKey("subscriptions.id"), nullable=False))
    source: str = Field(sa_column=Column(String, nullable=False))
    invoice_id: str = Field(sa_column=Column(String, nullable=False))
    line_id: str = Field(sa_column=Column(String, nullable=False))
    item_id: int = Field(sa_column=Column(BigInteger, ForeignKey("catalog_items.id"), nullable=False))
    upgrade: bool = Field(sa_column=Column(Boolean, nullable=False))
    starts_at: datetime = timestamp()
    ends_at: datetime = timestamp()
    paid_until: datetime = timestamp()
    credits: int = _whole()
    deducted: int = _whole(default=True)
    returned: int = _whole(default=True)
    stood_still_s: int = _whole(default=True)
    net_minor: int = _whole()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    created_at: datetime = timestamp()


class PlanReturn(SQLModel, table=True):
    """Time of a subscription that an invoice credited: so that an invoice that is learnt of late grants less.

    Attributes:
        late_monthly: of a window of this time that is granted later, so many credits a month are left out; NULL: all.
        overspent: credits of that time that were spent already: not granted of the next lots; `recovered`: done so far.
    """

    __tablename__: ClassVar[Any] = "plan_returns"
    __table_args__ = (
        UniqueConstraint("customer_id", "line_id"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("late_monthly >= 0 AND recovered BETWEEN 0 AND overspent", name="credits"),
        Index("ix_plan_returns_owed", "customer_id", postgresql_where=text("recovered < overspent")),
        Index(None, "subscription_id"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    subscription_id: int = Field(sa_column=Column(BigInteger, ForeignKey("subscriptions.id"), nullable=False))
    line_id: str = Field(sa_column=Column(String, nullable=False))
    late_monthly: int | None = Field(default=None, sa_column=Column(BigInteger))
    overspent: int = _whole(default=True)
    recovered: int = _whole(default=True)
    starts_at: datetime = timestamp()
    ends_at: datetime = timestamp()
    created_at: datetime = timestamp()
