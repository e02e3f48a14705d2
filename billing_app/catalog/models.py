"""Tables of the catalogue: its versions, and the items that can be held or bought."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, json_column, timestamp


class CatalogVersion(SQLModel, table=True):
    """One catalogue as it was applied. Append-only; the highest number is in force."""

    __tablename__: ClassVar[Any] = "catalog_versions"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    content_hash: str = Field(sa_column=Column(String(64), nullable=False))
    source: str = Field(sa_column=Column(Text, nullable=False))
    source_name: str = Field(sa_column=Column(String, nullable=False))
    applied_by: str = Field(sa_column=Column(String, nullable=False))
    applied_at: datetime = timestamp()
    changes: list[str] = Field(sa_column=Column(JSONB, nullable=False))


class CatalogItem(SQLModel, table=True):
    """A pack, an unlock, a price of a plan, or a plan without one. Terms never change; it is retired, not deleted."""

    __tablename__: ClassVar[Any] = "catalog_items"
    __table_args__ = (
        CheckConstraint("kind IN ('plan', 'pack', 'unlock')", name="kind"),
        CheckConstraint("period IN ('month', 'year') AND kind = 'plan' OR period IS NULL", name="period"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "(amount_minor IS NULL) = (currency IS NULL) AND (amount_minor IS NOT NULL OR kind = 'plan')", name="priced"
        ),
        CheckConstraint("credits >= 0 AND (kind <> 'pack' OR credits > 0)", name="credits"),
        CheckConstraint("(kind = 'unlock') = (feature IS NOT NULL) AND uses > 0", name="unlock"),
        Index(
            "uq_catalog_items_on_sale",
            "kind",
            "code",
            text("coalesce(period, '')"),
            unique=True,
            postgresql_where=text("retired_in IS NULL"),
        ),
    )

    id: int = identity_key()
    kind: str = Field(sa_column=Column(String, nullable=False))
    code: str = Field(sa_column=Column(String, nullable=False))
    period: str | None = Field(default=None, sa_column=Column(String))
    amount_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    currency: str | None = Field(default=None, sa_column=Column(String(3)))
    tax_behavior: str = Field(sa_column=Column(String, nullable=False))
    credits: int = Field(sa_column=Column(BigInteger, nullable=False))
    valid_days: int | None = Field(default=None, sa_column=Column(Integer))
    feature: str | None = Field(default=None, sa_column=Column(String))
    uses: int | None = Field(default=None, sa_column=Column(BigInteger))
    name: str = Field(sa_column=Column(String, nullable=False))
    description: str = Field(sa_column=Column(String, nullable=False))
    sort: int = Field(sa_column=Column(Integer, nullable=False))
    definition: dict[str, Any] = json_column()
    stripe_price_id: str | None = Field(default=None, sa_column=Column(String, unique=True))
    introduced_in: int = Field(sa_column=Column(BigInteger, ForeignKey("catalog_versions.number"), nullable=False))
    retired_in: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("catalog_versions.number")))
