"""What sales came to cost as payments were given back, what disputes moved and when, and uses by time.

After 0034: they are applied in the order 0032, 0034, 0033, 0035, 0036.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0033"
down_revision = "0034"
branch_labels = None
depends_on = None

SUMS = (
    "revenue_sums", "revenue_sums_customer", "revenue_sums_customer_month", "revenue_lots", "revenue_accounts",
    "revenue_sales", "revenue_invoices",
)  # fmt: skip
# The bank had the money from the day on which a dispute was opened; what it decided counts from when it was heard of.
FILL_MOVES = """
    UPDATE disputes SET moves = jsonb_build_array(jsonb_build_array(
            to_char(opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), amount_minor, 0))
        || CASE WHEN outcome IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_array(
            to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
            CASE outcome WHEN 'won' THEN -amount_minor ELSE 0 END,
            CASE outcome WHEN 'lost' THEN amount_minor ELSE 0 END)) END
    WHERE status NOT LIKE 'warning%' AND status <> 'prevented'"""


def upgrade() -> None:
    op.add_column("disputes", sa.Column("moves", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.execute(FILL_MOVES)
    op.add_column("revenue_sales", sa.Column("prices", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.drop_column("revenue_sales", "ended_on")
    op.add_column("revenue_invoices", sa.Column("given_back", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_quota_uses_used_at", "quota_uses", ["used_at"], postgresql_using="brin")
    _forget()


def downgrade() -> None:
    op.drop_index("ix_quota_uses_used_at", table_name="quota_uses")
    op.drop_column("revenue_invoices", "given_back")
    op.add_column("revenue_sales", sa.Column("ended_on", sa.Date(), nullable=True))
    op.drop_column("revenue_sales", "prices")
    op.drop_column("disputes", "moves")
    _forget()


def _forget() -> None:
    """Months after a refund were summed by another rule: the worker sums all of it anew, in its next minute."""
    for table in SUMS:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the list above
