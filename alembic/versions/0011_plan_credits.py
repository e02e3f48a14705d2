"""What plan credits need: the renewal gap and rollover in the ledger; which windows a subscription was granted."""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import own_rows_only

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ENTRY_KINDS = (
    "'consume', 'expire', 'revoke', 'void', 'collect', 'adjust', 'grant', 'reverse', 'restore', 'carry', "
    "'freeze', 'thaw'"
)


def upgrade() -> None:
    op.add_column("credit_lots", sa.Column("renews_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("credit_lots", sa.Column("gap_used", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("credit_lots", sa.Column("rolls", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("credit_lots", sa.Column("rolls_days", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        "ck_credit_lots_gap", "credit_lots", "renews_at <= expires_at AND gap_used BETWEEN 0 AND granted"
    )
    op.create_check_constraint("ck_credit_lots_rollover", "credit_lots", "rolls >= 0 AND rolls_days >= 0")
    op.execute("GRANT UPDATE (renews_at, gap_used) ON credit_lots TO billing_app")
    op.execute(
        "CREATE TRIGGER credit_lots_rollover_facts BEFORE UPDATE OF rolls, rolls_days ON credit_lots "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.drop_constraint("ck_credit_entries_kind", "credit_entries")
    op.create_check_constraint("ck_credit_entries_kind", "credit_entries", f"kind IN ({ENTRY_KINDS})")
    op.create_table(
        "plan_windows",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("upgrade", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("deducted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at AND paid_until >= ends_at", name="ck_plan_windows_times"),
        sa.CheckConstraint(
            "deducted BETWEEN 0 AND credits AND returned BETWEEN 0 AND credits",
            name="ck_plan_windows_credits",
        ),
        sa.CheckConstraint("net_minor >= 0", name="ck_plan_windows_net"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_plan_windows_customer_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_plan_windows_subscription_id"),
        sa.ForeignKeyConstraint(["item_id"], ["catalog_items.id"], name="fk_plan_windows_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_windows"),
        sa.UniqueConstraint("customer_id", "source", name="uq_plan_windows_customer_id_source"),
    )
    op.create_index(
        "ix_plan_windows_customer_id_subscription_id_starts_at",
        "plan_windows",
        ["customer_id", "subscription_id", "starts_at"],
    )
    op.create_index("ix_plan_windows_subscription_id", "plan_windows", ["subscription_id"])
    op.create_table(
        "plan_returns",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("late_monthly", sa.BigInteger(), nullable=True),
        sa.Column("overspent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recovered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_plan_returns_times"),
        sa.CheckConstraint("late_monthly >= 0 AND recovered BETWEEN 0 AND overspent", name="ck_plan_returns_credits"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_plan_returns_customer_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_plan_returns_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_returns"),
        sa.UniqueConstraint("customer_id", "line_id", name="uq_plan_returns_customer_id_line_id"),
    )
    op.create_index("ix_plan_returns_subscription_id", "plan_returns", ["subscription_id"])
    op.create_index(
        "ix_plan_returns_owed", "plan_returns", ["customer_id"], postgresql_where=sa.text("recovered < overspent")
    )
    for table in ("plan_windows", "plan_returns"):
        own_rows_only(table)


def downgrade() -> None:
    op.drop_table("plan_returns")
    op.drop_table("plan_windows")
    op.drop_constraint("ck_credit_entries_kind", "credit_entries")
    op.create_check_constraint(
        "ck_credit_entries_kind",
        "credit_entries",
        f"kind IN ({ENTRY_KINDS.replace(chr(39) + 'carry' + chr(39) + ', ', '')})",
    )
    op.execute("DROP TRIGGER credit_lots_rollover_facts ON credit_lots")
    for name in ("gap", "rollover"):
        op.drop_constraint(f"ck_credit_lots_{name}", "credit_lots")
    for column in ("renews_at", "gap_used", "rolls", "rolls_days"):
        op.drop_column("credit_lots", column)
