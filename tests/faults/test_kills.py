"""Parts are killed at random under load: no credit lost or doubled, every payment granted exactly once."""

import asyncio
import os
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from billing_app.bootstrap import Services
from billing_app.credits.doctor import audit
from billing_app.payments.reconciling.service import Comparison
from tests.faults.house import GIVEN, PARTS, House, a_house
from tests.faults.load import PACK, Load

CUSTOMERS = 6
_OPEN = text("SELECT count(*) FROM checkouts WHERE state IN ('opening', 'open', 'pending')")
_PAID = text("SELECT customer_id, count(*) FROM checkouts WHERE state = 'paid' GROUP BY 1")
_LOTS = text("SELECT customer_id, count(*) FROM credit_lots WHERE kind = 'purchase' GROUP BY 1")
_ENTRIES = text("SELECT customer_id, count(*) FROM credit_entries WHERE kind = 'consume' GROUP BY 1")
_FREE = text("SELECT coalesce(sum(granted), 0) FROM credit_lots WHERE kind = 'free' AND customer_id = :customer")


def a_seed() -> int:
    """`KILL_SEED=...` repeats a run as far as chance decides it."""
    return int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(10**9))


@pytest.mark.row("A4")
async def test_three_rounds_of_killing_under_load(tmp_path: Path) -> None:
    await rounds_of_killing(tmp_path, 3, a_seed())


@pytest.mark.deep
@pytest.mark.row("A4")
async def test_fifty_rounds_of_killing_under_load(tmp_path: Path) -> None:
    await rounds_of_killing(tmp_path, 50, a_seed())


async def rounds_of_killing(folder: Path, rounds: int, seed: int) -> None:
    print(f"\nKILL_SEED={seed}")
    chance, began = random.Random(seed), time.monotonic()
    async with a_house(folder, customers=CUSTOMERS) as house:
        load = Load(house, seed)
        load.begin()
        order = list(PARTS)
        for number in range(rounds):
            if number % len(PARTS) == 0:
                chance.shuffle(order)
            others = [part for part in PARTS if part != order[number % len(PARTS)]]
            victims = [order[number % len(PARTS)], *chance.sample(others, chance.choice((0, 0, 1)))]
            await asyncio.sleep(chance.uniform(0.3, 1.2))
            for part in victims:
                house.kill(part)
                await asyncio.sleep(chance.uniform(0, 0.1))
            print(f"  round {number + 1}: {', '.join(victims)} after {load.asked} requests, {load.paid} paid")
            await back_again(house, victims, chance)
        await load.end()
        await settled(house)
        async with house.services() as services:
            await everything_is_right(services, house, load)
        print(
            f"  {load.asked} requests, {load.retried} asked again, {load.paid} purchases, "
            f"{time.monotonic() - began:.0f} s"
        )


async def back_again(house: House, victims: list[str], chance: random.Random) -> None:
    """Started in any order: who needs another part waits for it."""
    chance.shuffle(victims)
    for part in victims:
        await asyncio.to_thread(house.begin, part)
        await asyncio.sleep(chance.uniform(0, 0.2))
    for part in victims:
        await house.until_ready(part)


async def settled(house: House) -> None:
    """A moment for what comes by itself; what does not is found by the comparison with Stripe."""
    async with house.services() as services:
        for _ in range(20):
            async with services.database.transaction() as session:
                left = await session.execute(_OPEN)
            if not left.scalar_one():
                break
            await asyncio.sleep(0.25)
        compare = Comparison(
            services.database, services.gateway, services.applier, services.inbox, fresh=timedelta(seconds=-5)
        )
        await compare.run("cli")
        found = await compare.run("cli")
        assert found.run.state == "in_sync", found


async def everything_is_right(services: Services, house: House, load: Load) -> None:
    async with services.database.transaction() as session:
        drift = await audit(session)
        lots = {row[0]: row[1] for row in await session.execute(_LOTS)}
        entries = {row[0]: row[1] for row in await session.execute(_ENTRIES)}
        paid = {row[0]: row[1] for row in await session.execute(_PAID)}
    assert drift.clean, drift.findings
    offer = await services.catalog.offer("pack", PACK)
    assert offer.credits
    assert sum(lots.values()) == sum(paid.values()) == load.paid, "every payment is granted exactly once"
    for customer, number in house.customers.items():
        assert lots.get(number, 0) == paid.get(number, 0)
        assert entries.get(number, 0) == len(load.charged[customer]), "each answered once, charged once"
        balance = await services.credits.balance(number)
        free = await free_credits(services, number)
        assert balance.available == GIVEN + free + lots.get(number, 0) * offer.credits - len(load.charged[customer])


async def free_credits(services: Services, customer: int) -> int:
    """What the free plan gave."""
    async with services.database.transaction() as session:
        found = await session.execute(_FREE.bindparams(customer=customer))
        return int(found.scalar_one())
