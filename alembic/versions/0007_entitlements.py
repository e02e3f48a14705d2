"""Unlocks and their uses."""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import append_only, own_rows_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unlocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("uses_granted", sa.BigInteger(), nullable=True),
        sa.Column("uses_taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("payment_reference", sa.String(), nullable=True),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.String(), nullable=True),
        sa.CheckConstraint("uses_granted > 0", name="ck_unlocks_uses_granted"),
        sa.CheckConstraint(
            "uses_taken >= 0 AND (uses_granted IS NULL OR uses_taken <= uses_granted)", name="ck_unlocks_uses_taken"
        ),
        sa.CheckConstraint("paid_minor >= 0", name="ck_unlocks_paid"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_unlocks_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unlocks"),
        sa.UniqueConstraint("source", name="uq_unlocks_source"),
    )
    op.create_index("ix_unlocks_customer_id_feature", "unlocks", ["customer_id", "feature"])
    op.create_index("ix_unlocks_payment_reference", "unlocks", ["payment_reference"])
    op.create_table(
        "unlock_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("remaining", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units > 0", name="ck_unlock_uses_units"),
        sa.PrimaryKeyConstraint("id", name="pk_unlock_uses"),
        sa.UniqueConstraint("customer_id", "key", name="uq_unlock_uses_customer_id_key"),
        sa.UniqueConstraint("customer_id", "feature", "reference", name="uq_unlock_uses_customer_id_feature_reference"),
    )
    op.create_table(
        "unlock_use_parts",
        sa.Column("use_id", sa.BigInteger(), nullable=False),
        sa.Column("unlock_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("units > 0", name="ck_unlock_use_parts_units"),
        sa.ForeignKeyConstraint(["use_id"], ["unlock_uses.id"], name="fk_unlock_use_parts_use_id"),
        sa.ForeignKeyConstraint(["unlock_id"], ["unlocks.id"], name="fk_unlock_use_parts_unlock_id"),
        sa.PrimaryKeyConstraint("use_id", "unlock_id", name="pk_unlock_use_parts"),
    )
    append_only("unlock_uses")
    append_only("unlock_use_parts")
    for table in ("unlocks", "unlock_uses", "unlock_use_parts"):
        own_rows_only(table)


def downgrade() -> None:
    op.drop_table("unlock_use_parts")
    op.drop_table("unlock_uses")
    op.drop_table("unlocks")
