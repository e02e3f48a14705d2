"""Attempts to apply each event, with the entries they wrote; comparisons with Stripe."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        _moment("at"),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("effects", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("entries", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["webhook_events.id"], name="fk_webhook_attempts_event_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempts"),
    )
    op.create_index("ix_webhook_attempts_event_id_id", "webhook_attempts", ["event_id", "id"])
    op.create_index("ix_webhook_attempts_at", "webhook_attempts", ["at"])
    op.create_index(
        "ix_webhook_attempts_entries",
        "webhook_attempts",
        ["entries"],
        postgresql_using="gin",
        postgresql_ops={"entries": "jsonb_path_ops"},
    )
    op.create_table(
        "reconcile_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _moment("since"),
        _moment("until"),
        _moment("began_at"),
        _moment("moved_at"),
        _moment("ended_at", nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'stopped', 'in_sync', 'warning', 'mismatch')", name="ck_reconcile_runs_state"
        ),
        sa.CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ck_reconcile_runs_ended"),
        sa.PrimaryKeyConstraint("id", name="pk_reconcile_runs"),
    )
    op.create_index(
        "uq_reconcile_runs_under_way",
        "reconcile_runs",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "reconcile_findings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('mended', 'waits', 'differs')", name="ck_reconcile_findings_state"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reconcile_runs.id"], name="fk_reconcile_findings_run_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_reconcile_findings_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reconcile_findings"),
    )
    op.create_index("ix_reconcile_findings_run_id_id", "reconcile_findings", ["run_id", "id"])
    op.create_table(
        "reconcile_totals",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("stripe_minor", sa.BigInteger(), nullable=False),
        sa.Column("ours_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("figure IN ('payments', 'refunds', 'disputes', 'fees')", name="ck_reconcile_totals_figure"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reconcile_runs.id"], name="fk_reconcile_totals_run_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "day", "currency", "figure", name="pk_reconcile_totals"),
    )


def downgrade() -> None:
    for table in ("reconcile_totals", "reconcile_findings", "reconcile_runs", "webhook_attempts"):
        op.drop_table(table)
