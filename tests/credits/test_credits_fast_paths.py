"""The ledger's short ways: a balance in one trip, a batch in two, on connections outside of the pool."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from billing_app import clock
from billing_app.credits import Consume, CreditService, Hold
from billing_app.credits.glance import Glances
from billing_app.db.engine import Database
from tests.credits.conftest import Advance
from tests.credits.ledgers import a_pack, drift, free_credits, rows

ALICE, BOB = 1, 2
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"


def end_all_connections(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(OTHERS, [connection.info.backend_pid])


async def test_a_balance_read_in_one_trip_has_what_the_long_way_has(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    await free_credits(credits, ALICE, 5, expires_at=clock.now() + timedelta(days=9))
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=7))
    assert await Glances(database).glance(ALICE) is not None
    balance = await credits.balance(ALICE)
    assert (balance.available, [lot.remaining for lot in balance.lots]) == (8, [8])


async def test_live_holds_take_the_long_way_and_are_in_the_balance(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=4))
    assert await Glances(database).glance(ALICE) is None
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.held, len(balance.holds)) == (6, 4, 1)


async def test_a_balance_follows_the_clock_that_another_process_has_moved(
    credits: CreditService, advance: Advance
) -> None:
    await free_credits(credits, ALICE, 5, expires_at=clock.now() + timedelta(days=9))
    assert (await credits.balance(ALICE)).available == 5
    moved = await advance(days=10)
    clock.reset()  # as in a process that has not heard of it
    balance = await credits.balance(ALICE)
    assert balance.available == 0
    assert balance.at >= moved


async def test_balances_asked_at_once_are_read_together_and_each_is_its_own(credits: CreditService) -> None:
    everybody = range(1, 51)
    for customer_id in everybody:
        await a_pack(credits, customer_id, customer_id)
    balances = await asyncio.gather(*(credits.balance(customer_id) for customer_id in everybody))
    assert [balance.available for balance in balances] == list(everybody)


async def test_a_reader_who_goes_away_does_not_keep_the_others_from_their_balance(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await a_pack(credits, BOB, 20)
    gone, *others = [asyncio.create_task(credits.balance(one)) for one in (ALICE, BOB, ALICE, BOB)]
    await asyncio.sleep(0)
    gone.cancel()
    assert [(await one).available for one in others] == [20, 10, 20]


async def test_who_asks_as_the_last_lane_ends_is_answered(credits: CreditService, database: Database) -> None:
    """Whoever is told asks again at once, when the lane has found nobody waiting but is not gone yet."""
    await a_pack(credits, ALICE, 10)
    glances = Glances(database, lanes=1)
    async with asyncio.timeout(30):
        assert await glances.glance(ALICE) is not None
        assert await glances.glance(ALICE) is not None


@pytest.mark.row("A12")
async def test_the_connections_of_balances_see_nothing_unless_they_name_a_customer(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await a_pack(credits, BOB, 20)
    assert (await credits.balance(BOB)).available == 20
    with pytest.raises(psycopg.Error, match=r"read-only|permission denied"):
        async with database.customer_readers.take() as direct:
            assert await direct.trip([("SELECT customer_id FROM credit_lots", ())]) == [[]]
            await direct.trip([("UPDATE credit_lots SET remaining = granted", ())])


async def test_connections_that_died_while_nobody_used_them_cost_nobody_an_answer(
    credits: CreditService, database: Database, owner_url: str
) -> None:
    await a_pack(credits, ALICE, 10)
    await credits.balance(ALICE)
    end_all_connections(owner_url)
    assert (await credits.balance(ALICE)).available == 10
    end_all_connections(owner_url)
    assert (await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=1, key="k"))).available == 9
    assert await rows(database, "SELECT count(*) FROM credit_entries WHERE kind = 'consume'") == [(1,)]
    assert (await drift(database)).clean


async def test_a_reader_who_goes_away_leaves_no_connection_in_disorder(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    for moment in range(20):
        reading = asyncio.create_task(credits.balance(ALICE))
        for _ in range(moment % 5):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert (await credits.balance(ALICE)).available == 10


async def test_a_row_that_is_not_there_when_it_is_written_lets_nothing_be_committed(database: Database) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="0 of 1 rows of credit_lots"):
        async with database.writers.take() as direct:
            await direct.trip([("SELECT credit_expect(%s, %s, 'credit_lots')", (0, 1))])
