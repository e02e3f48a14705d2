"""How many credits of a pack pay a debt, as its page said; how long a dispute kept a month of a plan from being used."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("checkouts", sa.Column("debt_credits", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("plan_windows", sa.Column("stood_still_s", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint("ck_plan_windows_stood_still", "plan_windows", "stood_still_s >= 0")
    op.create_check_constraint("ck_checkouts_debt", "checkouts", "debt_credits BETWEEN 0 AND coalesce(credits, 0)")


def downgrade() -> None:
    op.drop_constraint("ck_plan_windows_stood_still", "plan_windows")
    op.drop_column("plan_windows", "stood_still_s")
    op.drop_constraint("ck_checkouts_debt", "checkouts")
    op.drop_column("checkouts", "debt_credits")
