"""What people write in the playground: drafts that survive the wall, and practice sessions."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, timestamp

INTERVIEW_STATES = ("waiting", "begun", "ended", "left")


class Draft(SQLModel, table=True):
    """Text that a customer had typed when a page sent them away (WL5): one per page."""

    __tablename__: ClassVar[Any] = "drafts"
    __table_args__ = (CheckConstraint("char_length(text) <= 20000", name="length"),)

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    page: str = Field(sa_column=Column(String, primary_key=True))
    text: str = Field(sa_column=Column(String, nullable=False))
    updated_at: datetime = timestamp()


class Interview(SQLModel, table=True):
    """A practice session. `waiting` until the first answer, then `begun`, then `ended`, and paid for once (row A10).

    `left` never began and cost nothing. The id is also the business reference of its credit: it never costs twice.
    """

    __tablename__: ClassVar[Any] = "interviews"
    __table_args__ = (
        CheckConstraint(f"state IN {INTERVIEW_STATES}", name="state"),
        CheckConstraint("cost > 0 AND charged BETWEEN 0 AND cost", name="credits"),
        Index(None, "customer_id", "created_at"),
    )

    id: str = Field(sa_column=Column(String, primary_key=True))
    customer_id: int = Field(sa_column=Column(BigInteger, ForeignKey("customers.id"), nullable=False))
    feature: str = Field(sa_column=Column(String, nullable=False))
    topic: str = Field(sa_column=Column(String, nullable=False))
    job: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    state: str = Field(sa_column=Column(String, nullable=False))
    hold_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    cost: int = Field(sa_column=Column(BigInteger, nullable=False))
    charged: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    turns: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    created_at: datetime = timestamp()
    begun_at: datetime | None = timestamp(nullable=True)
    ended_at: datetime | None = timestamp(nullable=True)
