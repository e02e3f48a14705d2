"""What erasing a person still left: the words of mails, labels by hand; and which payments were made before it.

After 0033: they are applied in the order 0032, 0034, 0033, 0035, 0036.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None

# As in 0031, and more. What erasing blanks in tables whose rows the app itself cannot change; never a sum or a time.
_BEFORE = (
    (
        "credit_entries",
        "note = '', details = NULL",
        "customer_id = customer AND (note <> '' OR details IS NOT NULL)",
    ),
    ("credit_holds", "details = NULL", "customer_id = customer AND details IS NOT NULL"),
    (
        "funnel_events",
        "visitor = NULL, data = '{}'",
        "customer_id = customer AND (visitor IS NOT NULL OR data <> '{}')",
    ),
    ("customer_notes", "body = 'Erased'", "customer_id = customer AND body <> 'Erased'"),
    ("cost_log", "details = NULL", "customer_id = customer AND details IS NOT NULL"),
)
_AUDITED = (
    "(object = 'customer:' || customer OR object IN (SELECT 'user:' || id FROM users WHERE customer_id = customer) "
    "OR (actor_kind = 'user' AND actor_id IN (SELECT id::text FROM users WHERE customer_id = customer)))"
)
_OLD = (
    ("credit_lots", "note = ''", "customer_id = customer AND note <> ''"),
    *_BEFORE,
    (
        "audit_log",
        "ip = NULL, reason = NULL",
        f"{_AUDITED} AND action <> 'customer.erased' AND (ip IS NOT NULL OR reason IS NOT NULL)",
    ),
)
_NEW = (
    (
        "credit_lots",
        # The catalogue's words or somebody's: of a plan by hand and of what was moved in, the row does not tell.
        "note = '', label = 'Erased'",
        "customer_id = customer AND (note <> '' OR label <> 'Erased')",
    ),
    *_BEFORE,
    (
        "audit_log",
        # What a plan by hand is called; nothing is noted as JSON's null.
        "ip = NULL, reason = NULL, after = CASE WHEN after ? 'name' THEN after - 'name' ELSE after END",
        f"{_AUDITED} AND action <> 'customer.erased' AND (ip IS NOT NULL OR reason IS NOT NULL OR after ? 'name')",
    ),
    # What was mailed to them, and what their enquiries told the seller. Each by its index: it is asked every hour.
    (
        "outbox",
        "data = '{}'",
        "data <> '{}' AND id = ANY(ARRAY(SELECT outbox_id FROM outbox_deliveries WHERE customer_id = customer))",
    ),
    (
        "outbox",
        "data = '{}'",
        "data <> '{}' AND kind = 'enquiry' "
        "AND reference = ANY(ARRAY(SELECT number FROM enquiries WHERE customer_id = customer))",
    ),
)


def upgrade() -> None:
    op.add_column("outbox_deliveries", sa.Column("customer_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_outbox_deliveries_customer_id", "outbox_deliveries", "customers", ["customer_id"], ["id"])
    op.create_index(
        "ix_outbox_deliveries_customer_id",
        "outbox_deliveries",
        ["customer_id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    # Who was erased before today keeps what they had paid: it is not given back for that.
    op.execute(
        "INSERT INTO facts (kind, key, learnt_from, claimed_at) "
        "SELECT 'paid_before_erasure', p.stripe_payment_intent, 'erasure', c.erased_at FROM payments p "
        "JOIN customers c ON c.id = p.customer_id WHERE c.erased_at IS NOT NULL AND p.captured_minor > 0 "
        "ON CONFLICT DO NOTHING"
    )
    # And what was mailed to them, and told the seller of them, loses its words now: their address is gone already.
    op.execute("SELECT set_config('app.erasing', 'yes', true)")
    op.execute(
        "UPDATE outbox SET data = '{}' WHERE id IN (SELECT outbox_id FROM outbox_deliveries WHERE recipient = 'erased') "
        "OR (kind = 'enquiry' AND reference IN (SELECT number FROM enquiries WHERE email = 'erased@erased.invalid'))"
    )
    op.execute("SELECT set_config('app.erasing', '', true)")
    op.execute(
        "DELETE FROM mailbox WHERE outbox_id IN (SELECT id FROM outbox WHERE kind = 'enquiry' AND reference IN "
        "(SELECT number FROM enquiries WHERE email = 'erased@erased.invalid'))"
    )
    op.execute(_function(_NEW))
    # And what the new words blank, for who is not swept any more as well.
    op.execute("SELECT count(*) FROM customers c, erase_texts(c.id) WHERE c.erased_at IS NOT NULL")


def downgrade() -> None:
    op.execute(_function(_OLD))
    op.execute(
        "DELETE FROM facts WHERE kind IN ('paid_before_erasure', 'paid_after_erasure', 'late_money_refused', "
        "'late_money_stays', 'late_money_refund')"
    )
    op.drop_index("ix_outbox_deliveries_customer_id", "outbox_deliveries")
    op.drop_constraint("fk_outbox_deliveries_customer_id", "outbox_deliveries", type_="foreignkey")
    op.drop_column("outbox_deliveries", "customer_id")


def _function(words: tuple[tuple[str, str, str], ...]) -> str:
    """`erase_texts`, which alone may do this; whoever may call it stays as it was."""
    steps = "\n".join(
        f"UPDATE {table} SET {blank} WHERE {where}; GET DIAGNOSTICS changed = ROW_COUNT; "  # noqa: S608 - our own words
        f"place := '{table}'; RETURN NEXT;"
        for table, blank, where in words
    )
    return f"""
        CREATE OR REPLACE FUNCTION erase_texts(customer bigint) RETURNS TABLE (place text, changed bigint)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        #variable_conflict use_column
        BEGIN
            IF NOT EXISTS (SELECT FROM customers WHERE id = customer AND erased_at IS NOT NULL) THEN
                RAISE EXCEPTION 'customer % is not to be erased', customer USING ERRCODE = 'restrict_violation';
            END IF;
            PERFORM set_config('app.erasing', 'yes', true);
            {steps}
            PERFORM set_config('app.erasing', '', true);
        END $$
    """
