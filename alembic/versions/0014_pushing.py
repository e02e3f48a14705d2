"""What the catalogue made in Stripe: the portal's configuration, and the endpoint with its encrypted secret."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stripe_setup",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('portal', 'webhook_endpoint')", name="ck_stripe_setup_kind"),
        sa.CheckConstraint("(kind = 'webhook_endpoint') = (sealed_secret IS NOT NULL)", name="ck_stripe_setup_secret"),
        sa.PrimaryKeyConstraint("kind", name="pk_stripe_setup"),
    )
