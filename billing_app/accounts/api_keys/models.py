"""API keys: what is kept of them is enough to know one again, and nothing to use it with."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, LargeBinary, String, UniqueConstraint
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
