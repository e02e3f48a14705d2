"""A customer may be erased: the one way in which words leave tables that can otherwise only be added to."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# What erasing blanks in tables whose rows the app itself cannot change. Sums, times and references are not among it.
WORDS = (
    ("credit_lots", "note = ''", "customer_id = customer AND note <> ''"),
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
    (
        "audit_log",
        "ip = NULL, reason = NULL",
        "(object = 'customer:' || customer OR object IN (SELECT 'user:' || id FROM users WHERE customer_id = customer) "
        "OR (actor_kind = 'user' AND actor_id IN (SELECT id::text FROM users WHERE customer_id = customer))) "
        "AND action <> 'customer.erased' AND (ip IS NOT NULL OR reason IS NOT NULL)",
    ),
)


def upgrade() -> None:
    op.add_column("customers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_customers_erased_at", "customers", ["erased_at"], postgresql_where=sa.text("erased_at IS NOT NULL")
    )
    # Lets through what `erase_texts` does as the owner of the table, and nothing else: the app may not UPDATE these
    # tables at all, and the owner has to say so on purpose.
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'UPDATE' AND current_setting('app.erasing', true) = 'yes' AND current_user = (
                SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
            ) THEN RETURN NEW; END IF;
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation'; END $$
        """
    )
    steps = "\n".join(
        f"UPDATE {table} SET {words} WHERE {where}; GET DIAGNOSTICS changed = ROW_COUNT; "  # noqa: S608
        f"place := '{table}'; RETURN NEXT;"
        for table, words, where in WORDS
    )
    op.execute(
        f"""
        CREATE FUNCTION erase_texts(customer bigint) RETURNS TABLE (place text, changed bigint)
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
    )
    op.execute("REVOKE EXECUTE ON FUNCTION erase_texts(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION erase_texts(bigint) TO billing_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_texts(bigint)")
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.drop_index("ix_customers_erased_at", "customers")
    op.drop_column("customers", "erased_at")
