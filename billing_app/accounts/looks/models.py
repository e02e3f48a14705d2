"""Who of the staff looked on as which customer, and for how long."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, timestamp


class CustomerLook(SQLModel, table=True):
    """A session of a member of staff sees the customer's pages from `begun_at` to `ends_at`, or until it is ended.

    Times are wall time. `ended_at` is set for each in the end, so that its end is in the audit log too.
    """

    __tablename__: ClassVar[Any] = "customer_looks"
    __table_args__ = (
        CheckConstraint("ends_at > begun_at", name="times"),
        Index(
            "uq_customer_looks_session_id_open", "session_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index(None, "customer_id"),
    )

    id: int | None = identity_key()
    # No key to the session: ended sessions are deleted some day, and this row is to stay.
    session_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    user_id: int = Field(sa_column=Column(BigInteger, ForeignKey("users.id"), nullable=False))
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    begun_at: datetime = timestamp()
    ends_at: datetime = timestamp()
    ended_at: datetime | None = timestamp(nullable=True)
