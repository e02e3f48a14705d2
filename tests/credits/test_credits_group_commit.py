"""Concurrent callers committed together: sums exact, one culprit fails alone, nothing is charged twice or lost."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing_app.credits import Consume, CreditService, FateUnknown, Grant, LotKind, QueueFull, Settle, apply
from billing_app.db.engine import Database
from billing_app.errors import InsufficientCredits, InvalidInput, Unavailable
from tests.credits.ledgers import a_pack, drift, rows
from tests.credits.lossy_proxy import Cut, lossy_wire

ALICE, BOB = 1, 2


def one_credit(customer_id: int = ALICE, **facts: Any) -> Consume:
    return Consume(customer_id=customer_id, credits=1, **{"feature": "chat", **facts})


@pytest.mark.row("A4")
@pytest.mark.parametrize("customers", [1, 50])
async def test_two_processes_of_100_tasks_each_take_exactly_what_there_was(
    database: Database, database_url: str, customers: int
) -> None:
    each, rounds = 900 // customers, 6
    async with database.transaction() as session:
        await apply(
            session,
            [
                Grant(customer_id=number + 1, credits=each // 3, kind=LotKind.GIFT, label="g", source=f"g{part}")
                for number in range(customers)
                for part in range(3)
            ],
        )
    script = Path(__file__).with_name("spender.py")
    arguments = [sys.executable, str(script), database_url, str(customers), "100", str(rounds)]
    processes = [
        await asyncio.create_subprocess_exec(
            *arguments,
            cwd=script.parents[2],
            env={"PYTHONPATH": str(script.parents[2])},
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    answers = [(await asyncio.wait_for(one.communicate(), 120))[0].split() for one in processes]
    taken = sum(int(answer[0]) for answer in answers)
    refused = sum(int(answer[1]) for answer in answers)
    left = await rows(database, "SELECT sum(remaining)::bigint, min(remaining) FROM credit_lots")
    assert taken + refused == 2 * 100 * rounds
    assert taken + left[0][0] == each // 3 * 3 * customers
    assert left[0][1] >= 0
    assert await rows(database, "SELECT count(*) FROM credit_entries WHERE kind = 'consume'") == [(taken,)]
    assert (await drift(database)).clean


async def test_callers_who_come_together_are_committed_together(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 300)
    done = await asyncio.gather(*(credits.consume(one_credit()) for _ in range(200)))
    transactions = await rows(database, "SELECT count(DISTINCT xmin::text) FROM credit_entries WHERE kind = 'consume'")
    assert sorted(one.entry_id for one in done) == list(range(2, 202))
    assert transactions[0][0] <= 3
    assert (await credits.balance(ALICE)).available == 100


async def test_a_refusal_does_not_touch_the_others_of_its_batch(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    done = await asyncio.gather(*(credits.consume(one_credit()) for _ in range(15)), return_exceptions=True)
    assert sum(isinstance(one, InsufficientCredits) for one in done) == 5
    assert (await credits.balance(ALICE)).available == 0


async def test_only_the_culprit_fails_when_the_database_refuses_one(
    credits: CreditService, database: Database, owner_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for customer_id in (ALICE, BOB):
        await a_pack(credits, customer_id, 10)
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON credit_entries FOR EACH ROW "
            "WHEN (NEW.feature = 'poison') EXECUTE FUNCTION refuse_change()"
        )
    done = await asyncio.gather(
        credits.consume(one_credit()),
        credits.consume(one_credit(feature="poison")),
        credits.consume(one_credit()),
        credits.consume(one_credit(BOB)),
        return_exceptions=True,
    )
    assert [isinstance(one, psycopg.Error) for one in done] == [False, True, False, False]
    assert [(await credits.balance(customer_id)).available for customer_id in (ALICE, BOB)] == [8, 9]
    assert (await drift(database)).clean
    assert "each goes alone" in caplog.text


@pytest.mark.parametrize("cut", list(Cut))
@pytest.mark.parametrize("reference", [None, "s-1"])
async def test_a_commit_whose_answer_is_lost_is_charged_once_and_answered(
    database: Database, database_url: str, cut: Cut, reference: str | None
) -> None:
    async with lossy_wire(database_url) as (proxy, url):
        far = Database(url)
        credits = CreditService(far, retry_pauses_s=(0.01, 0.1))
        await a_pack(credits, ALICE, 10)
        proxy.break_commits(cut)
        done = await credits.consume(one_credit(reference=reference))
        assert proxy.cuts_made == 1
        assert done.available == 9
        assert (await credits.balance(ALICE)).available == 9
        await credits.close()
        await far.close()
    assert await rows(database, "SELECT count(*) FROM credit_entries WHERE kind = 'consume'") == [(1,)]
    assert (await drift(database)).clean


async def test_when_the_fate_stays_unknown_the_same_key_finds_out(database: Database, database_url: str) -> None:
    async with lossy_wire(database_url) as (proxy, url):
        far = Database(url)
        credits = CreditService(far, retry_pauses_s=(0.01,))
        await a_pack(credits, ALICE, 10)
        proxy.break_commits(Cut.AFTER_COMMIT, times=1)

        async def then_the_wire_stays_cut() -> None:
            await proxy.was_cut.wait()
            proxy.break_commits(Cut.BEFORE_ANYTHING, times=1_000)

        cutter = asyncio.create_task(then_the_wire_stays_cut())
        with pytest.raises(FateUnknown, match="same key") as unknown:
            await credits.consume(one_credit(key="k"))
        await cutter
        assert (unknown.value.status, unknown.value.extra["key"]) == (503, "k")
        proxy.times = 0
        done = await credits.consume(one_credit(key="k"))
        assert (done.replayed, done.available) == (True, 9)
        await credits.close()
        await far.close()


async def test_a_database_that_cannot_be_reached_says_that_nothing_was_booked(database_url: str) -> None:
    async with lossy_wire(database_url) as (proxy, url):
        far = Database(url)
        credits = CreditService(far, retry_pauses_s=(0.01,))
        proxy.break_commits(Cut.BEFORE_ANYTHING, times=1_000)
        with pytest.raises(Unavailable, match="nothing was booked"):
            await credits.consume(one_credit(key="k"))
        proxy.times = 0
        await credits.close()
        await far.close()


async def test_a_caller_who_goes_away_does_not_take_the_operation_with_it(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    async with database.transaction() as busy:
        await busy.execute(text("SELECT FROM credit_accounts FOR UPDATE"))
        callers = [asyncio.create_task(credits.consume(one_credit(key=f"k{number}"))) for number in range(3)]
        await asyncio.sleep(0.05)
        callers[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await callers[1]
    assert [(await callers[number]).credits for number in (0, 2)] == [1, 1]
    assert (await credits.consume(one_credit(key="k1"))).replayed
    assert (await credits.balance(ALICE)).available == 7


async def test_a_full_queue_says_when_to_come_back_and_takes_nothing(database: Database) -> None:
    credits = CreditService(database, max_waiting=3)
    await a_pack(credits, ALICE, 10)
    async with database.transaction() as busy:
        await busy.execute(text("SELECT FROM credit_accounts FOR UPDATE"))
        waiting = [asyncio.create_task(credits.consume(one_credit())) for _ in range(3)]
        await asyncio.sleep(0.05)
        with pytest.raises(QueueFull) as full:
            await credits.consume(one_credit())
        assert (full.value.status, full.value.extra["retry_after_s"]) == (503, 1)
    await asyncio.gather(*waiting)
    assert (await credits.consume(one_credit())).available == 6
    await credits.close()
    with pytest.raises(QueueFull):
        await credits.consume(one_credit())


async def test_a_busy_customer_does_not_keep_the_others_waiting(credits: CreditService, database: Database) -> None:
    for customer_id in (ALICE, BOB):
        await a_pack(credits, customer_id, 10)
    async with database.transaction() as busy:
        await busy.execute(text("SELECT FROM credit_accounts WHERE customer_id = 1 FOR UPDATE"))
        stuck = [asyncio.create_task(credits.consume(one_credit(ALICE))) for _ in range(5)]
        await asyncio.sleep(0.02)
        assert (await asyncio.wait_for(credits.consume(one_credit(BOB)), 5)).available == 9
        assert not any(one.done() for one in stuck)
    assert sorted(one.available for one in await asyncio.gather(*stuck)) == [5, 6, 7, 8, 9]


async def test_batches_have_a_limit(database: Database, credits: CreditService) -> None:
    with pytest.raises(InvalidInput, match="At most 500"):
        async with database.transaction() as session:
            await apply(session, [Settle(customer_id=ALICE)] * 501)
    with pytest.raises(InvalidInput):
        CreditService(database, max_batch=501)
    await a_pack(credits, ALICE, 2_000)
    await asyncio.gather(*(credits.consume(one_credit()) for _ in range(1_200)))
    assert (await credits.balance(ALICE)).available == 800


async def test_new_customers_who_come_together_get_their_accounts(credits: CreditService, database: Database) -> None:
    done = await asyncio.gather(*(a_pack(credits, number % 20 + 1, 1, f"cs_{number}") for number in range(100)))
    assert len(done) == 100
    assert await rows(database, "SELECT count(*), sum(lot_count)::bigint FROM credit_accounts") == [(20, 100)]


async def test_an_error_of_the_database_reaches_the_caller_of_the_other_door(
    database: Database, owner_url: str
) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON credit_lots FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    with pytest.raises((psycopg.Error, DBAPIError), match="append-only"):
        async with database.transaction() as session:
            await apply(session, [Grant(customer_id=ALICE, credits=1, kind=LotKind.GIFT, label="g", source="g")])


async def test_callers_of_the_other_door_who_name_customers_in_any_order_never_wait_for_each_other(
    database: Database,
) -> None:
    async def grant(task: int) -> None:
        customers = [1, 2, 3] if task % 2 else [3, 2, 1]
        async with database.transaction() as session:
            await apply(
                session,
                [
                    Grant(customer_id=one, credits=1, kind=LotKind.GIFT, label="g", source=f"g{task}")
                    for one in customers
                ],
            )

    await asyncio.gather(*(grant(task) for task in range(40)))
    assert await rows(database, "SELECT sum(lot_count)::bigint FROM credit_accounts") == [(120,)]
    assert (await drift(database)).clean
