"""Roles, their default rights, the guard of append-only tables, and the stamp that says what the database is for."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for role in ("billing_app", "billing_customer"):
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
    # The app becomes `billing_app` from whatever role its URL signs in as, and `billing_customer` for customers' reads.
    # Roles belong to the whole server: in its second database they are there already, and granting them anew is for
    # their maker alone. 'SET', not 'MEMBER': who made a role is a member of it without being able to become it.
    for role, member in (("billing_customer", "billing_app"), ("billing_app", "CURRENT_USER")):
        name = "current_user" if member == "CURRENT_USER" else f"'{member}'"
        op.execute(
            f"DO $$ BEGIN IF NOT pg_has_role({name}, '{role}', 'SET') THEN GRANT {role} TO {member}; END IF; END $$"
        )
    op.execute("GRANT USAGE ON SCHEMA public TO billing_app, billing_customer")
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO billing_app"
    )
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO billing_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO billing_app")
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.create_table(
        "system_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("stripe_account", sa.String(), nullable=True),
        sa.Column("livemode", sa.Boolean(), nullable=True),
        sa.Column("clock_offset_s", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_system_state_singleton"),
        sa.CheckConstraint("mode IN ('sandbox', 'live')", name="ck_system_state_mode"),
        sa.CheckConstraint(
            "clock_offset_s >= 0 AND (mode = 'sandbox' OR clock_offset_s = 0)", name="ck_system_state_clock"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_system_state"),
    )


def downgrade() -> None:
    op.drop_table("system_state")
    op.execute("DROP FUNCTION refuse_change()")
