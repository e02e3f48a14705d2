"""The sums: equal to a full scan however calls came in, whoever was writing, whenever they were rolled or rebuilt."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest

from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.usage import Correction, LlmCall, Rollup, Tokens, VendorCost
from tests.usage.books import LONG_AGO, Costs

pytestmark = pytest.mark.row("C6")
FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
TABLES = {
    "cost_sums": "day, kind, plan, feature, model, purchase, currency",
    "cost_sums_customer": "customer_id, day, currency",
    "cost_sums_customer_month": "customer_id, month, currency",
}


async def all_sums(costs: Costs) -> dict[str, list[dict[str, Any]]]:
    return {table: await costs.rows(f"SELECT * FROM {table} ORDER BY {keys}") for table, keys in TABLES.items()}


async def by_hand(costs: Costs) -> dict[str, dict[tuple[Any, ...], list[Any]]]:
    """Every sum worked out from the raw rows, in exact fractions, by other means than the product's."""
    found: dict[str, dict[tuple[Any, ...], list[Any]]] = {
        table: defaultdict(lambda: [0, 0, 0, Fraction(0)]) for table in TABLES
    }
    for row in await costs.rows("SELECT * FROM cost_log"):
        day, sign = row["at"].astimezone(UTC).date(), row["sign"]
        cost, currency = Fraction(row["cost"] or 0), row["currency"] or ""
        unknown = sign if row["cost"] is None else 0
        kinds = costs.ledger.entries.get((row["customer_id"], row["entry_id"]), {}) or {"none": 1}
        ordered = sorted((weight, kind) for kind, weight in kinds.items())
        total, below = sum(kinds.values()), 0
        for weight, kind in ordered:
            last = below + weight == total

            def cut(amount: int, below: int = below, weight: int = weight, total: int = total) -> int:
                return amount * (below + weight) // total - amount * below // total

            key = (day, row["kind"], row["plan"], row["feature"], row["model"], kind, currency)
            sums = found["cost_sums"][key]
            sums[0] += sign if last else 0
            sums[1] += unknown if last else 0
            sums[2] += sign * cut(row["input"])
            sums[3] += sign * Fraction(cut(int(cost * 10**12)), 10**12)
            below += weight
        customer = row["customer_id"] or 0
        for table, when in (("cost_sums_customer", day), ("cost_sums_customer_month", day.replace(day=1))):
            sums = found[table][customer, when, currency]
            sums[0] += sign
            sums[1] += unknown
            sums[3] += sign * cost
    return found


async def assert_equal_to_a_full_scan(costs: Costs) -> None:
    expected = await by_hand(costs)
    for table, rows in (await all_sums(costs)).items():
        keys = TABLES[table].split(", ")
        kept = {
            tuple(row[key] for key in keys): [row["calls"], row["unknown"], row.get("input", 0), Fraction(row["cost"])]
            for row in rows
        }
        assert kept == dict(expected[table]), table


def a_random_row(costs: Costs, chance: random.Random, number: int) -> LlmCall | VendorCost:
    customer = chance.choice([None, *costs.customers])
    entries = [entry for of, entry in costs.ledger.entries if of == customer]
    common: dict[str, Any] = {
        "source": "host",
        "request_id": f"r{number}",
        "customer_id": customer,
        "entry_id": chance.choice([None, *entries]),
        "feature": chance.choice([None, "chat", "interview"]),
        "plan": chance.choice([None, "free"]) if customer else None,
        "at": LONG_AGO + timedelta(days=chance.randrange(70), seconds=chance.randrange(86_400)),
    }
    if chance.random() < 0.2:
        cost = Decimal(chance.randrange(10**9)).scaleb(-12)
        return VendorCost(**common, service="stt", units=Decimal("0.5"), cost=cost, currency="EUR")
    model = chance.choice(["gpt-4o", "mini", "gpt-9"])
    return LlmCall(**common, model=model, tokens=Tokens(chance.randrange(10_000), chance.randrange(9_999)))


async def a_book(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.price("mini", "0.15", "0.599999999999", currency="EUR")
    for customer in costs.customers[:3]:
        costs.ledger.entries[customer, 1] = {"plan": 1, "purchase": 2, "free": 4}
        costs.ledger.entries[customer, 2] = {"purchase": 10}
        costs.ledger.entries[customer, 3] = {}


@pytest.mark.parametrize("seed", [1, 2])
async def test_sums_equal_a_full_scan_with_concurrent_writers_and_rollers(
    costs: Costs, database_url: str, seed: int
) -> None:
    await a_book(costs)
    chance = random.Random(seed)
    other = Database(database_url, follows_clock=True)
    rollers = [costs.rollup, Rollup(other, costs.ledger)]
    rows = [a_random_row(costs, chance, number) for number in range(240)]
    done = asyncio.Event()

    async def write(part: list[LlmCall | VendorCost], pauses: list[float]) -> None:
        """Transactions of different lengths, some rolled back, with rows written long before the commit."""
        for pause in pauses:
            batch, part = part[:10], part[10:]
            async with costs.database.transaction() as session:
                await costs.log.write(session, batch)
                await asyncio.sleep(pause)
                if pause > 0.05:
                    await session.rollback()

    async def roll(roller: Rollup) -> None:
        while not done.is_set():
            await roller.roll()
            await asyncio.sleep(0.005)

    rolling = [asyncio.create_task(roll(one)) for one in rollers]
    pauses = [chance.random() * 0.06 for _ in range(6)]
    await asyncio.gather(*(write(rows[start : start + 60], pauses) for start in range(0, 240, 60)))
    done.set()
    await asyncio.gather(*rolling)
    await other.close()

    for number, row in enumerate(await costs.rows("SELECT request_id FROM cost_log WHERE kind = 'llm' LIMIT 12")):
        said = Correction(
            source="host",
            request_id=f"fix{number}",
            corrects=row["request_id"],
            reason="a test",
            tokens=Tokens(input=number),
            feature="other" if number % 2 else None,
        )
        await costs.corrections.correct(said, actor=CLI)
    await costs.price("gpt-9", "1", "1", valid_from=LONG_AGO + timedelta(days=20))
    await costs.corrections.settle("gpt-9", actor=CLI)
    await costs.rolled()
    await assert_equal_to_a_full_scan(costs)

    kept = await all_sums(costs)
    await rebuilt(costs)
    anew = await all_sums(costs)
    assert anew == kept


async def rebuilt(costs: Costs) -> None:
    """Rebuild, and roll what transactions of other tests on this server have held back."""
    await costs.rollup.rebuild()
    await costs.rolled()


async def test_a_row_of_a_transaction_that_was_open_for_long_is_not_skipped(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    async with costs.database.transaction() as late:
        await costs.log.write(late, [costs.a_call()])
        for _ in range(3):
            await costs.log.log(costs.a_call())
            await costs.rollup.roll()
    await costs.rolled()
    (sums,) = await costs.reads.by(first=FIRST, last=LAST)
    assert (sums.calls, sums.cost) == (4, 4 * Decimal("0.0075"))


async def test_what_the_sums_lack_is_known(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    assert (await costs.rollup.behind()).rows == 0
    await costs.log.log_many([costs.a_call() for _ in range(5)])
    behind = await costs.rollup.behind()
    assert behind.rows == 5
    assert behind.since is not None
    await costs.rolled()
    assert (await costs.rollup.behind()).rolled_at is not None


async def test_a_database_restored_on_another_server_keeps_its_sums_right(costs: Costs, owner_url: str) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.log.log_many([costs.a_call() for _ in range(5)])
    await costs.rolled()
    # As after a restore: another server, whose transactions count from somewhere else.
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute("ALTER TABLE cost_log DISABLE TRIGGER ALL")
        await owner.execute("UPDATE cost_log SET written_in = '9000000000000'::xid8 WHERE id % 2 = 0")
        await owner.execute("ALTER TABLE cost_log ENABLE TRIGGER ALL")
        await owner.execute("UPDATE cost_rollup_mark SET upto = '9000000000001'::xid8, cluster = 'another'")
    await costs.log.log(costs.a_call())
    await costs.rolled()
    await costs.log.log(costs.a_call())
    await costs.rolled()
    (sums,) = await costs.reads.by(first=FIRST, last=LAST)
    assert sums.calls == 7
    await assert_equal_to_a_full_scan(costs)


async def test_a_large_intake_is_rolled_in_steps(costs: Costs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing_app.usage.rollup.STEP_ROWS", 10)
    monkeypatch.setattr("billing_app.usage.rollup.REBUILD_IDS", 17)
    await a_book(costs)
    chance = random.Random(5)
    for start in range(0, 100, 4):
        await costs.log.log_many([a_random_row(costs, chance, number) for number in range(start, start + 4)])
    await costs.rolled()
    await assert_equal_to_a_full_scan(costs)
    await rebuilt(costs)
    await assert_equal_to_a_full_scan(costs)


async def test_customers_are_summed_over_whole_months_and_the_days_around(costs: Costs) -> None:
    await a_book(costs)
    chance = random.Random(7)
    await costs.log.log_many([a_random_row(costs, chance, number) for number in range(300)])
    await costs.rolled()
    raw = await costs.rows("SELECT * FROM cost_log WHERE currency = 'USD'")
    spans = [(1, 1), (1, 31), (3, 40), (1, 59), (15, 70), (32, 59), (10, 20), (33, 58)]
    for begin, end in spans:
        first, last = (LONG_AGO.date() + timedelta(days=number - 1) for number in (begin, end))
        within = [row for row in raw if first <= row["at"].date() <= last]
        expected: dict[int, Decimal] = defaultdict(Decimal)
        for row in within:
            expected[row["customer_id"] or 0] += row["cost"]
        found = await costs.reads.customers(first=first, last=last, currency="USD")
        assert {one.customer_id: one.cost for one in found} == dict(expected), (begin, end)
        named = sorted(cost for customer, cost in expected.items() if customer)
        spread = await costs.reads.spread(first=first, last=last, currency="USD")
        assert (spread.customers, spread.cost) == (len(named), sum(named))
        assert spread.p99 == (named[-1] if named else None)


async def test_costs_are_read_by_user_model_feature_and_day(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.price("mini", "1", "1")
    at = datetime(2025, 3, 1, 23, 59, tzinfo=UTC)
    who = costs.customers[0]
    await costs.log.log(costs.a_call(customer_id=who, feature="chat", at=at))
    await costs.log.log(costs.a_call("mini", customer_id=who, feature="chat", at=at + timedelta(minutes=2)))
    await costs.rolled()
    by_day = await costs.reads.by("day", "model", "feature", first=FIRST, last=LAST)
    assert [(one.key, one.cost) for one in by_day] == [
        ((date(2025, 3, 1), "gpt-4o", "chat"), Decimal("0.0075")),
        ((date(2025, 3, 2), "mini", "chat"), Decimal("0.0015")),
    ]
    of_one = await costs.reads.of_customer(who, first=FIRST, last=LAST)
    assert [one.key[0] for one in of_one] == [date(2025, 3, 1), date(2025, 3, 2)]
