"""API keys: what is kept of them is enough to know one again, and nothing to use it with; and requests made once."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, timestamp


class ApiKey(SQLModel, table=True):
    """One key. Holds an HMAC of it under our secret: who reads this table, or a backup, cannot speak with it.

    `ends_at` is when it stops: for a key that was replaced, the end of the overlap. `revoked_at`: stopped at once.
    """

    __tablename__: ClassVar[Any] = "api_keys"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint("scope IN ('server', 'read_only', 'admin')", name="scope"),
    )

    id: int | None = identity_key()
    name: str = Field(sa_column=Column(String, nullable=False))
    scope: str = Field(sa_column=Column(String, nullable=False))
    shown: str = Field(sa_column=Column(String, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = timestamp()
    created_by: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("users.id")))
    replaces: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("api_keys.id")))
    last_used_at: datetime | None = timestamp(nullable=True)
    ends_at: datetime | None = timestamp(nullable=True)
    revoked_at: datetime | None = timestamp(nullable=True)


class ApiRequest(SQLModel, table=True):
    """A request that takes several steps with Stripe, by the name its sender gave it; and, once done, its answer.

    Kept for a day, so that a retry is told the same. `begun_at` and `done_at` are wall time.
    """

    __tablename__: ClassVar[Any] = "api_requests"
    __table_args__ = (
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
        CheckConstraint("(done_at IS NULL) = (status IS NULL) AND (done_at IS NULL) = (body IS NULL)", name="done"),
        Index(None, "begun_at"),
    )

    key: str = Field(sa_column=Column(String, primary_key=True))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    begun_at: datetime = timestamp()
    done_at: datetime | None = timestamp(nullable=True)
    status: int | None = Field(default=None, sa_column=Column(SmallInteger))
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
