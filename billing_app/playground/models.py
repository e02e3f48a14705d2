"""What people write and make in the playground: drafts, practice sessions, question sets, their own library."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, timestamp

INTERVIEW_STATES = ("waiting", "begun", "ended", "left")
QUESTION_STATES = ("asked", "answered", "broken")


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


class ChatQuestion(SQLModel, table=True):
    """A question to the chat and its answer. `asked` while it is answered, then `answered`, or `broken` (row B4).

    Its id, chosen by who asks, is also the business reference of its credits: it never costs twice.
    """

    __tablename__: ClassVar[Any] = "chat_questions"
    __table_args__ = (
        CheckConstraint(f"state IN {QUESTION_STATES}", name="state"),
        CheckConstraint("char_length(question) BETWEEN 1 AND 2000", name="length"),
        CheckConstraint("charged >= 0 AND (charged > 0) = (entry_id IS NOT NULL)", name="charged"),
        Index(None, "customer_id", "created_at"),
        Index(None, "created_at", postgresql_where=text("state = 'asked'")),
    )

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    id: str = Field(sa_column=Column(String, primary_key=True))
    feature: str = Field(sa_column=Column(String, nullable=False))
    question: str = Field(sa_column=Column(String, nullable=False))
    extras: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    price: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(sa_column=Column(String, nullable=False))
    hold_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    parts: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    charged: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    entry_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    created_at: datetime = timestamp()
    ended_at: datetime | None = timestamp(nullable=True)


class QuestionSet(SQLModel, table=True):
    """Interview questions with answer outlines, made from a job text by one use of the generator (rows A2, A9).

    Written with that use in one transaction, and never changed: what was made can be read for ever.
    """

    __tablename__: ClassVar[Any] = "question_sets"
    __table_args__ = (
        CheckConstraint("char_length(job) <= 20000", name="job_length"),
        Index(None, "customer_id", "created_at"),
    )

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    id: str = Field(sa_column=Column(String, primary_key=True))
    feature: str = Field(sa_column=Column(String, nullable=False))
    title: str = Field(sa_column=Column(String, nullable=False))
    job: str = Field(sa_column=Column(String, nullable=False))
    questions: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = timestamp()


class LibraryPair(SQLModel, table=True):
    """A question and its answer in a customer's own library; `set_id` says which set it was saved from, if any."""

    __tablename__: ClassVar[Any] = "library_pairs"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "set_id"], ["question_sets.customer_id", "question_sets.id"]),
        CheckConstraint("char_length(question) BETWEEN 1 AND 500", name="question_length"),
        CheckConstraint("char_length(answer) <= 5000", name="answer_length"),
        Index(None, "customer_id", "created_at"),
    )

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    id: str = Field(sa_column=Column(String, primary_key=True))
    question: str = Field(sa_column=Column(String, nullable=False))
    answer: str = Field(sa_column=Column(String, nullable=False))
    set_id: str | None = Field(default=None, sa_column=Column(String))
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp()


class PracticeRun(SQLModel, table=True):
    """One use of a feature that the playground only counts: what came out of it, and how much it took.

    `units` are counts: 1 for a piece of text, seconds for a session of minutes.
    """

    __tablename__: ClassVar[Any] = "practice_runs"
    __table_args__ = (
        CheckConstraint("char_length(title) <= 200", name="title_length"),
        CheckConstraint("units >= 0", name="units"),
        Index(None, "customer_id", "feature", "created_at"),
    )

    customer_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    id: str = Field(sa_column=Column(String, primary_key=True))
    feature: str = Field(sa_column=Column(String, nullable=False))
    title: str = Field(sa_column=Column(String, nullable=False))
    lines: list[str] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    units: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = timestamp()
