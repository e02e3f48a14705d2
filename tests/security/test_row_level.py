"""The second wall (row A12): a query that forgets whose rows are meant still shows one's own alone, in every table."""

from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Column, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Numeric, SmallInteger, Uuid

import billing_app.db.tables  # noqa: F401 - every table of the product
from billing_app.db.engine import Database
from billing_app.db.model import metadata

pytestmark = pytest.mark.row("A12")

ADA, EVE = 1, 2
CLOSED = {
    "cost_log",
    "cost_sums_customer",
    "cost_sums_customer_month",
    "credit_keys",
    "customer_looks",
    "customer_notes",
    "funnel_events",
    "hand_overs",
    "outbox_deliveries",
    "payment_failures",
    "reconcile_findings",
    "revenue_accounts",
    "revenue_lots",
    "revenue_payments",
    "revenue_sales",
    "revenue_sums_customer",
    "revenue_sums_customer_month",
    "users",
}
"""Read by the product and its staff alone, never in a customer's name: the role of customers may not even ask."""


def of_customers() -> list[Table]:
    """Every table with a customer's rows, as the models have it."""
    return [table for table in metadata.sorted_tables if "customer_id" in table.columns]


@pytest.fixture
def filled(owner_url: str) -> None:
    """A row of two customers in each of them, whatever rules the tables have among themselves."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # neither references nor triggers
        for table in of_customers():
            name = sql.Identifier(table.name)
            checks = connection.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass", [table.name]
            )
            for (check,) in checks.fetchall():
                connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(check)))
            for customer in (ADA, EVE):
                values = {
                    column.name: customer if column.name == "customer_id" else _something(column, customer)
                    for column in table.columns
                    if column.name == "customer_id" or _needed(column)
                }
                connection.execute(
                    sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                        name,
                        sql.SQL(", ").join(map(sql.Identifier, values)),
                        sql.SQL(", ").join(sql.Placeholder() * len(values)),
                    ),
                    list(values.values()),
                )


def _needed(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None and column.identity is None


def _something(column: Column[Any], number: int) -> Any:
    kinds: tuple[tuple[Any, Any], ...] = (
        (BigInteger | Integer | SmallInteger | Numeric, number),
        (Boolean, False),
        (DateTime, f"2026-01-0{number}T00:00:00Z"),
        (Date, f"2026-01-0{number}"),
        (LargeBinary, bytes([number]) * 32),
        (JSONB, "{}"),
        (ARRAY, []),
        (Uuid, f"00000000-0000-0000-0000-00000000000{number}"),
    )
    return next((made for kind, made in kinds if isinstance(column.type, kind)), f"t{number}")


@pytest.mark.usefixtures("filled")
async def test_a_query_that_forgets_whose_rows_are_meant_shows_ones_own_alone(database: Database) -> None:
    wrong: list[str] = []
    for table in of_customers():
        try:
            async with database.as_customer(ADA) as session:
                seen = list(await session.scalars(text(f"SELECT customer_id FROM {table.name}")))
        except DBAPIError as error:
            if "permission denied" not in str(error):
                raise
            if table.name not in CLOSED:
                wrong.append(f"{table.name}: closed to customers; say so in CLOSED, or give it own_rows_only")
            continue
        if seen != [ADA]:
            wrong.append(f"{table.name}: customer {ADA} sees the rows of {seen}: its migration needs own_rows_only")
        if table.name in CLOSED:
            wrong.append(f"{table.name}: is not closed")
    assert not wrong, "\n".join(wrong)
    assert {table.name for table in of_customers()} >= CLOSED
    assert len(of_customers()) > 35


@pytest.mark.usefixtures("filled")
async def test_nobodys_name_shows_nothing_and_no_name_writes(database: Database) -> None:
    for table in (table for table in of_customers() if table.name not in CLOSED):
        async with database.as_customer(0) as session:
            assert (await session.scalars(text(f"SELECT customer_id FROM {table.name}"))).all() == []
    for statement in ("UPDATE drafts SET text = 'x'", "DELETE FROM drafts", "TRUNCATE drafts"):
        with pytest.raises(DBAPIError, match=r"read-only|permission denied"):
            async with database.as_customer(ADA) as session:
                await session.execute(text(statement))


def test_everything_else_is_closed_to_customers(owner_url: str) -> None:
    own = {table.name for table in of_customers()}
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'v', 'm', 'p') AND NOT relrowsecurity "
            "AND has_table_privilege('billing_customer', oid, 'SELECT')"
        )
        assert {name for (name,) in found.fetchall()} - own == OPEN


OPEN = {"catalog_items"}
"""What holds nobody's data and customers' queries read: what is for sale."""
