"""Of a lot: what of the credits it lost was given back in money, and when it would have ended, if it was ended early."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

FILL_CREDITED = """
    UPDATE credit_lots l SET credited = v.credits FROM (
        SELECT a.customer_id, a.lot_id, sum(a.credits)::bigint AS credits
        FROM credit_entries e JOIN credit_allocations a ON a.customer_id = e.customer_id AND a.entry_id = e.id
        WHERE e.kind = 'void' AND e.note = 'Its time was credited.' GROUP BY 1, 2) v
    WHERE l.customer_id = v.customer_id AND l.id = v.lot_id"""
# Only a plan's window says what was promised; of other lots nothing asks for it.
FILL_ENDS = """
    UPDATE credit_lots l SET promised_end = w.ends_at FROM plan_windows w
    WHERE w.customer_id = l.customer_id AND w.source = l.source AND l.expires_at < w.ends_at"""


def upgrade() -> None:
    op.add_column("credit_lots", sa.Column("credited", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("credit_lots", sa.Column("promised_end", sa.DateTime(timezone=True), nullable=True))
    op.execute(FILL_CREDITED)
    op.execute(FILL_ENDS)
    op.create_check_constraint("ck_credit_lots_credited", "credit_lots", "credited BETWEEN 0 AND voided")
    op.execute("GRANT UPDATE (credited, promised_end) ON credit_lots TO billing_app")


def downgrade() -> None:
    op.drop_constraint("ck_credit_lots_credited", "credit_lots", type_="check")
    op.drop_column("credit_lots", "promised_end")
    op.drop_column("credit_lots", "credited")
