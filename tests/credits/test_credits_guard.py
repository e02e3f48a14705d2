"""The database itself keeps history: no entry changes, no lot grows, nobody reads another customer's rows (row A12)."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing_app.credits import Capture, Consume, CreditService, Hold, UnknownEntry
from billing_app.db.engine import Database
from tests.credits.ledgers import a_pack, drift

ALICE, BOB = 1, 2

REFUSED = [
    "UPDATE credit_entries SET amount = 1000",
    "DELETE FROM credit_entries",
    "TRUNCATE credit_entries",
    "UPDATE credit_allocations SET credits = 1",
    "DELETE FROM credit_allocations",
    "TRUNCATE credit_allocations",
    "UPDATE credit_lots SET granted = 1000",
    "UPDATE credit_lots SET source = 'other'",
    "UPDATE credit_lots SET payment = NULL",
    "UPDATE credit_lots SET paid_minor = 0",
    "DELETE FROM credit_lots",
    "TRUNCATE credit_lots",
    "UPDATE credit_holds SET credits = 1",
    "DELETE FROM credit_holds",
    "UPDATE credit_hold_lots SET credits = 1",
    "UPDATE credit_debts SET credits = 1",
    "DELETE FROM credit_keys",
    "UPDATE credit_keys SET key = 'other'",
]


async def a_history(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await a_pack(credits, BOB, 20)
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=3, key="k"))
    held = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=2))
    await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id))


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_app_cannot_change_history(credits: CreditService, database: Database, statement: str) -> None:
    await a_history(credits)
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with database.transaction() as session:
            await session.execute(text(statement))
    assert (await drift(database)).clean


@pytest.mark.parametrize("statement", [one for one in REFUSED if "credit_debts" not in one])
async def test_not_even_the_owner_changes_history(credits: CreditService, owner_url: str, statement: str) -> None:
    await a_history(credits)
    with psycopg.connect(owner_url) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credit_lots SET remaining = granted + 1",
        "UPDATE credit_lots SET remaining = -1",
        "UPDATE credit_lots SET open = NOT open",
        "UPDATE credit_lots SET expired = granted",
        "UPDATE credit_holds SET captured = credits + 1",
    ],
)
async def test_what_may_change_stays_within_its_bounds(
    credits: CreditService, database: Database, statement: str
) -> None:
    await a_history(credits)
    with pytest.raises(DBAPIError, match="violates check constraint"):
        async with database.transaction() as session:
            await session.execute(text(statement))


@pytest.mark.row("A12")
async def test_a_customer_reads_only_their_own_ledger(credits: CreditService, database: Database) -> None:
    await a_history(credits)
    tables = ("accounts", "lots", "entries", "allocations", "holds", "hold_lots")
    async with database.as_customer(BOB) as session:
        for table in tables:
            seen = await session.execute(text(f"SELECT DISTINCT customer_id FROM credit_{table}"))
            assert set(seen.scalars()) <= {BOB}, table
    assert [entry.amount for entry in (await credits.entries(BOB)).entries] == [20]
    with pytest.raises(UnknownEntry):
        await credits.explain(BOB, 3)


@pytest.mark.row("A12")
async def test_a_customers_connection_can_write_nothing(credits: CreditService, database: Database) -> None:
    await a_history(credits)
    for statement in ("UPDATE credit_lots SET remaining = granted", "SELECT * FROM credit_keys"):
        with pytest.raises(DBAPIError, match=r"permission denied|read-only"):
            async with database.as_customer(ALICE) as session:
                await session.execute(text(statement))
