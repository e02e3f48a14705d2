"""Rate limits: exact under concurrency, shared by processes, bounded in the database."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.rate_limit import Limit, RateLimiter, Take, in_words, network
from billing_app.errors import RateLimited

FIVE = Limit("test", 5, timedelta(minutes=5))
Later = Callable[[timedelta], None]


async def _taken(limiter: RateLimiter, *takes: Take) -> bool:
    try:
        await limiter.take(*takes)
    except RateLimited:
        return False
    return True


async def test_so_many_at_once_and_then_one_per_interval(database: Database, later: Later) -> None:
    limiter = RateLimiter(database)
    assert [await _taken(limiter, Take(FIVE, "anna")) for _ in range(7)] == [True] * 5 + [False] * 2
    assert await _taken(limiter, Take(FIVE, "bert"))
    later(timedelta(minutes=1, seconds=1))
    assert [await _taken(limiter, Take(FIVE, "anna")) for _ in range(2)] == [True, False]
    later(timedelta(minutes=6))
    assert [await _taken(limiter, Take(FIVE, "anna")) for _ in range(6)] == [True] * 5 + [False]


async def test_the_refusal_says_when_to_come_back_and_then_one_may(database: Database, later: Later) -> None:
    limiter = RateLimiter(database)
    for _ in range(5):
        await limiter.take(Take(FIVE, "anna"))
    with pytest.raises(RateLimited) as refused:
        await limiter.take(Take(FIVE, "anna"))
    wait_s = refused.value.extra["retry_after_s"]
    assert 25 <= wait_s <= 30
    assert refused.value.problem()["status"] == 429
    later(timedelta(seconds=wait_s))
    await limiter.take(Take(FIVE, "anna"))


async def test_twenty_at_once_from_two_processes_get_five(database: Database, database_url: str) -> None:
    other = Database(database_url)
    limiters = [RateLimiter(database), RateLimiter(other)]
    answers = await asyncio.gather(*(_taken(limiters[n % 2], Take(FIVE, "anna")) for n in range(20)))
    await other.close()
    assert answers.count(True) == 5


async def test_who_waited_for_others_is_not_refused_for_having_looked_at_the_clock_before_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter, begun = RateLimiter(database), clock.wall()
    for late_by_s in (4, 3, 2, 1, 0):
        monkeypatch.setattr(clock, "wall", lambda late_by_s=late_by_s: begun + timedelta(seconds=late_by_s))
        assert await _taken(limiter, Take(FIVE, "anna"))
    assert not await _taken(limiter, Take(FIVE, "anna"))


async def test_several_limits_are_counted_together_without_deadlock(database: Database) -> None:
    limiter = RateLimiter(database)
    takes = [Take(Limit(f"test-{n}", 40, timedelta(minutes=5)), "anna") for n in range(4)]
    answers = await asyncio.gather(*(_taken(limiter, *(takes if n % 2 else reversed(takes))) for n in range(40)))
    assert answers == [True] * 40
    assert not await _taken(limiter, takes[0])


async def test_what_was_taken_can_be_given_back(database: Database) -> None:
    limiter = RateLimiter(database)
    for _ in range(5):
        await limiter.take(Take(FIVE, "anna"))
    await limiter.forget([Take(FIVE, "anna")])
    await limiter.take(Take(FIVE, "anna"))


async def test_the_table_holds_hashes_and_little_more_than_who_was_here_lately(
    database: Database, later: Later
) -> None:
    limiter = RateLimiter(database)
    for number in range(40):
        await limiter.take(Take(FIVE, f"anna{number}@example.com\ud800" + "x" * 1000))
    later(timedelta(hours=1))
    for number in range(12):
        await limiter.take(Take(FIVE, f"bert{number}"))
    async with database.transaction() as session:
        rows = (await session.execute(text("SELECT octet_length(key) FROM rate_limits"))).scalars().all()
    assert len(rows) == 12
    assert set(rows) == {32}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("nonsense", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_customer_is_one_place_with_all_their_addresses(address: str | None, place: str) -> None:
    assert network(address) == place


def test_waiting_times_are_said_in_words() -> None:
    assert [in_words(s) for s in (1, 59, 60, 61, 3600, 3601)] == [
        "1 second", "59 seconds", "60 seconds", "2 minutes", "60 minutes", "2 hours",
    ]  # fmt: skip
