"""Stripe's ids of customers, checkouts, the webhook inbox, facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billing_app.db.ddl import own_rows_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "stripe_customers",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("idempotency_key"),
        _text("stripe_customer_id", nullable=True),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_stripe_customers_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_stripe_customers"),
        sa.UniqueConstraint("stripe_customer_id", name="uq_stripe_customers_stripe_customer_id"),
    )
    _checkouts()
    _payments()
    _inbox()
    for table in ("stripe_customers", "checkouts", "payments"):
        own_rows_only(table)


def _checkouts() -> None:
    op.create_table(
        "checkouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("public_id"),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        _text("kind"),
        _text("code"),
        _text("name"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        _text("feature", nullable=True),
        sa.Column("uses", sa.BigInteger(), nullable=True),
        _text("return_to", nullable=True),
        _moment("returned_at", nullable=True),
        _text("state"),
        _text("failure", nullable=True),
        _text("idempotency_key"),
        _text("stripe_session_id", nullable=True),
        _text("stripe_payment_intent", nullable=True),
        _text("url", nullable=True),
        _moment("created_at"),
        _moment("opened_at"),
        _moment("expires_at"),
        _moment("settled_at", nullable=True),
        _moment("watched_at", nullable=True),
        _moment("seen_open_at", nullable=True),
        sa.CheckConstraint(
            "state IN ('opening', 'open', 'pending', 'paid', 'failed', 'expired')", name="ck_checkouts_state"
        ),
        sa.CheckConstraint("kind IN ('pack', 'unlock')", name="ck_checkouts_kind"),
        sa.CheckConstraint("amount_minor > 0", name="ck_checkouts_amount"),
        sa.CheckConstraint("(kind = 'pack') = (credits IS NOT NULL)", name="ck_checkouts_pack"),
        sa.CheckConstraint("(kind = 'unlock') = (feature IS NOT NULL)", name="ck_checkouts_unlock"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_checkouts_customer_id"),
        sa.ForeignKeyConstraint(["item_id"], ["catalog_items.id"], name="fk_checkouts_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checkouts"),
        sa.UniqueConstraint("public_id", name="uq_checkouts_public_id"),
        sa.UniqueConstraint("stripe_session_id", name="uq_checkouts_stripe_session_id"),
    )
    op.create_index(
        "uq_checkouts_under_way",
        "checkouts",
        ["customer_id", "kind", "code"],
        unique=True,
        postgresql_where=sa.text("state IN ('opening', 'open')"),
    )
    op.create_index("ix_checkouts_customer_id_id", "checkouts", ["customer_id", "id"])
    op.create_index("ix_checkouts_stripe_payment_intent", "checkouts", ["stripe_payment_intent"])


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("checkout_id", sa.BigInteger(), nullable=False),
        _text("stripe_payment_intent"),
        _text("stripe_charge", nullable=True),
        _text("state"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        _text("receipt_url", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.CheckConstraint(
            "state IN ('open', 'processing', 'succeeded', 'failed', 'canceled')", name="ck_payments_state"
        ),
        sa.CheckConstraint(
            "captured_minor >= 0 AND refunded_minor BETWEEN 0 AND captured_minor", name="ck_payments_amounts"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_payments_customer_id"),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkouts.id"], name="fk_payments_checkout_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("stripe_payment_intent", name="uq_payments_stripe_payment_intent"),
    )
    op.create_index("ix_payments_customer_id_id", "payments", ["customer_id", "id"])
    op.create_index("ix_payments_stripe_charge", "payments", ["stripe_charge"])
    op.create_table(
        "payment_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("checkout_id", sa.BigInteger(), nullable=False),
        _text("event_id"),
        _text("stripe_payment_intent"),
        _text("code", nullable=True),
        _text("message", nullable=True),
        _moment("failed_at"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_payment_failures_customer_id"),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkouts.id"], name="fk_payment_failures_checkout_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_failures"),
        sa.UniqueConstraint("event_id", name="uq_payment_failures_event_id"),
    )
    op.create_index("ix_payment_failures_customer_id_id", "payment_failures", ["customer_id", "id"])


def _inbox() -> None:
    op.create_table(
        "webhook_events",
        _text("id"),
        _text("type"),
        _text("object_id", nullable=True),
        _text("stripe_customer_id", nullable=True),
        _text("api_version", nullable=True),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        _moment("created_at"),
        _moment("received_at"),
        sa.Column("deliveries", sa.Integer(), server_default="1", nullable=False),
        _text("state"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _text("error", nullable=True),
        sa.Column("effects", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        _moment("done_at", nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'done', 'ignored', 'foreign', 'unhandled', 'waiting', 'failed', 'parked')",
            name="ck_webhook_events_state",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
    )
    op.create_index("ix_webhook_events_received_at", "webhook_events", ["received_at"])
    op.create_index("ix_webhook_events_object_id", "webhook_events", ["object_id"])
    op.create_index("ix_webhook_events_state_received_at", "webhook_events", ["state", "received_at"])
    op.create_table(
        "facts",
        _text("kind"),
        _text("key"),
        _text("learnt_from"),
        _moment("claimed_at"),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_facts"),
    )
    op.create_table(
        "refused_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _moment("received_at"),
        _text("reason"),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("body_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_deliveries"),
    )


def downgrade() -> None:
    for table in (
        "refused_deliveries",
        "facts",
        "webhook_events",
        "payment_failures",
        "payments",
        "checkouts",
        "stripe_customers",
    ):
        op.drop_table(table)
