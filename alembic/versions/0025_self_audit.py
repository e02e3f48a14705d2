"""Self-audits that were made; and the app may read which revision its schema has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_audits",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("checks", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("state IN ('ok', 'warn', 'bad')", name="ck_self_audits_state"),
        sa.PrimaryKeyConstraint("id", name="pk_self_audits"),
    )
    op.create_index("ix_self_audits_at", "self_audits", ["at"])
    op.execute("GRANT SELECT ON alembic_version TO billing_app")


def downgrade() -> None:
    op.drop_table("self_audits")
    op.execute("REVOKE SELECT ON alembic_version FROM billing_app")
