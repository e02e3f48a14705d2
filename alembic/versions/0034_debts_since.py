"""When money went back at Stripe: a debt is paid by credits that began after that, in whatever order it was heard."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

FIXED = "customer_id, id, payment, lot_id, credits, created_at"
# Of what is there, only the time of hearing is known: a payment's debts count from the first of them. Claims without a
# debt count from now, which makes no lot of before pay.
FILL_DEBTS = """
    UPDATE credit_debts d SET since = f.first FROM (
        SELECT customer_id, payment, min(created_at) AS first FROM credit_debts GROUP BY customer_id, payment) f
    WHERE f.customer_id = d.customer_id AND f.payment = d.payment"""
FILL_CLAIMS = """
    UPDATE credit_claims c SET given_back = jsonb_build_array(jsonb_build_array(
        to_char(coalesce((SELECT min(d.since) FROM credit_debts d
            WHERE d.customer_id = c.customer_id AND d.payment = c.payment), now()) AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        least(c.refunded, c.captured)))
    WHERE c.refunded > 0"""


def upgrade() -> None:
    op.add_column("credit_debts", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.execute(FILL_DEBTS)
    op.alter_column("credit_debts", "since", nullable=False)
    _fix(f"{FIXED}, since")
    op.execute("ALTER TABLE credit_claims ADD COLUMN given_back jsonb NOT NULL DEFAULT '[]'")
    op.execute(FILL_CLAIMS)
    op.add_column("disputes", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("disputes", "withdrawn_at")
    op.execute("ALTER TABLE credit_claims DROP COLUMN given_back")
    op.execute("DROP TRIGGER credit_debts_facts ON credit_debts")
    op.drop_column("credit_debts", "since")
    _fix(FIXED, drop=False)


def _fix(columns: str, *, drop: bool = True) -> None:
    """Of a debt only what was collected, cancelled and its state may ever change."""
    if drop:
        op.execute("DROP TRIGGER credit_debts_facts ON credit_debts")
    op.execute(
        f"CREATE TRIGGER credit_debts_facts BEFORE UPDATE OF {columns} ON credit_debts "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
