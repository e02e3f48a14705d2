"""Audit log, funnel events, outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from billing_app.db.ddl import append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ip", sa.String(), nullable=True),
        sa.CheckConstraint(
            "actor_kind IN ('anonymous', 'system', 'user', 'api_key', 'stripe', 'cli')",
            name=op.f("ck_audit_log_actor_kind"),
        ),
        sa.CheckConstraint(
            "(actor_kind IN ('user', 'api_key')) = (actor_id IS NOT NULL)", name=op.f("ck_audit_log_actor_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_object_id", "audit_log", ["object", "id"])
    op.create_index("ix_audit_log_actor_kind_actor_id_id", "audit_log", ["actor_kind", "actor_id", "id"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    append_only("audit_log")

    op.create_table(
        "funnel_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.CheckConstraint("visitor IS NOT NULL OR customer_id IS NOT NULL", name=op.f("ck_funnel_events_someone")),
        sa.PrimaryKeyConstraint("id", name="pk_funnel_events"),
    )
    op.create_index("ix_funnel_events_name_at", "funnel_events", ["name", "at"])
    op.create_index(
        "ix_funnel_events_customer_id_at",
        "funnel_events",
        ["customer_id", "at"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    append_only("funnel_events")

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("kind", "reference", name="uq_outbox_kind_reference"),
    )
    append_only("outbox")
    op.create_table(
        "outbox_deliveries",
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'kept', 'moot', 'refused')", name=op.f("ck_outbox_deliveries_state")
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (claimed_until IS NOT NULL)", name=op.f("ck_outbox_deliveries_claim")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_deliveries_outbox_id"),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox_deliveries"),
    )
    op.create_index(
        "ix_outbox_deliveries_owed",
        "outbox_deliveries",
        ["outbox_id"],
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )

    # The stand-in for an inbox, for a sandbox without SMTP.
    op.create_table(
        "mailbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_mailbox_outbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox"),
        sa.UniqueConstraint("outbox_id", name="uq_mailbox_outbox_id"),
    )


def downgrade() -> None:
    for table in ("mailbox", "outbox_deliveries", "outbox", "funnel_events", "audit_log"):
        op.drop_table(table)
