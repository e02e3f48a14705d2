"""Subscriptions as Stripe has them, their changes and invoices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billing_app.db.ddl import append_only, own_rows_only

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LIVE = "status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused')"
BEGUN = "status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete')"
OF_CUSTOMERS = ("subscriptions", "subscription_changes", "invoices", "payment_methods")


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, server_default=default)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))


def upgrade() -> None:
    _subscriptions()
    _changes()
    _invoices()
    _payment_methods()
    _checkouts_of_plans()
    _payments_of_invoices()
    append_only("subscription_changes")
    for table in OF_CUSTOMERS:
        own_rows_only(table)
    # What is held is read together with its terms, under the customer's own rights.
    op.execute("GRANT SELECT ON catalog_items TO billing_customer")


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _number("customer_id"),
        _text("stripe_subscription_id", nullable=True),
        _number("item_id", nullable=True),
        _text("plan_code", nullable=True),
        _text("period", nullable=True),
        _number("amount_minor", nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("terms", postgresql.JSONB(), nullable=True),
        _text("reason", nullable=True),
        _text("status"),
        _moment("started_at"),
        _moment("anchor"),
        _moment("current_period_start"),
        _moment("current_period_end", nullable=True),
        _moment("trial_start", nullable=True),
        _moment("trial_end", nullable=True),
        _flag("cancel_at_period_end"),
        _moment("cancel_at", nullable=True),
        _moment("canceled_at", nullable=True),
        _moment("ended_at", nullable=True),
        _moment("past_due_since", nullable=True),
        _flag("paused"),
        _text("stripe_schedule_id", nullable=True),
        _number("next_item_id", nullable=True),
        _moment("next_at", nullable=True),
        _moment("pending_update_until", nullable=True),
        _text("default_payment_method", nullable=True),
        _text("latest_invoice", nullable=True),
        sa.Column("drift", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        _moment("handed_over_at", nullable=True),
        _flag("superseded"),
        _moment("asked_at"),
        _moment("watched_at", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.CheckConstraint(
            "status IN ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', "
            "'canceled')",
            name="ck_subscriptions_status",
        ),
        sa.CheckConstraint("period IN ('month', 'year')", name="ck_subscriptions_period"),
        sa.CheckConstraint(
            "amount_minor >= 0 AND (amount_minor IS NULL) = (currency IS NULL)", name="ck_subscriptions_amount"
        ),
        sa.CheckConstraint("stripe_subscription_id IS NOT NULL OR terms IS NOT NULL", name="ck_subscriptions_by_hand"),
        sa.CheckConstraint("next_at IS NULL OR next_item_id IS NOT NULL", name="ck_subscriptions_next"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_subscriptions_customer_id"),
        sa.ForeignKeyConstraint(["item_id"], ["catalog_items.id"], name="fk_subscriptions_item_id"),
        sa.ForeignKeyConstraint(["next_item_id"], ["catalog_items.id"], name="fk_subscriptions_next_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("stripe_subscription_id", name="uq_subscriptions_stripe_subscription_id"),
    )
    op.create_index(
        "uq_subscriptions_live",
        "subscriptions",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text(f"{LIVE} AND ours AND NOT superseded"),
    )
    op.create_index("ix_subscriptions_customer_id_id", "subscriptions", ["customer_id", "id"])
    op.create_index("ix_subscriptions_to_check", "subscriptions", ["asked_at"], postgresql_where=sa.text(BEGUN))


def _changes() -> None:
    op.create_table(
        "subscription_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _number("subscription_id"),
        _number("customer_id"),
        _moment("at"),
        _moment("recorded_at"),
        _text("kind"),
        _number("from_item_id", nullable=True),
        _number("to_item_id", nullable=True),
        _number("mrr_before_minor"),
        _number("mrr_after_minor"),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('started', 'trial_started', 'activated', 'switched', 'renewed', 'past_due', 'recovered', "
            "'unpaid', 'paused', 'unpaused', 'change_scheduled', 'change_dropped', 'cancel_scheduled', 'resumed', "
            "'superseded', 'drifted', 'drift_cleared', 'ended')",
            name="ck_subscription_changes_kind",
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name="fk_subscription_changes_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_changes"),
    )
    op.create_index("ix_subscription_changes_customer_id_id", "subscription_changes", ["customer_id", "id"])
    op.create_index("ix_subscription_changes_subscription_id_id", "subscription_changes", ["subscription_id", "id"])
    op.create_index("ix_subscription_changes_at", "subscription_changes", ["at"])


def _invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _number("customer_id"),
        _number("subscription_id", nullable=True),
        _text("stripe_invoice_id"),
        _text("number", nullable=True),
        _text("status"),
        _text("billing_reason", nullable=True),
        sa.Column("description", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        _number("subtotal_minor"),
        _number("discount_minor", default="0"),
        _number("tax_minor"),
        _number("total_minor"),
        _number("due_minor"),
        _number("paid_minor"),
        _number("refunded_minor", default="0"),
        _text("hosted_url", nullable=True),
        _text("pdf_url", nullable=True),
        _moment("period_start", nullable=True),
        _moment("period_end", nullable=True),
        _moment("created_at"),
        _moment("finalized_at", nullable=True),
        _moment("paid_at", nullable=True),
        sa.Column("attempt_count", sa.Integer(), server_default="0", nullable=False),
        _moment("next_attempt_at", nullable=True),
        sa.Column("lines", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _moment("asked_at"),
        sa.CheckConstraint(
            "status IN ('draft', 'open', 'paid', 'void', 'uncollectible', 'deleted')", name="ck_invoices_status"
        ),
        sa.CheckConstraint("paid_minor >= 0 AND refunded_minor >= 0", name="ck_invoices_amounts"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_invoices_customer_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_invoices_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("stripe_invoice_id", name="uq_invoices_stripe_invoice_id"),
    )
    op.create_index("ix_invoices_customer_id_id", "invoices", ["customer_id", "id"])
    op.create_index("ix_invoices_subscription_id", "invoices", ["subscription_id"])


def _payment_methods() -> None:
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _number("customer_id"),
        _text("stripe_payment_method_id"),
        _text("type"),
        _text("brand", nullable=True),
        sa.Column("last4", sa.String(length=4), nullable=True),
        sa.Column("exp_month", sa.Integer(), nullable=True),
        sa.Column("exp_year", sa.Integer(), nullable=True),
        _flag("is_default"),
        _moment("created_at"),
        _moment("asked_at"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_payment_methods_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_methods"),
        sa.UniqueConstraint("stripe_payment_method_id", name="uq_payment_methods_stripe_payment_method_id"),
    )
    op.create_index(
        "uq_payment_methods_default",
        "payment_methods",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_index("ix_payment_methods_customer_id_id", "payment_methods", ["customer_id", "id"])


def _checkouts_of_plans() -> None:
    op.add_column("checkouts", _text("period", nullable=True))
    op.add_column("checkouts", sa.Column("trial_days", sa.Integer(), server_default="0", nullable=False))
    op.add_column("checkouts", _text("stripe_subscription_id", nullable=True))
    for name in ("kind", "pack"):
        op.drop_constraint(f"ck_checkouts_{name}", "checkouts", type_="check")
    for name, rule in (
        ("kind", "kind IN ('pack', 'unlock', 'plan')"),
        ("pack", "kind = 'plan' OR (kind = 'pack') = (credits IS NOT NULL)"),
        ("plan", "(kind = 'plan') = (period IS NOT NULL) AND period IN ('month', 'year')"),
        ("trial", "trial_days >= 0 AND (trial_days = 0 OR kind = 'plan')"),
    ):
        op.create_check_constraint(f"ck_checkouts_{name}", "checkouts", rule)
    op.create_index(
        "uq_checkouts_plan_under_way",
        "checkouts",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'plan' AND state IN ('opening', 'open')"),
    )
    op.create_index("ix_checkouts_stripe_subscription_id", "checkouts", ["stripe_subscription_id"])


def _payments_of_invoices() -> None:
    for table in ("payments", "payment_failures"):
        op.alter_column(table, "checkout_id", nullable=True)
        op.add_column(table, _number("invoice_id", nullable=True))
        op.create_foreign_key(f"fk_{table}_invoice_id", table, "invoices", ["invoice_id"], ["id"])
    op.create_check_constraint("ck_payments_made_by", "payments", "(checkout_id IS NULL) <> (invoice_id IS NULL)")
    op.create_index("ix_payments_invoice_id", "payments", ["invoice_id"])


def downgrade() -> None:
    op.execute("REVOKE SELECT ON catalog_items FROM billing_customer")
    op.execute("DELETE FROM payment_failures WHERE checkout_id IS NULL")
    op.execute("DELETE FROM payments WHERE checkout_id IS NULL")
    for table in ("payment_failures", "payments"):
        op.drop_column(table, "invoice_id")
        op.alter_column(table, "checkout_id", nullable=False)
    op.execute("DELETE FROM checkouts WHERE kind = 'plan'")
    for name in ("plan", "trial", "kind", "pack"):
        op.drop_constraint(f"ck_checkouts_{name}", "checkouts", type_="check")
    op.drop_index("uq_checkouts_plan_under_way", "checkouts")
    for column in ("stripe_subscription_id", "trial_days", "period"):
        op.drop_column("checkouts", column)
    op.create_check_constraint("ck_checkouts_kind", "checkouts", "kind IN ('pack', 'unlock')")
    op.create_check_constraint("ck_checkouts_pack", "checkouts", "(kind = 'pack') = (credits IS NOT NULL)")
    for table in reversed(OF_CUSTOMERS):
        op.drop_table(table)
