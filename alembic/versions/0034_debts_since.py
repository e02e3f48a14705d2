"""When money went back at Stripe: a debt is paid by credits that began after that, in whatever order it was heard.

After 0032, before 0033: they are applied in the order 0032, 0034, 0033, 0035, 0036.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

FIXED = "customer_id, id, payment, lot_id, credits, created_at"
# Steps of what each purchase or invoice gave back, as the product takes them: refunds when they were made, lost disputes
# when they were opened, together no more than what is given back. What has no row (`refunded_minor` of before 0020) went
# back when it was heard of: its first debt, else what was first taken back, else the customer's last entry.
FILL_CLAIMS = """
    WITH moved AS (
        SELECT payment_id, created_at AS at, amount_minor AS minor FROM refunds WHERE status IN ('pending', 'succeeded')
        UNION ALL SELECT payment_id, opened_at, amount_minor FROM disputes WHERE outcome = 'lost'
    ), of_payments AS (
        SELECT p.customer_id, coalesce(i.stripe_invoice_id, p.stripe_payment_intent) AS payment, m.at,
            least(sum(m.minor) OVER so_far, p.given_back) - least(sum(m.minor) OVER so_far - m.minor, p.given_back)
                AS minor
        FROM moved m JOIN (
            SELECT *, least(captured_minor, refunded_minor + disputed_minor) AS given_back FROM payments
        ) p ON p.id = m.payment_id LEFT JOIN invoices i ON i.id = p.invoice_id
        WINDOW so_far AS (PARTITION BY m.payment_id ORDER BY m.at ROWS UNBOUNDED PRECEDING)
    ), told AS (
        SELECT c.customer_id, c.payment, o.at, sum(o.minor) AS minor FROM credit_claims c
        JOIN of_payments o USING (customer_id, payment) GROUP BY 1, 2, 3
    ), heard AS (
        SELECT customer_id, payment, coalesce(
            (SELECT min(d.created_at) FROM credit_debts d
                WHERE d.customer_id = c.customer_id AND d.payment = c.payment),
            (SELECT min(e.at) FROM credit_lots l JOIN credit_allocations a
                    ON a.customer_id = l.customer_id AND a.lot_id = l.id
                JOIN credit_entries e ON e.customer_id = a.customer_id AND e.id = a.entry_id
                WHERE l.customer_id = c.customer_id AND l.payment = c.payment AND e.kind = 'revoke'),
            (SELECT max(e.at) FROM credit_entries e WHERE e.customer_id = c.customer_id), now()) AS at,
            least(refunded, captured) - coalesce((SELECT sum(t.minor) FROM told t
                WHERE t.customer_id = c.customer_id AND t.payment = c.payment), 0) AS minor
        FROM credit_claims c
    ), steps AS (
        SELECT customer_id, payment, at, sum(minor) AS minor FROM (
            SELECT * FROM told UNION ALL SELECT * FROM heard WHERE minor > 0) s GROUP BY 1, 2, 3
    ), fitting AS (
        SELECT s.customer_id, s.payment, s.at, least(sum(s.minor) OVER so_far, c.refunded, c.captured)
            - least(sum(s.minor) OVER so_far - s.minor, c.refunded, c.captured) AS minor
        FROM steps s JOIN credit_claims c USING (customer_id, payment)
        WINDOW so_far AS (PARTITION BY s.customer_id, s.payment ORDER BY s.at)
    )
    UPDATE credit_claims c SET given_back = f.steps FROM (
        SELECT customer_id, payment, jsonb_agg(jsonb_build_array(
            to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), minor) ORDER BY at) AS steps
        FROM fitting WHERE minor > 0 GROUP BY 1, 2) f
    WHERE f.customer_id = c.customer_id AND f.payment = c.payment"""
# A debt is of the last of its payment's steps that was made when the debt was written.
FILL_DEBTS = """
    UPDATE credit_debts d SET since = coalesce(
        (SELECT coalesce(max(s.at) FILTER (WHERE s.at <= d.created_at), min(s.at)) FROM (
            SELECT (step ->> 0)::timestamptz AS at FROM credit_claims c, jsonb_array_elements(c.given_back) AS step
            WHERE c.customer_id = d.customer_id AND c.payment = d.payment) s),
        d.created_at)"""


def upgrade() -> None:
    op.add_column("credit_debts", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.execute("ALTER TABLE credit_claims ADD COLUMN given_back jsonb NOT NULL DEFAULT '[]'")
    op.execute(FILL_CLAIMS)
    op.execute(FILL_DEBTS)
    op.alter_column("credit_debts", "since", nullable=False)
    _fix(f"{FIXED}, since")
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
