"""Costs by what was sold, and payments as revenue sees them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None

BEFORE = ("day", "kind", "plan", "feature", "model", "purchase", "currency")


def upgrade() -> None:
    op.add_column("cost_sums", sa.Column("item", sa.Text(), server_default="", nullable=False))
    op.alter_column("cost_sums", "item", server_default=None)
    op.drop_constraint("pk_cost_sums", "cost_sums", type_="primary")
    op.create_primary_key("pk_cost_sums", "cost_sums", [*BEFORE[:-1], "item", "currency"])
    op.execute("UPDATE cost_rollup_mark SET rebuild = true")
    op.create_table(
        "revenue_payments",
        sa.Column("payment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(one, sa.Text(), nullable=False) for one in ("currency", "item_kind", "code", "name")),
        sa.Column("captured_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("fee_currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name="pk_revenue_payments"),
    )
    op.create_index("ix_revenue_payments_day", "revenue_payments", ["day", "currency"])
    op.create_index("ix_revenue_payments_customer_id", "revenue_payments", ["customer_id"])
    # Lots that nobody paid for are of no currency, whatever the coupon was that made them free: summed anew.
    for table in ("revenue_sums", "revenue_sums_customer", "revenue_sums_customer_month", "revenue_lots"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608
    for table in ("revenue_accounts", "revenue_sales", "revenue_invoices"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608


def downgrade() -> None:
    op.drop_table("revenue_payments")
    op.execute("DELETE FROM cost_sums")
    op.drop_constraint("pk_cost_sums", "cost_sums", type_="primary")
    op.drop_column("cost_sums", "item")
    op.create_primary_key("pk_cost_sums", "cost_sums", list(BEFORE))
    op.execute("UPDATE cost_rollup_mark SET rebuild = true")
