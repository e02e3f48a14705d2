"""What was used of each feature in each window, every single use, and what an admin granted beside the plan."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, text
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp
from billing_app.entitlements.models import COUNTED


class UsageWindow(SQLModel, table=True):
    """What a customer used of a feature in one window. Made at the first use (row C3); keeps its ends for good.

    Amounts are counts: units, or the finer ones of `counts_per_unit` (seconds of minutes).
    `quota` and `plan_code` are the plan's as of the last use (None: unlimited; no plan); `over` is what a soft cap let
    through beyond the limit; `carried` came over from the window before, on the plan `carried_on`. `resets` counts how
    often an admin set it back to nothing.
    """

    __tablename__: ClassVar[Any] = "quota_usage"
    __table_args__ = (
        CheckConstraint("kind IN ('day', 'week', 'month')", name="kind"),
        CheckConstraint("window_end > window_start", name="window"),
        CheckConstraint("used >= 0 AND over >= 0 AND over <= used", name="used"),
        CheckConstraint("quota >= 0 AND carried >= 0", name="quota"),
        Index("uq_quota_usage_window", "customer_id", "feature", "kind", "window_start", unique=True),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    feature: str = Field(sa_column=Column(String, nullable=False))
    kind: str = Field(sa_column=Column(String, nullable=False))
    window_start: datetime = timestamp()
    window_end: datetime = timestamp()
    used: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    over: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    quota: int | None = Field(default=None, sa_column=Column(BigInteger))
    plan_code: str | None = Field(default=None, sa_column=Column(String))
    carried: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    carried_on: str | None = Field(default=None, sa_column=Column(String))
    resets: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    updated_at: datetime = timestamp()


class QuotaUse(SQLModel, table=True):
    """One use. Its key and its business reference are bound to it, unless it was given back.

    History: the database lets nothing of it change but `given_back_at`, once.
    """

    __tablename__: ClassVar[Any] = "quota_uses"
    __table_args__ = (
        CheckConstraint("units > 0 AND over BETWEEN 0 AND units", name="units"),
        Index("uq_quota_uses_key", "customer_id", "key", unique=True, postgresql_where=text(COUNTED)),
        Index(
            "uq_quota_uses_reference",
            "customer_id",
            "feature",
            "reference",
            unique=True,
            postgresql_where=text(COUNTED),
        ),
        Index(None, "usage_id"),
        Index(None, "used_at", postgresql_using="brin"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    feature: str = Field(sa_column=Column(String, nullable=False))
    usage_id: int = Field(sa_column=Column(BigInteger, ForeignKey("quota_usage.id"), nullable=False))
    units: int = Field(sa_column=Column(BigInteger, nullable=False))
    over: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    resets: int = Field(sa_column=Column(Integer, nullable=False))
    key: str = Field(sa_column=Column(String, nullable=False))
    fingerprint: str = Field(sa_column=Column(String, nullable=False))
    reference: str | None = Field(default=None, sa_column=Column(String))
    remaining: int | None = Field(default=None, sa_column=Column(BigInteger))
    actor: str = Field(sa_column=Column(String, nullable=False))
    used_at: datetime = timestamp()
    given_back_at: datetime | None = timestamp(nullable=True)


class FeatureGrant(SQLModel, table=True):
    """A feature or a higher quota that an admin gave one customer beside the plan. `quota` in counts; None: unlimited.

    The limit is the best of plan and grants at the time of use.
    """

    __tablename__: ClassVar[Any] = "feature_grants"
    __table_args__ = (CheckConstraint("quota > 0", name="quota"), Index(None, "customer_id", "feature"))

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    feature: str = Field(sa_column=Column(String, nullable=False))
    quota: int | None = Field(default=None, sa_column=Column(BigInteger))
    reason: str = Field(sa_column=Column(String, nullable=False))
    granted_by: str = Field(sa_column=Column(String, nullable=False))
    granted_at: datetime = timestamp()
    ends_at: datetime | None = timestamp(nullable=True)
    revoked_at: datetime | None = timestamp(nullable=True)
