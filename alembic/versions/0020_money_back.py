"""Refunds and disputes, and what payments really cost.

Of what was refunded before, `payments.refunded_minor` keeps the sum; its refunds are written when Stripe is next asked.
"""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import own_rows_only

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

REFUND_STATES = "'requested', 'requires_action', 'pending', 'succeeded', 'failed', 'canceled'"


def upgrade() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_refund_id", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("failure_reason", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("closed_windows", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="ck_refunds_amount"),
        sa.CheckConstraint(f"status IN ({REFUND_STATES})", name="ck_refunds_status"),
        sa.CheckConstraint("stripe_refund_id IS NOT NULL OR key IS NOT NULL", name="ck_refunds_named"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_refunds_customer_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_refunds_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.UniqueConstraint("stripe_refund_id", name="uq_refunds_stripe_refund_id"),
        sa.UniqueConstraint("key", name="uq_refunds_key"),
    )
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id"])
    op.create_index("ix_refunds_customer_id_id", "refunds", ["customer_id", "id"])
    op.create_index("ix_refunds_created_at", "refunds", ["created_at"])
    op.create_table(
        "disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_dispute_id", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_currency", sa.String(length=3), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("evidence_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name="ck_disputes_amounts"),
        sa.CheckConstraint("outcome IN ('won', 'lost', 'closed')", name="ck_disputes_outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="ck_disputes_closed"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_disputes_customer_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_disputes_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sa.UniqueConstraint("stripe_dispute_id", name="uq_disputes_stripe_dispute_id"),
    )
    op.create_index("ix_disputes_payment_id", "disputes", ["payment_id"])
    op.create_index("ix_disputes_customer_id_id", "disputes", ["customer_id", "id"])
    op.create_index("ix_disputes_opened_at", "disputes", ["opened_at"])
    own_rows_only("refunds")
    own_rows_only("disputes")
    op.add_column("payments", sa.Column("disputed_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payments", sa.Column("fee_minor", sa.BigInteger(), nullable=True))
    op.add_column("payments", sa.Column("fee_currency", sa.String(length=3), nullable=True))
    op.add_column("payments", sa.Column("settled_minor", sa.BigInteger(), nullable=True))
    op.add_column("payments", sa.Column("settled_currency", sa.String(length=3), nullable=True))
    op.add_column("payments", sa.Column("money_back_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint("ck_payments_disputed", "payments", "disputed_minor BETWEEN 0 AND captured_minor")
    op.create_index(
        "ix_payments_fee_unknown",
        "payments",
        ["id"],
        postgresql_where=sa.text("fee_minor IS NULL AND captured_minor > 0"),
    )


def downgrade() -> None:
    op.drop_index("ix_payments_fee_unknown", "payments")
    op.drop_constraint("ck_payments_disputed", "payments")
    for column in (
        "money_back_asked_at", "settled_currency", "settled_minor", "fee_currency", "fee_minor", "disputed_minor",
    ):  # fmt: skip
        op.drop_column("payments", column)
    op.drop_table("disputes")
    op.drop_table("refunds")
