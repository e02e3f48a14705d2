"""What staff write down about customers."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp


class CustomerNote(SQLModel, table=True):
    """A note of a member of staff. Append-only; `at` is wall time."""

    __tablename__: ClassVar[Any] = "customer_notes"
    __table_args__ = (
        CheckConstraint("char_length(body) BETWEEN 1 AND 4000", name="body"),
        Index(None, "customer_id", "id"),
    )

    id: int = identity_key()
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    by_user_id: int = Field(sa_column=Column(BigInteger, ForeignKey("users.id"), nullable=False))
    at: datetime = timestamp()
    body: str = Field(sa_column=Column(String, nullable=False))
