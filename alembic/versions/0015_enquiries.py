"""Questions of people who want a plan by contract."""

import sqlalchemy as sa
from alembic import op

from billing_app.db.ddl import own_rows_only

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enquiries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_code", sa.String(), server_default="", nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("company", sa.String(), server_default="", nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(message) BETWEEN 1 AND 1500", name="ck_enquiries_message"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_enquiries_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enquiries"),
        sa.UniqueConstraint("number", name="uq_enquiries_number"),
        sa.UniqueConstraint("fingerprint", name="uq_enquiries_fingerprint"),
    )
    op.create_index("ix_enquiries_customer_id", "enquiries", ["customer_id"])
    own_rows_only("enquiries")


def downgrade() -> None:
    op.drop_table("enquiries")
