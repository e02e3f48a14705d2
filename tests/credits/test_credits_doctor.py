"""The doctor finds what is wrong when something is, and nothing when nothing is."""

import psycopg
import pytest

from billing_app.credits import Capture, Consume, CreditService, Hold, Reverse, Revoke
from billing_app.credits.doctor import audit
from billing_app.db.engine import Database
from tests.credits.ledgers import a_pack, drift

ALICE, BOB = 1, 2


async def a_history(credits: CreditService) -> None:
    for customer_id in (ALICE, BOB):
        await a_pack(credits, customer_id, 10)
        done = await credits.consume(Consume(customer_id=customer_id, feature="chat", credits=6))
        await credits.reverse(Reverse(customer_id=customer_id, entry_id=done.entry_id, credits=2))
        for _ in range(2):
            await credits.hold(Hold(customer_id=customer_id, feature="chat", credits=1))
        await credits.capture(Capture(customer_id=customer_id, hold_id=1))
    await credits.do(Revoke(customer_id=ALICE, payment="pi_cs_1", refunded=1, captured=1))


async def test_zero_drift_is_normal(credits: CreditService, database: Database) -> None:
    await a_history(credits)
    found = await drift(database)
    assert found.clean
    assert (found.accounts, found.lots, found.holds) == (2, 2, 4)


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("UPDATE credit_lots SET remaining = remaining + 1, open = true WHERE customer_id = 2", "remaining is what"),
        ("UPDATE credit_entries SET amount = amount - 1 WHERE kind = 'consume'", "an entry's amount"),
        ("UPDATE credit_entries SET amount = amount - 1 WHERE kind = 'consume'", "a customer's entries sum"),
        ("DELETE FROM credit_entries WHERE id = 2", "numbered without a gap"),
        ("DELETE FROM credit_entries WHERE id = 2", "nothing belongs to"),
        ("DELETE FROM credit_allocations WHERE entry_id = 2", "remaining is what"),
        ("UPDATE credit_lots SET revoked = revoked - 1 WHERE customer_id = 1", "expired, revoked and voided"),
        ("UPDATE credit_lots SET booked = false", "one entry that grants it"),
        ("DELETE FROM credit_hold_lots", "a hold's lots sum to it"),
        ("UPDATE credit_hold_lots SET credits = 100", "live holds set aside no more"),
        ("UPDATE credit_holds SET captured = 0 WHERE state = 'captured'", "a captured hold has the entry"),
        ("UPDATE credit_entries SET amount = 60 WHERE kind = 'reverse'", "gives back more than it took"),
        ("UPDATE credit_debts SET collected = 1", "a debt has collected"),
    ],
)
async def test_damage_is_found_and_named(
    credits: CreditService, database: Database, owner_url: str, damage: str, rule: str
) -> None:
    await a_history(credits)
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET session_replication_role = replica")  # what guards history is off: real damage
        connection.execute(damage)  # pyright: ignore[reportArgumentType, reportCallIssue]
    found = await drift(database)
    assert not found.clean
    named = [finding for finding in found.findings if rule in finding.rule]
    assert named, found
    assert named[0].examples[0].startswith("customer ")


async def test_the_doctor_can_look_at_some_customers_only(
    credits: CreditService, database: Database, owner_url: str
) -> None:
    await a_history(credits)
    with psycopg.connect(owner_url) as connection:
        connection.execute("UPDATE credit_lots SET remaining = remaining - 1 WHERE customer_id = 2")
    async with database.transaction() as session:
        assert (await audit(session, [ALICE])).clean
        assert not (await audit(session, [BOB])).clean
