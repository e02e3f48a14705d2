"""One-time links and used JWTs: what lies here signs nobody in."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, timestamp


class HandOverRow(SQLModel, table=True):
    """A link that was given out, or a JWT that was used. Holds the SHA-256 of the link's token or of the JWT's id.

    `goes_to` is a path of ours; `return_to` the host's address, shown as the way back.
    """

    __tablename__: ClassVar[Any] = "hand_overs"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    )

    id: int | None = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False, index=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    api_key_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("api_keys.id")))
    goes_to: str
    return_to: str | None = None
    created_at: datetime = timestamp()
    expires_at: datetime = timestamp(index=True)
    used_at: datetime | None = timestamp(nullable=True)
