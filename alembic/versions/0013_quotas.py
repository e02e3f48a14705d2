"""Use of features counted against a plan, and uses that were given back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billing_app.db.ddl import own_rows_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COUNTED = "given_back_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "quota_usage",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("over", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.Column("plan_code", sa.String(), nullable=True),
        sa.Column("carried", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("carried_on", sa.String(), nullable=True),
        sa.Column("resets", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('day', 'week', 'month')", name="ck_quota_usage_kind"),
        sa.CheckConstraint("window_end > window_start", name="ck_quota_usage_window"),
        sa.CheckConstraint("used >= 0 AND over >= 0 AND over <= used", name="ck_quota_usage_used"),
        sa.CheckConstraint("quota >= 0 AND carried >= 0", name="ck_quota_usage_quota"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_quota_usage_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_usage"),
    )
    op.create_index(
        "uq_quota_usage_window",
        "quota_usage",
        ["customer_id", "feature", "kind", "window_start"],
        unique=True,
    )
    op.create_table(
        "quota_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("usage_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("over", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("resets", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("remaining", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("units > 0 AND over BETWEEN 0 AND units", name="ck_quota_uses_units"),
        sa.ForeignKeyConstraint(["usage_id"], ["quota_usage.id"], name="fk_quota_uses_usage_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_uses"),
    )
    op.create_index("ix_quota_uses_usage_id", "quota_uses", ["usage_id"])
    _once_unless_given_back("quota_uses")
    _only_given_back_changes("quota_uses")
    op.create_table(
        "feature_grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quota > 0", name="ck_feature_grants_quota"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_feature_grants_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feature_grants"),
    )
    op.create_index("ix_feature_grants_customer_id_feature", "feature_grants", ["customer_id", "feature"])
    _unlock_uses_can_be_given_back()
    _practice()
    for table in ("quota_usage", "quota_uses", "feature_grants", "practice_runs"):
        own_rows_only(table)


def _once_unless_given_back(table: str) -> None:
    for name, columns in (("key", ["customer_id", "key"]), ("reference", ["customer_id", "feature", "reference"])):
        op.create_index(f"uq_{table}_{name}", table, columns, unique=True, postgresql_where=sa.text(COUNTED))


def _only_given_back_changes(table: str) -> None:
    """What was used is history; that it was given back is the one thing that may be noted later."""
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM billing_app")
    op.execute(f"GRANT UPDATE (given_back_at) ON {table} TO billing_app")
    op.execute(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        f"CREATE TRIGGER {table}_is_history BEFORE UPDATE ON {table} FOR EACH ROW "
        "WHEN (OLD.given_back_at IS NOT NULL "
        "OR (to_jsonb(OLD) - 'given_back_at') IS DISTINCT FROM (to_jsonb(NEW) - 'given_back_at')) "
        "EXECUTE FUNCTION refuse_change()"
    )


def _unlock_uses_can_be_given_back() -> None:
    op.add_column("unlock_uses", sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("uq_unlock_uses_customer_id_key", "unlock_uses")
    op.drop_constraint("uq_unlock_uses_customer_id_feature_reference", "unlock_uses")
    op.execute("DROP TRIGGER unlock_uses_append_only ON unlock_uses")
    _once_unless_given_back("unlock_uses")
    _only_given_back_changes("unlock_uses")


def _practice() -> None:
    op.create_table(
        "practice_runs",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(title) <= 200", name="ck_practice_runs_title_length"),
        sa.CheckConstraint("units >= 0", name="ck_practice_runs_units"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_practice_runs_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", "id", name="pk_practice_runs"),
    )
    op.create_index(
        "ix_practice_runs_customer_id_feature_created_at", "practice_runs", ["customer_id", "feature", "created_at"]
    )


def downgrade() -> None:
    op.drop_table("practice_runs")
    op.drop_table("feature_grants")
    op.drop_table("quota_uses")
    op.drop_table("quota_usage")
    op.execute("DROP TRIGGER unlock_uses_stays ON unlock_uses")
    op.execute("DROP TRIGGER unlock_uses_is_history ON unlock_uses")
    op.execute("REVOKE UPDATE (given_back_at) ON unlock_uses FROM billing_app")
    op.drop_index("uq_unlock_uses_key", "unlock_uses")
    op.drop_index("uq_unlock_uses_reference", "unlock_uses")
    op.execute(
        "DELETE FROM unlock_use_parts WHERE use_id IN (SELECT id FROM unlock_uses WHERE given_back_at IS NOT NULL)"
    )
    op.execute("DELETE FROM unlock_uses WHERE given_back_at IS NOT NULL")
    op.drop_column("unlock_uses", "given_back_at")
    op.create_unique_constraint("uq_unlock_uses_customer_id_key", "unlock_uses", ["customer_id", "key"])
    op.create_unique_constraint(
        "uq_unlock_uses_customer_id_feature_reference", "unlock_uses", ["customer_id", "feature", "reference"]
    )
    op.execute(
        "CREATE TRIGGER unlock_uses_append_only BEFORE UPDATE OR DELETE ON unlock_uses "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
