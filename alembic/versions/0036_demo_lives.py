"""How each person of a demo life stood when its last day was over.

After 0035: they are applied in the order 0032, 0034, 0033, 0035, 0036.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("demo_lives", sa.Column("lives", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False))


def downgrade() -> None:
    op.drop_column("demo_lives", "lives")
