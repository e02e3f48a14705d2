"""Recurring revenue after discounts, and until access ends."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

BEFORE = (
    "'started', 'trial_started', 'activated', 'switched', 'renewed', 'past_due', 'recovered', 'unpaid', 'paused', "
    "'unpaused', 'change_scheduled', 'change_dropped', 'cancel_scheduled', 'resumed', 'superseded', 'drifted', "
    "'drift_cleared', 'ended'"
)
KIND = "ck_subscription_changes_kind"


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("net_minor", sa.BigInteger(), nullable=True))
    op.add_column("subscriptions", sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(KIND, "subscription_changes", type_="check")
    op.create_check_constraint(KIND, "subscription_changes", f"kind IN ({BEFORE}, 'repriced', 'lapsed')")
    op.create_index(
        "ix_subscription_changes_money",
        "subscription_changes",
        ["currency", "at"],
        postgresql_include=["customer_id", "subscription_id", "mrr_before_minor", "mrr_after_minor"],
        postgresql_where=sa.text("mrr_before_minor <> mrr_after_minor"),
    )


def downgrade() -> None:
    op.drop_index("ix_subscription_changes_money", "subscription_changes")
    op.drop_constraint(KIND, "subscription_changes", type_="check")
    op.create_check_constraint(KIND, "subscription_changes", f"kind IN ({BEFORE})")
    op.drop_column("subscriptions", "lapsed_at")
    op.drop_column("subscriptions", "net_minor")
