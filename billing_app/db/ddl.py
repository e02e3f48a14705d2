"""Statements that migrations share: what makes a table append-only, and what shows a customer only own rows.

Migrations are history, so these functions are too: add a new one rather than change what one does.
"""

from alembic import op


def append_only(table: str) -> None:
    """Let the database itself refuse UPDATE, DELETE and TRUNCATE, whoever asks."""
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM billing_app")
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def own_rows_only(table: str, column: str = "customer_id") -> None:
    """Row-level security: `billing_customer` reads the rows of the customer named in `app.customer_id` (row A12)."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY app_all ON {table} TO billing_app USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY customer_own ON {table} FOR SELECT TO billing_customer "
        f"USING ({column} = nullif(current_setting('app.customer_id', true), '')::bigint)"
    )
    op.execute(f"GRANT SELECT ON {table} TO billing_customer")
