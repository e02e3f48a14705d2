"""Sums of revenue: what was sold, earned, expired and taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SUMS = ("day", "currency", "item_kind", "code", "name", "lot_kind", "feature", "movement")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _customer() -> sa.Column[int]:
    return sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "revenue_sums",
        _day("day"),
        *(_word(one) for one in SUMS[1:]),
        *(_count(one) for one in ("amount_minor", "credits", "events")),
        sa.PrimaryKeyConstraint(*SUMS, name="pk_revenue_sums"),
    )
    for table, when in (("revenue_sums_customer", "day"), ("revenue_sums_customer_month", "month")):
        op.create_table(
            table,
            _customer(),
            _day(when),
            _word("currency"),
            *(
                _count(one)
                for one in ("sold_minor", "credited_minor", "earned_minor", "released_minor", "credits_used")
            ),
            sa.PrimaryKeyConstraint("customer_id", when, "currency", name=f"pk_{table}"),
        )
        op.create_index(f"ix_{table}_{when}", table, [when, "currency"])
    _progress()
    # Which uses were taken of an unlock: asked for each unlock whose uses are counted.
    op.create_index("ix_unlock_use_parts_unlock_id", "unlock_use_parts", ["unlock_id"])


def _progress() -> None:
    op.create_table(
        "revenue_lots",
        _customer(),
        sa.Column("lot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root_lot_id", sa.BigInteger(), nullable=False),
        *(_word(one) for one in ("item_kind", "code", "name", "lot_kind", "currency")),
        *(_count(one) for one in ("paid_minor", "granted", "gone")),
        sa.CheckConstraint("gone BETWEEN 0 AND granted", name="ck_revenue_lots_gone"),
        sa.CheckConstraint("paid_minor >= 0 AND (paid_minor = 0 OR currency <> '')", name="ck_revenue_lots_paid"),
        sa.PrimaryKeyConstraint("customer_id", "lot_id", name="pk_revenue_lots"),
    )
    op.create_table(
        "revenue_accounts",
        _customer(),
        *(_count(one) for one in ("entry_id", "lot_id")),
        sa.PrimaryKeyConstraint("customer_id", name="pk_revenue_accounts"),
    )
    op.create_table(
        "revenue_sales",
        _word("source"),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        *(_word(one) for one in ("rule", "item_kind", "code", "name", "feature")),
        sa.Column("currency", sa.String(3), nullable=False),
        _count("amount_minor"),
        _day("sold_on"),
        *(_day(one, nullable=True) for one in ("starts_on", "ends_on")),
        _count("units"),
        sa.Column("uses", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _day("ended_on", nullable=True),
        _day("upto"),
        sa.Column("running", sa.Boolean(), nullable=False),
        _word("seen"),
        sa.CheckConstraint("rule IN ('by_day', 'at_sale', 'per_use', 'credited')", name="ck_revenue_sales_rule"),
        sa.PrimaryKeyConstraint("source", name="pk_revenue_sales"),
    )
    op.create_index("ix_revenue_sales_running", "revenue_sales", ["upto"], postgresql_where=sa.text("running"))
    op.create_table(
        "revenue_invoices",
        sa.Column("invoice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_revenue_invoices"),
    )
    op.create_table(
        "revenue_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("rolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name="ck_revenue_mark_singleton"),
        sa.PrimaryKeyConstraint("id", name="pk_revenue_mark"),
    )
    op.execute("INSERT INTO revenue_mark (id) VALUES (1)")


def downgrade() -> None:
    op.drop_index("ix_unlock_use_parts_unlock_id", "unlock_use_parts")
    for table in (
        "revenue_mark",
        "revenue_invoices",
        "revenue_sales",
        "revenue_accounts",
        "revenue_lots",
        "revenue_sums_customer_month",
        "revenue_sums_customer",
        "revenue_sums",
    ):
        op.drop_table(table)
