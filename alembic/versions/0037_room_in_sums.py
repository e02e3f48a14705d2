"""Room on the pages of sums: a row that is added to again and again stays where it is, and its table as small as it was.

Without it each run of the roll-up writes the rows it touches to new pages, and reading a year reads all the old ones.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLES = (
    "cost_sums", "cost_sums_customer", "cost_sums_customer_month", "revenue_sums", "revenue_sums_customer",
    "revenue_sums_customer_month", "revenue_payment_sums",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
