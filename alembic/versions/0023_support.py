"""Customer support: notes, looking as a customer, enquiries that are done; and what a pasted id is found by."""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import append_only

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No policy for customers on these two: what staff write about them and when they look is not theirs to read.
    op.create_table(
        "customer_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.CheckConstraint("char_length(body) BETWEEN 1 AND 4000", name="ck_customer_notes_body"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_customer_notes_customer_id"),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name="fk_customer_notes_by_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_notes"),
    )
    op.create_index("ix_customer_notes_customer_id_id", "customer_notes", ["customer_id", "id"])
    append_only("customer_notes")
    op.create_table(
        "customer_looks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > begun_at", name="ck_customer_looks_times"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_customer_looks_user_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_customer_looks_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_looks"),
    )
    op.create_index(
        "uq_customer_looks_session_id_open",
        "customer_looks",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_customer_looks_customer_id", "customer_looks", ["customer_id"])
    op.add_column("enquiries", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enquiries", sa.Column("done_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_enquiries_done_by", "enquiries", "users", ["done_by"], ["id"])
    op.create_index("ix_credit_lots_source", "credit_lots", ["source"])
    op.create_index("ix_invoices_number", "invoices", ["number"])
    op.create_index(
        "ix_webhook_events_stripe_customer_id_received_at", "webhook_events", ["stripe_customer_id", "received_at"]
    )
    op.create_index("ix_outbox_deliveries_recipient_outbox_id", "outbox_deliveries", ["recipient", "outbox_id"])
    op.create_index("ix_audit_log_action_id", "audit_log", ["action", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_log_action_id", "audit_log")
    op.drop_index("ix_outbox_deliveries_recipient_outbox_id", "outbox_deliveries")
    op.drop_index("ix_webhook_events_stripe_customer_id_received_at", "webhook_events")
    op.drop_index("ix_invoices_number", "invoices")
    op.drop_index("ix_credit_lots_source", "credit_lots")
    op.drop_constraint("fk_enquiries_done_by", "enquiries")
    op.drop_column("enquiries", "done_by")
    op.drop_column("enquiries", "done_at")
    op.drop_table("customer_looks")
    op.drop_table("customer_notes")
