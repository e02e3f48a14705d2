"""Self-audits that were made, so that the page and the nightly job speak of the same."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, timestamp


class SelfAuditRow(SQLModel, table=True):
    """One self-audit. `checks` is what `report.Check` says; no customer is named in it but by number."""

    __tablename__: ClassVar[Any] = "self_audits"
    __table_args__ = (CheckConstraint("state IN ('ok', 'warn', 'bad')", name="state"),)

    id: int | None = identity_key()
    at: datetime = timestamp(index=True)
    by: str
    state: str
    took_ms: int
    checks: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
