"""Comparisons with Stripe: the runs, what they found, and the totals of both sides."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, String, text
from sqlmodel import Field

from billing_app.db.model import SQLModel, identity_key, json_column, timestamp

RUN_STATES = ("running", "stopped", "in_sync", "warning", "mismatch")
FINDING_STATES = ("mended", "waits", "differs")
FIGURES = ("payments", "refunds", "disputes", "fees")


class ReconcileRun(SQLModel, table=True):
    """One comparison, from its first page to its verdict. `stopped`: it could not go on; the next run goes on.

    `began_at`, `moved_at` and `ended_at` are wall time; `since` and `until` billing time, which is Stripe's.

    Attributes:
        by: `job`, `cli` or `user:12`.
        step, cursor: where it is: what is compared, and from where on in Stripe's list.
        figures: what was looked at and mended, by name.
        error: why it stopped.
    """

    __tablename__: ClassVar[Any] = "reconcile_runs"
    __table_args__ = (
        CheckConstraint(f"state IN {RUN_STATES}", name="state"),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ended"),
        Index("uq_reconcile_runs_under_way", "state", unique=True, postgresql_where=text("state = 'running'")),
    )

    id: int = identity_key()
    state: str = Field(sa_column=Column(String, nullable=False))
    by: str = Field(sa_column=Column(String, nullable=False))
    since: datetime = timestamp()
    until: datetime = timestamp()
    began_at: datetime = timestamp()
    moved_at: datetime = timestamp()
    ended_at: datetime | None = timestamp(nullable=True)
    step: str = Field(sa_column=Column(String, nullable=False))
    cursor: str | None = Field(default=None, sa_column=Column(String))
    figures: dict[str, Any] = json_column()
    error: str | None = Field(default=None, sa_column=Column(String))


class ReconcileFinding(SQLModel, table=True):
    """Something that was not as Stripe says. `mended`, `waits` for a known reason, or `differs`: somebody must look."""

    __tablename__: ClassVar[Any] = "reconcile_findings"
    __table_args__ = (
        CheckConstraint(f"state IN {FINDING_STATES}", name="state"),
        Index(None, "run_id", "id"),
    )

    id: int = identity_key()
    run_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("reconcile_runs.id", ondelete="CASCADE"), nullable=False)
    )
    kind: str = Field(sa_column=Column(String, nullable=False))
    object_id: str = Field(sa_column=Column(String, nullable=False))
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("customers.id")))
    state: str = Field(sa_column=Column(String, nullable=False))
    said: str = Field(sa_column=Column(String, nullable=False))


class ReconcileTotal(SQLModel, table=True):
    """One figure of one day (UTC, Stripe's) in one currency, on both sides, in minor units."""

    __tablename__: ClassVar[Any] = "reconcile_totals"
    __table_args__ = (CheckConstraint(f"figure IN {FIGURES}", name="figure"),)

    run_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("reconcile_runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        )
    )
    day: date = Field(sa_column=Column(Date, primary_key=True))
    currency: str = Field(sa_column=Column(String(3), primary_key=True))
    figure: str = Field(sa_column=Column(String, primary_key=True))
    stripe_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    ours_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
