"""Versions of the catalogue and what they hold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from billing_app.db.ddl import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_versions",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.CheckConstraint("number >= 1", name="ck_catalog_versions_number"),
        sa.PrimaryKeyConstraint("number", name="pk_catalog_versions"),
    )
    append_only("catalog_versions")
    op.create_table(
        "catalog_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("tax_behavior", sa.String(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("feature", sa.String(), nullable=True),
        sa.Column("uses", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("stripe_price_id", sa.String(), nullable=True),
        sa.Column("introduced_in", sa.BigInteger(), nullable=False),
        sa.Column("retired_in", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('plan', 'pack', 'unlock')", name="ck_catalog_items_kind"),
        sa.CheckConstraint(
            "period IN ('month', 'year') AND kind = 'plan' OR period IS NULL", name="ck_catalog_items_period"
        ),
        sa.CheckConstraint("amount_minor > 0", name="ck_catalog_items_amount"),
        sa.CheckConstraint(
            "(amount_minor IS NULL) = (currency IS NULL) AND (amount_minor IS NOT NULL OR kind = 'plan')",
            name="ck_catalog_items_priced",
        ),
        sa.CheckConstraint("credits >= 0 AND (kind <> 'pack' OR credits > 0)", name="ck_catalog_items_credits"),
        sa.CheckConstraint("(kind = 'unlock') = (feature IS NOT NULL) AND uses > 0", name="ck_catalog_items_unlock"),
        sa.ForeignKeyConstraint(["introduced_in"], ["catalog_versions.number"], name="fk_catalog_items_introduced_in"),
        sa.ForeignKeyConstraint(["retired_in"], ["catalog_versions.number"], name="fk_catalog_items_retired_in"),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_items"),
        sa.UniqueConstraint("stripe_price_id", name="uq_catalog_items_stripe_price_id"),
    )
    op.create_index(
        "uq_catalog_items_on_sale",
        "catalog_items",
        ["kind", "code", sa.text("coalesce(period, '')")],
        unique=True,
        postgresql_where=sa.text("retired_in IS NULL"),
    )
    # What was sold may be bought, held or refunded: an item is retired, its terms stay, and no row goes away.
    op.execute("REVOKE DELETE, TRUNCATE, UPDATE ON catalog_items FROM billing_app")
    op.execute(
        "GRANT UPDATE (name, description, sort, definition, stripe_price_id, retired_in) ON catalog_items TO billing_app"
    )


def downgrade() -> None:
    op.drop_table("catalog_items")
    op.drop_table("catalog_versions")
