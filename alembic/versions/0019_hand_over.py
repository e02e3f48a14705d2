"""Handing over of a host product's users; sessions that came so know the way back."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=True),
        sa.Column("goes_to", sa.String(), nullable=False),
        sa.Column("return_to", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_hand_overs_token_hash")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_hand_overs_customer_id"),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_hand_overs_api_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_overs"),
        sa.UniqueConstraint("token_hash", name="uq_hand_overs_token_hash"),
    )
    op.create_index("ix_hand_overs_customer_id", "hand_overs", ["customer_id"])
    op.create_index("ix_hand_overs_expires_at", "hand_overs", ["expires_at"])
    # The default stays: processes of the version before go on signing people in while this one is rolled out.
    op.add_column("sessions", sa.Column("handed_over", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("return_to", sa.String(), nullable=True))
