"""What people write in the playground: drafts and sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billing_app.db.ddl import own_rows_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(text) <= 20000", name="ck_drafts_length"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_drafts_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", "page", name="pk_drafts"),
    )
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("job", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("charged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("turns", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'begun', 'ended', 'left')", name="ck_interviews_state"),
        sa.CheckConstraint("cost > 0 AND charged BETWEEN 0 AND cost", name="ck_interviews_credits"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_interviews_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
    )
    op.create_index("ix_interviews_customer_id_created_at", "interviews", ["customer_id", "created_at"])
    own_rows_only("drafts")
    own_rows_only("interviews")


def downgrade() -> None:
    op.drop_table("interviews")
    op.drop_table("drafts")
