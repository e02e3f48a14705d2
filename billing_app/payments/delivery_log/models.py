"""Every attempt to apply an event of the inbox: who made it, how it ended, and what it did to whose ledger."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, timestamp


class WebhookAttempt(SQLModel, table=True):
    """One attempt. `by`: `worker`, `reconcile`, `cli` or `user:12`; `state` is the event's afterwards; `at` wall time.

    `effects` in words; `entries` the ledger's, each `{"customer", "entry", "kind", "credits"}`. Both are empty where
    nothing changed.
    """

    __tablename__: ClassVar[Any] = "webhook_attempts"
    __table_args__ = (
        Index(None, "event_id", "id"),
        Index(None, "at"),
        Index(None, "entries", postgresql_using="gin", postgresql_ops={"entries": "jsonb_path_ops"}),
    )

    id: int = identity_key()
    event_id: str = Field(sa_column=Column(String, ForeignKey("webhook_events.id", ondelete="CASCADE"), nullable=False))
    at: datetime = timestamp()
    by: str = Field(sa_column=Column(String, nullable=False))
    state: str = Field(sa_column=Column(String, nullable=False))
    took_ms: int = Field(sa_column=Column(Integer, nullable=False))
    error: str | None = Field(default=None, sa_column=Column(String))
    effects: list[str] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    entries: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
