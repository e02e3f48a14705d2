"""What happened, written once: the audit log, the funnel, and the mails that were to be sent."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, json_column, timestamp


class AuditEntry(SQLModel, table=True):
    """Who did what to what, and why. Append-only. People are named by id, so that erasing them leaves it whole."""

    __tablename__: ClassVar[Any] = "audit_log"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('anonymous', 'system', 'user', 'api_key', 'stripe', 'cli')", name="actor_kind"),
        CheckConstraint("(actor_kind IN ('user', 'api_key')) = (actor_id IS NOT NULL)", name="actor_id"),
        Index(None, "object", "id"),
        Index(None, "actor_kind", "actor_id", "id"),
        Index(None, "at"),
        Index(None, "action", "id"),
    )

    id: int | None = identity_key()
    at: datetime = timestamp()
    actor_kind: str
    actor_id: str | None = None
    action: str
    object: str
    before: dict[str, Any] | None = json_column(nullable=True)
    after: dict[str, Any] | None = json_column(nullable=True)
    reason: str | None = None
    ip: str | None = None


class FunnelEvent(SQLModel, table=True):
    """A step on the way from looking to buying. Append-only."""

    __tablename__: ClassVar[Any] = "funnel_events"
    __table_args__ = (
        CheckConstraint("visitor IS NOT NULL OR customer_id IS NOT NULL", name="someone"),
        Index(None, "name", "at"),
        Index(None, "customer_id", "at", postgresql_where=text("customer_id IS NOT NULL")),
    )

    id: int | None = identity_key()
    at: datetime = timestamp()
    visitor: str | None = None
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    name: str
    data: dict[str, Any] = json_column()


class OutboxMail(SQLModel, table=True):
    """The fact that a mail is owed, and what it is about. Append-only; `data` holds ids and figures, never a secret."""

    __tablename__: ClassVar[Any] = "outbox"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    id: int | None = identity_key()
    kind: str
    reference: str
    data: dict[str, Any] = json_column()
    created_at: datetime = timestamp()


class MailDelivery(SQLModel, table=True):
    """Where an owed mail goes and how far it has come: what may change, and what erasing a person clears.

    `customer_id`: whom it is written to; empty for mails to the seller and to strangers.
    """

    __tablename__: ClassVar[Any] = "outbox_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'kept', 'moot', 'refused')", name="state"),
        CheckConstraint("(state = 'sending') = (claimed_until IS NOT NULL)", name="claim"),
        Index(None, "recipient", "outbox_id"),
        Index(None, "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_outbox_deliveries_owed", "outbox_id", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    outbox_id: int = Field(sa_column=Column(BigInteger, ForeignKey("outbox.id"), primary_key=True, autoincrement=False))
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("customers.id")))
    recipient: str
    state: str
    attempts: int
    claimed_until: datetime | None = timestamp(nullable=True)
    sent_at: datetime | None = timestamp(nullable=True)
    last_error: str | None = None
