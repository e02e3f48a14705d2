"""What calls cost: model prices, the cost log, and its sums."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billing_app.db.ddl import append_only

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TOKENS = ("input", "output", "cached_input", "cache_write", "reasoning")
NOT_NEGATIVE = " AND ".join(f"{one} >= 0" for one in TOKENS)


class XID8(sa.types.UserDefinedType[str]):
    def get_col_spec(self, **_kw: object) -> str:
        return "xid8"


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "model_prices",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        _moment("valid_from"),
        *(sa.Column(one, sa.Numeric(30, 12), nullable=one not in ("input", "output")) for one in TOKENS),
        sa.Column("corrects", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _moment("created_at"),
        sa.CheckConstraint(NOT_NEGATIVE, name="ck_model_prices_prices"),
        sa.ForeignKeyConstraint(["corrects"], ["model_prices.id"], name="fk_model_prices_corrects"),
        sa.PrimaryKeyConstraint("id", name="pk_model_prices"),
        sa.UniqueConstraint("corrects", name="uq_model_prices_corrects"),
    )
    op.create_index(
        "uq_model_prices_model_valid_from",
        "model_prices",
        ["model", "valid_from"],
        unique=True,
        postgresql_where=sa.text("corrects IS NULL"),
    )
    _log()
    op.create_table(
        "unpriced_models",
        sa.Column("model", sa.Text(), nullable=False),
        _moment("since"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        _moment("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("model", name="pk_unpriced_models"),
    )
    _sums()
    append_only("model_prices")
    append_only("cost_log")


def _log() -> None:
    op.create_table(
        "cost_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("sign", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        *(_count(one) for one in TOKENS),
        sa.Column("units", sa.Numeric(24, 6), server_default="0", nullable=False),
        sa.Column("price_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("cost", sa.Numeric(30, 12), nullable=True),
        _moment("at"),
        _moment("recorded_at"),
        sa.Column("corrects", sa.BigInteger(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("written_in", XID8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("kind IN ('llm', 'vendor')", name="ck_cost_log_kind"),
        sa.CheckConstraint("sign IN (-1, 1) AND (sign = 1 OR corrects IS NOT NULL)", name="ck_cost_log_sign"),
        sa.CheckConstraint("(cost IS NULL) = (currency IS NULL) AND cost >= 0", name="ck_cost_log_cost"),
        sa.CheckConstraint("cost IS NULL OR (kind = 'llm') = (price_id IS NOT NULL)", name="ck_cost_log_price"),
        sa.CheckConstraint("entry_id IS NULL OR customer_id IS NOT NULL", name="ck_cost_log_entry"),
        sa.CheckConstraint(f"{NOT_NEGATIVE} AND units >= 0", name="ck_cost_log_counts"),
        sa.PrimaryKeyConstraint("id", name="pk_cost_log"),
        sa.UniqueConstraint("source", "request_id", "sign", name="uq_cost_log_source_request_id_sign"),
    )
    op.create_index(
        "uq_cost_log_reversed", "cost_log", ["corrects"], unique=True, postgresql_where=sa.text("sign = -1")
    )
    op.create_index("ix_cost_log_written_in", "cost_log", ["written_in"])
    op.create_index(
        "ix_cost_log_customer_id_at",
        "cost_log",
        ["customer_id", "at"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index("ix_cost_log_unknown", "cost_log", ["model", "id"], postgresql_where=sa.text("cost IS NULL"))
    op.create_index("ix_cost_log_at", "cost_log", ["at"], postgresql_using="brin")


def _sums() -> None:
    dimensions = ("kind", "plan", "feature", "model", "purchase", "currency")
    op.create_table(
        "cost_sums",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(one, sa.Text(), nullable=False) for one in dimensions),
        *(_count(one) for one in ("calls", "unknown", *TOKENS)),
        sa.Column("units", sa.Numeric(38, 6), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(38, 12), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", *dimensions, name="pk_cost_sums"),
    )
    for table, when in (("cost_sums_customer", "day"), ("cost_sums_customer_month", "month")):
        op.create_table(
            table,
            sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column(when, sa.Date(), nullable=False),
            sa.Column("currency", sa.Text(), nullable=False),
            _count("calls"),
            _count("unknown"),
            sa.Column("cost", sa.Numeric(38, 12), server_default="0", nullable=False),
            sa.PrimaryKeyConstraint("customer_id", when, "currency", name=f"pk_{table}"),
        )
        op.create_index(f"ix_{table}_{when}", table, [when, "currency"])
    op.create_table(
        "cost_rollup_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("upto", XID8(), nullable=False),
        sa.Column("floor_id", sa.BigInteger(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("rebuild", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _moment("rolled_at", nullable=True),
        sa.CheckConstraint("id = 1", name="ck_cost_rollup_mark_singleton"),
        sa.PrimaryKeyConstraint("id", name="pk_cost_rollup_mark"),
    )
    # The log is empty, so everything written from now on is new, whoever serves this database: see usage/rollup.py.
    op.execute(
        "INSERT INTO cost_rollup_mark (id, upto, floor_id, cluster) "
        "SELECT 1, '0'::xid8, 0, system_identifier::text FROM pg_control_system()"
    )


def downgrade() -> None:
    for table in (
        "cost_rollup_mark",
        "cost_sums_customer_month",
        "cost_sums_customer",
        "cost_sums",
        "unpriced_models",
        "cost_log",
        "model_prices",
    ):
        op.drop_table(table)
