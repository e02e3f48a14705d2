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
TWO_REFUNDS = """
    INSERT INTO refunds (customer_id, payment_id, stripe_refund_id, amount_minor, currency, status, by, created_at)
    SELECT customer_id, id, 're_' || n, minor, 'USD', status, 'stripe', at::timestamptz
    FROM payments, (VALUES (1, 900, 'succeeded', '2026-01-01'), (2, 800, 'failed', '2026-01-05'),
        (3, 1500, 'pending', '2026-01-20')) AS told (n, minor, status, at)
    WHERE refunded_minor = 2400"""
ITS_DEBTS = """
    INSERT INTO credit_debts (customer_id, id, payment, lot_id, credits, collected, state, created_at)
    SELECT customer_id, n, payment, 2, 5, collected, state, at::timestamptz
    FROM credit_claims, (VALUES (1, 5, 'collected', '2026-01-01 00:00:02'), (2, 0, 'open', '2026-01-20 00:00:02'))
        AS debt (n, collected, state, at)"""

A_WON_DISPUTE = """
    INSERT INTO disputes (customer_id, payment_id, stripe_dispute_id, amount_minor, currency, status, outcome,
        opened_at, closed_at)
    SELECT customer_id, id, 'du_1', 700, 'USD', 'won', 'won', '2026-01-03', '2026-02-03' FROM payments
    WHERE refunded_minor = 2400"""


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
    before = figures(released_url)
    assert all(row and row[0] for row in before.values())
    upgrade(released_url)
    assert figures(released_url) == before
    command.check(config(released_url))
    with psycopg.connect(released_url) as connection:
        claims = connection.execute("SELECT given_back FROM credit_claims").fetchall()
    assert claims == [([["2026-11-21T05:06:26.232290+00:00", 2400]],)], (
        "a refund without a row went back when it was heard of"
    )
    database = Database(released_url.replace("postgres:@", "billing_app@", 1))
    try:
        async with database.transaction() as session:
            drift = await recompute(session)
    finally:
        await database.close()
    assert drift.clean, drift.findings
    assert drift.entries == (before["credit_entries"] or (0,))[0]


@pytest.mark.row("A7")
def test_each_debt_of_before_is_as_old_as_the_refund_it_is_of(released_url: str) -> None:
    upgrade(released_url, "0032")
    with psycopg.connect(released_url) as connection:
        connection.execute(TWO_REFUNDS)
        connection.execute(ITS_DEBTS)
        connection.execute(A_WON_DISPUTE)
    upgrade(released_url)
    with psycopg.connect(released_url) as connection:
        debts = connection.execute(
            "SELECT id, to_char(since AT TIME ZONE 'UTC', 'DD Mon') FROM credit_debts ORDER BY id"
        ).fetchall()
        claims = connection.execute("SELECT given_back FROM credit_claims").fetchall()
        disputes = connection.execute("SELECT moves FROM disputes").fetchall()
    assert debts == [(1, "01 Jan"), (2, "20 Jan")], "what began on 10 January pays only the first of them"
    first, second = "2026-01-01T00:00:00.000000+00:00", "2026-01-20T00:00:00.000000+00:00"
    assert claims == [([[first, 900], [second, 1500]],)]
    opened, won = "2026-01-03T00:00:00.000000+00:00", "2026-02-03T00:00:00.000000+00:00"
    assert disputes == [([[opened, 700, 0], [won, -700, 0]],)]
