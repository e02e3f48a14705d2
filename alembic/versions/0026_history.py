"""A sandbox may begin in the past, and remembers how far its demo life has come."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

CLOCK = "ck_system_state_clock"


def upgrade() -> None:
    op.drop_constraint(CLOCK, "system_state", type_="check")
    op.create_check_constraint(CLOCK, "system_state", "mode = 'sandbox' OR clock_offset_s = 0")
    op.create_table(
        "demo_lives",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("days_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("people > 0 AND days > 0 AND days_done BETWEEN 0 AND days", name="ck_demo_lives_extent"),
        sa.PrimaryKeyConstraint("name", name="pk_demo_lives"),
    )


def downgrade() -> None:
    op.drop_table("demo_lives")
    op.drop_constraint(CLOCK, "system_state", type_="check")
    op.create_check_constraint(
        CLOCK, "system_state", "clock_offset_s >= 0 AND (mode = 'sandbox' OR clock_offset_s = 0)"
    )
