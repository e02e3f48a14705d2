"""Revenue of credits ties to the ledger to the cent, whatever happened, whoever was writing, whenever it was summed."""

import asyncio
import random

import pytest

from billing_app.credits import Ledger
from billing_app.db.engine import Database
from billing_app.reports.rolling import RevenueRollup
from tests.reports.ledger_life import EARNED, Life, all_sums, kept, left_by_the_ledger, replayed, rows

pytestmark = pytest.mark.row("C8")


async def assert_ties_to_the_ledger(database: Database) -> None:
    sums = await kept(database)
    assert sums == await replayed(database)
    owed = await left_by_the_ledger(database)
    for currency in ("USD", "JPY"):
        moved = {word: [0, 0] for word in ("sold", "refunded", *EARNED)}
        for (_, in_currency, _, _, word), (amount, credits) in sums.items():
            if in_currency == currency:
                moved[word][0] += amount
                moved[word][1] += credits
        sold = moved.pop("sold")
        closing = tuple(sold[at] - sum(one[at] for one in moved.values()) for at in range(2))
        assert closing == owed.get(currency, (0, 0))


@pytest.mark.parametrize(("seed", "without"), [(4, set[str]()), (5, {"restore"})])
async def test_sums_equal_a_replay_of_the_ledger_and_what_its_lots_still_owe(
    database: Database, seed: int, without: set[str]
) -> None:
    chance = random.Random(seed)
    lives = [Life(customer_id, random.Random(seed * 100 + customer_id)) for customer_id in (1, 2, 3)]
    rollup, ledger = RevenueRollup(database), Ledger()
    for _ in range(300):
        await chance.choice(lives).step(database, ledger)
        if chance.random() < 0.05:
            await rollup.roll()
    await rollup.roll()
    await assert_ties_to_the_ledger(database)
    kinds = {row["kind"] for row in await rows(database, "SELECT kind FROM credit_entries")}
    all_kinds = {"consume", "reverse", "expire", "void", "adjust", "carry", "revoke", "restore", "collect"}
    assert kinds >= all_kinds - without
    assert {row["kind"] for row in await rows(database, "SELECT kind FROM credit_lots")} >= {"rollover", "reversal"}

    before = await all_sums(database)
    assert await rollup.roll() == 0
    await rollup.rebuild()
    assert await all_sums(database) == before


async def test_sums_equal_a_replay_with_concurrent_writers_and_rollers(database: Database, database_url: str) -> None:
    other = Database(database_url, follows_clock=True)
    done = asyncio.Event()

    async def write(customer_id: int) -> None:
        life, ledger = Life(customer_id, random.Random(customer_id)), Ledger()
        for number in range(60):
            async with database.transaction() as session:
                await ledger.apply(session, [life.does()], life.now)
                await asyncio.sleep(0.01 if number % 7 == 0 else 0)
                if number % 13 == 0:
                    await session.rollback()

    async def roll(rollup: RevenueRollup) -> None:
        while not done.is_set():
            await rollup.roll()
            await asyncio.sleep(0.002)

    rolling = [asyncio.create_task(roll(RevenueRollup(one))) for one in (database, other)]
    await asyncio.gather(*(write(customer_id) for customer_id in range(1, 5)))
    done.set()
    await asyncio.gather(*rolling)
    await other.close()
    rollup = RevenueRollup(database)
    await rollup.roll()
    assert (await rollup.behind())[0] == 0
    await assert_ties_to_the_ledger(database)
