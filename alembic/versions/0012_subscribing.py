"""Plans being bought and changed: a checkout's own addresses, trials taken, whose turn it is, why people leave."""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import own_rows_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.add_column("checkouts", sa.Column("success_to", sa.String(), nullable=True))
    op.add_column("checkouts", sa.Column("cancel_to", sa.String(), nullable=True))
    op.create_table(
        "trials_taken",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_subscription_id", sa.String(), nullable=False),
        sa.Column("plan_code", sa.String(), nullable=True),
        sa.Column("mailbox_mac", sa.LargeBinary(), nullable=True),
        sa.Column("card_mac", sa.LargeBinary(), nullable=True),
        _moment("taken_at"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_trials_taken_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trials_taken"),
        sa.UniqueConstraint("customer_id", name="uq_trials_taken_customer_id"),
        sa.UniqueConstraint("stripe_subscription_id", name="uq_trials_taken_stripe_subscription_id"),
        sa.UniqueConstraint("mailbox_mac", name="uq_trials_taken_mailbox_mac"),
        sa.UniqueConstraint("card_mac", name="uq_trials_taken_card_mac"),
    )
    op.create_table(
        "plan_turns",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        _moment("taken_at"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_plan_turns_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_plan_turns"),
    )
    op.create_table(
        "plan_cancellations",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        _moment("at"),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.CheckConstraint("length(comment) <= 500", name="ck_plan_cancellations_comment"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_plan_cancellations_customer_id"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name="fk_plan_cancellations_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_cancellations"),
    )
    op.create_index("ix_plan_cancellations_customer_id_id", "plan_cancellations", ["customer_id", "id"])
    op.create_index("ix_plan_cancellations_subscription_id", "plan_cancellations", ["subscription_id"])
    for table in ("trials_taken", "plan_turns", "plan_cancellations"):
        own_rows_only(table)


def downgrade() -> None:
    for table in ("plan_cancellations", "plan_turns", "trials_taken"):
        op.drop_table(table)
    op.drop_column("checkouts", "cancel_to")
    op.drop_column("checkouts", "success_to")
