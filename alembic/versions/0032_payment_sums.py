"""Sums of payments by day and item, with fees told or modelled."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEYS = ("day", "currency", "item_kind", "code", "name")
COUNTS = ("captured_minor", "fees_minor", "modelled_minor", "payments", "modelled", "unknown")


def upgrade() -> None:
    op.add_column("revenue_payments", sa.Column("modelled_minor", sa.BigInteger(), nullable=True))
    op.create_table(
        "revenue_payment_sums",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(one, sa.Text(), nullable=False) for one in KEYS[1:]),
        *(sa.Column(one, sa.BigInteger(), server_default="0", nullable=False) for one in COUNTS),
        sa.PrimaryKeyConstraint(*KEYS, name="pk_revenue_payment_sums"),
    )
    op.execute("DELETE FROM revenue_payments")  # taken in again, with the sums


def downgrade() -> None:
    op.drop_table("revenue_payment_sums")
    op.drop_column("revenue_payments", "modelled_minor")
