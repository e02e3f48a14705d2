"""Every migration since the first release runs on a database that is in use, and leaves its books as they were (E7)."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from alembic import command
from psycopg import sql

from billing_app.credits.doctor import audit as recompute
from billing_app.db.engine import Database
from billing_app.db.migrate import config, upgrade

RELEASED = "0019"
DATA = Path(__file__).with_name("at_0019.sql")
"""What the product itself wrote with that schema: people, packs, plans, a refund, use, costs, a webhook inbox."""
FIGURES = {
    "credit_entries": "SELECT count(*), sum(amount), max(balance_after) FROM credit_entries",
    "credit_lots": "SELECT count(*), sum(granted), sum(remaining) FROM credit_lots",
    "payments": "SELECT count(*), sum(captured_minor), sum(refunded_minor) FROM payments",
    "subscriptions": "SELECT count(*), min(status), max(status) FROM subscriptions",
    "invoices": "SELECT count(*), sum(total_minor), 0 FROM invoices",
    "cost_log": "SELECT count(*), sum(input), sum(output) FROM cost_log",
    "people": "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM customers), count(*) FROM enquiries",
    "inbox": "SELECT count(*), count(DISTINCT type), 0 FROM webhook_events",
}
A_DEBT = """
    INSERT INTO credit_debts (customer_id, id, payment, lot_id, credits, state, created_at)
    SELECT customer_id, 1, payment, 2, 5, 'open', '2026-11-21 05:06:26.5+00' FROM credit_claims"""


@pytest.fixture
def released_url(owner_url: str) -> Iterator[str]:
    """A database as an installation of the first release has it, in use."""
    name, ours = f"t_{uuid.uuid4().hex[:16]}", urlsplit(owner_url).path
    with psycopg.connect(owner_url.replace(ours, "/postgres", 1), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    url = owner_url.replace(ours, f"/{name}", 1)
    upgrade(url, RELEASED)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # rows come in no order of references
        connection.execute(DATA.read_bytes())
    yield url
    with psycopg.connect(owner_url.replace(ours, "/postgres", 1), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def figures(url: str) -> dict[str, tuple[object, ...] | None]:
    """What the books come to."""
    with psycopg.connect(url) as connection:
        return {name: connection.execute(query.encode()).fetchone() for name, query in FIGURES.items()}


@pytest.mark.row("E7")
async def test_a_database_in_use_is_brought_up_to_date_with_its_books_as_they_were(released_url: str) -> None:
    with psycopg.connect(released_url) as connection:
        connection.execute(A_DEBT)
    before = figures(released_url)
    assert all(row and row[0] for row in before.values())
    upgrade(released_url)
    assert figures(released_url) == before
    command.check(config(released_url))
    with psycopg.connect(released_url) as connection:
        debts = connection.execute("SELECT since = created_at FROM credit_debts").fetchall()
        claims = connection.execute("SELECT given_back FROM credit_claims").fetchall()
    assert debts == [(True,)], "of debts of before only the time of hearing is known"
    assert claims == [([["2026-11-21T05:06:26.500000+00:00", 2400]],)]
    database = Database(released_url.replace("postgres:@", "billing_app@", 1))
    try:
        async with database.transaction() as session:
            drift = await recompute(session)
    finally:
        await database.close()
    assert drift.clean, drift.findings
    assert drift.entries == (before["credit_entries"] or (0,))[0]
