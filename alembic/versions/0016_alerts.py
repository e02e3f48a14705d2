"""Which alerts a customer has had, and how far the sweeps have read."""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import own_rows_only

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "'low_balance', 'credits_expiring', 'trial_ending', 'renewal_reminder', 'card_expiring'"
LIVE = "status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused')"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_alerts_kind"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_alerts_customer_id"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_alerts_outbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("customer_id", "kind", "key", name="uq_alerts_customer_id_kind_key"),
    )
    op.create_index("ix_alerts_customer_id_kind_at", "alerts", ["customer_id", "kind", "at"])
    op.create_table(
        "balance_watches",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("period_entry", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_balance_watches_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_balance_watches"),
    )
    op.create_table(
        "sweep_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sweep_marks"),
    )
    own_rows_only("alerts")
    own_rows_only("balance_watches")
    # What the sweeps ask: which lots end soon, which periods do.
    op.create_index(
        "ix_credit_lots_ending",
        "credit_lots",
        ["expires_at"],
        postgresql_where=sa.text("open AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_subscriptions_ending",
        "subscriptions",
        ["current_period_end"],
        postgresql_where=sa.text(LIVE),
    )


def downgrade() -> None:
    op.drop_index("ix_subscriptions_ending", "subscriptions")
    op.drop_index("ix_credit_lots_ending", "credit_lots")
    op.drop_table("sweep_marks")
    op.drop_table("balance_watches")
    op.drop_table("alerts")
