"""Unlocks a customer bought, and each use that was taken of one."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint, text
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp

COUNTED = "given_back_at IS NULL"


class Unlock(SQLModel, table=True):
    """The right to use one feature: without limit, or a number of times. Never grows; a further purchase is a new row.

    `source` says where it comes from (`checkout:cs_...`) and makes it once. A share of 1 refunded revokes it.
    """

    __tablename__: ClassVar[Any] = "unlocks"
    __table_args__ = (
        UniqueConstraint("source"),
        CheckConstraint("uses_granted > 0", name="uses_granted"),
        CheckConstraint("uses_taken >= 0 AND (uses_granted IS NULL OR uses_taken <= uses_granted)", name="uses_taken"),
        CheckConstraint("paid_minor >= 0", name="paid"),
        Index(None, "customer_id", "feature"),
        Index(None, "payment_reference"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    code: str = Field(sa_column=Column(String, nullable=False))
    feature: str = Field(sa_column=Column(String, nullable=False))
    uses_granted: int | None = Field(default=None, sa_column=Column(BigInteger))
    uses_taken: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    source: str = Field(sa_column=Column(String, nullable=False))
    payment_reference: str | None = Field(default=None, sa_column=Column(String))
    paid_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    currency: str | None = Field(default=None, sa_column=Column(String(3)))
    granted_at: datetime = timestamp()
    revoked_at: datetime | None = timestamp(nullable=True)
    revoked_because: str | None = Field(default=None, sa_column=Column(String))


class UnlockUse(SQLModel, table=True):
    """A use taken of an unlock. The key makes a repeated request harmless, for ever, unless the use was given back.

    History: the database lets nothing of it change but `given_back_at`, once.
    """

    __tablename__: ClassVar[Any] = "unlock_uses"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        Index("uq_unlock_uses_key", "customer_id", "key", unique=True, postgresql_where=text(COUNTED)),
        Index(
            "uq_unlock_uses_reference",
            "customer_id",
            "feature",
            "reference",
            unique=True,
            postgresql_where=text(COUNTED),
        ),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    feature: str = Field(sa_column=Column(String, nullable=False))
    units: int = Field(sa_column=Column(BigInteger, nullable=False))
    key: str = Field(sa_column=Column(String, nullable=False))
    fingerprint: str = Field(sa_column=Column(String, nullable=False))
    reference: str | None = Field(default=None, sa_column=Column(String))
    remaining: int | None = Field(default=None, sa_column=Column(BigInteger))
    used_at: datetime = timestamp()
    given_back_at: datetime | None = timestamp(nullable=True)


class UnlockUsePart(SQLModel, table=True):
    """Which unlocks paid for a use, oldest first: a use of several units may take from several."""

    __tablename__: ClassVar[Any] = "unlock_use_parts"
    __table_args__ = (CheckConstraint("units > 0", name="units"), Index(None, "unlock_id"))

    use_id: int = Field(sa_column=Column(BigInteger, ForeignKey("unlock_uses.id"), primary_key=True))
    unlock_id: int = Field(sa_column=Column(BigInteger, ForeignKey("unlocks.id"), primary_key=True))
    customer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    units: int = Field(sa_column=Column(BigInteger, nullable=False))
