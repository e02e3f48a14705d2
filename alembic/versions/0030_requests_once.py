"""Requests that take several steps with Stripe, and their answers for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_requests",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("ck_api_requests_fingerprint")),
        sa.CheckConstraint(
            "(done_at IS NULL) = (status IS NULL) AND (done_at IS NULL) = (body IS NULL)",
            name=op.f("ck_api_requests_done"),
        ),
        sa.PrimaryKeyConstraint("key", name="pk_api_requests"),
    )
    op.create_index("ix_api_requests_begun_at", "api_requests", ["begun_at"])


def downgrade() -> None:
    op.drop_table("api_requests")
