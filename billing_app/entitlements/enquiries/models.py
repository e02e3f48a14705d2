"""What people asked by the contact form, mostly about plans by contract."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp


class Enquiry(SQLModel, table=True):
    """One message. `customer_id` is set when its sender was signed in; `plan_code` is empty for any other subject.

    `done_at` (wall time) and `done_by`: when and by whom of the staff it was set aside.
    `fingerprint` makes the same words of the same person on the same day one enquiry: a form is often sent twice.
    """

    __tablename__: ClassVar[Any] = "enquiries"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("fingerprint"),
        CheckConstraint("char_length(message) BETWEEN 1 AND 1500", name="message"),
        Index(None, "customer_id"),
    )

    id: int = identity_key()
    number: str = Field(sa_column=Column(String, nullable=False))
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("customers.id")))
    plan_code: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    name: str = Field(sa_column=Column(String, nullable=False))
    email: str = Field(sa_column=Column(String, nullable=False))
    company: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    message: str = Field(sa_column=Column(String, nullable=False))
    fingerprint: str = Field(sa_column=Column(String, nullable=False))
    created_at: datetime = timestamp()
    done_at: datetime | None = timestamp(nullable=True)
    done_by: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("users.id")))
