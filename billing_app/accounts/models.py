"""Customers, who own credits and pay; users, who sign in; and the sessions they are signed in by."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, timestamp


class Customer(SQLModel, table=True):
    """Who owns credits and purchases. `external_id` is what a host product calls it.

    `erased_at` (wall time): nobody since then; only the books are left (billing_app/persons).
    """

    __tablename__: ClassVar[Any] = "customers"
    __table_args__ = (
        UniqueConstraint("external_id"),
        Index(None, "erased_at", postgresql_where=text("erased_at IS NOT NULL")),
    )

    id: int | None = identity_key()
    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    created_at: datetime = timestamp()
    erased_at: datetime | None = timestamp(nullable=True)


class User(SQLModel, table=True):
    """Who signs in. Several may belong to one customer; pure staff belongs to none."""

    __tablename__: ClassVar[Any] = "users"
    __table_args__ = (
        UniqueConstraint("email_normalised"),
        CheckConstraint("role IN ('customer', 'viewer', 'support', 'admin')", name="role"),
        CheckConstraint("role <> 'customer' OR customer_id IS NOT NULL", name="customer"),
        Index(None, "customer_id"),
    )

    id: int | None = identity_key()
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("customers.id")))
    name: str
    email: str
    email_normalised: str
    password_hash: str
    role: str
    demo: bool
    created_at: datetime = timestamp()
    verified_at: datetime | None = timestamp(nullable=True)
    disabled_at: datetime | None = timestamp(nullable=True)


class SignInSession(SQLModel, table=True):
    """One browser signed in. Holds only the SHA-256 of its token: who reads this table cannot sign in with it.

    `handed_over`: by a host product, which is at `return_to`; such a session ends at its time, however it is used.
    """

    __tablename__: ClassVar[Any] = "sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        Index(None, "user_id"),
        Index(None, "expires_at"),
    )

    id: int | None = identity_key()
    user_id: int = Field(sa_column=Column(BigInteger, ForeignKey("users.id"), nullable=False))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = timestamp()
    last_seen_at: datetime = timestamp()
    expires_at: datetime = timestamp()
    revoked_at: datetime | None = timestamp(nullable=True)
    ip: str | None = None
    agent: str | None = None
    handed_over: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    return_to: str | None = None
