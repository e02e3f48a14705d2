"""Stripe busy, broken, late, or silent after doing the work: everything happens once, and nobody else waits."""

import asyncio
import statistics
import time

import psycopg
import pytest

from billing_app.credits import Consume
from billing_app.errors import Unavailable
from billing_app.journal.audit import CLI
from tests.shop import Shop

BUSY = {"answer": "429"}
BROKEN_AFTER_WORK = {"answer": "500", "after_work": True}
SILENT_AFTER_WORK = {"answer": "drop", "after_work": True}


async def trouble(shop: Shop, *rules: dict[str, object]) -> None:
    """Let the next calls of a kind fail, one way after the other."""
    for rule in rules:
        answer = await asyncio.to_thread(shop.sandbox.served.own, "/sandbox/trouble/api", rule)
        assert "error" not in answer, answer


async def due_now(shop: Shop) -> None:
    """Let jobs that wait for their next attempt run now."""
    await shop.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' RETURNING id")
    await shop.work()


async def test_busy_broken_and_silent_stripe_sells_and_grants_once(shop: Shop) -> None:
    customer = await shop.a_customer()
    selling = {"path": "/v1/checkout/sessions", "method": "POST"}
    await trouble(shop, {**BUSY, **selling}, {**BROKEN_AFTER_WORK, **selling}, {**SILENT_AFTER_WORK, **selling})
    with pytest.raises(Unavailable, match="Nothing was charged"):
        await shop.start(customer)
    bought = await shop.start(customer)
    sessions = await asyncio.to_thread(shop.sandbox.client().v1.checkout.sessions.list)
    assert [one.id for one in sessions.data] == [bought.session_id]

    await shop.pay(bought, fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    reading = {"path": "/v1/checkout/sessions", "method": "GET"}
    await trouble(shop, {**BUSY, **reading}, {"answer": "500", **reading}, {"answer": "drop", **reading})
    await shop.deliver(event)
    await shop.work()
    (line,) = await shop.services.inbox.events()
    assert (line.state, line.attempts) == ("failed", 1)
    assert "does not answer" in (line.error or "")
    await due_now(shop)
    assert await shop.available(customer) == 25
    assert [line.state for line in await shop.services.inbox.events()] == ["done"]


@pytest.mark.row("A4")
async def test_a_slow_stripe_does_not_slow_consumption(shop: Shop) -> None:
    """Three times as many calls wait for Stripe as the pool has connections; none of them holds one."""
    spender = await shop.a_customer(credits=1_000)
    buyers = [await shop.a_customer() for _ in range(3 * 8)]

    async def consumed(number: int) -> float:
        began = time.perf_counter()
        await shop.services.credits.consume(Consume(customer_id=spender, credits=1, feature="x", key=f"k-{number}"))
        return time.perf_counter() - began

    quiet = [await consumed(number) for number in range(30)]
    await trouble(shop, {"answer": "timeout", "wait_s": 5, "times": 200})
    waiting = [asyncio.create_task(shop.services.checkout.start(buyer, "pack", "popular")) for buyer in buyers]
    try:
        rows: list[dict[str, object]] = []
        for _ in range(100):  # until all wait for Stripe: their own rows are written before it is asked
            rows = await shop.rows("SELECT customer_id FROM stripe_customers")
            if len(rows) == len(buyers):
                break
            await asyncio.sleep(0.02)
        assert len(rows) == len(buyers)
        await asyncio.sleep(0.1)
        pool = shop.services.database.engine.pool
        assert pool.checkedout() == 0  # pyright: ignore[reportAttributeAccessIssue]
        slow = [await consumed(number) for number in range(100, 130)]
        assert not any(task.done() for task in waiting)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.to_thread(shop.sandbox.served.own, "/sandbox/trouble/clear", {})
    before, during = statistics.median(quiet), statistics.median(slow)
    print(f"\nconsumption: {before * 1000:.1f} ms before, {during * 1000:.1f} ms while Stripe takes 5 s per call")
    assert during < max(10 * before, 0.5)


async def test_a_poison_event_is_retried_parked_and_shown_and_blocks_nobody(shop: Shop, owner_url: str) -> None:
    ill, well = await shop.a_customer(), await shop.a_customer()
    bought = await shop.start(ill)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON credit_lots FOR EACH ROW WHEN (NEW.label = 'Popular') "
            "EXECUTE FUNCTION refuse_change()"
        )
    try:
        await shop.pay(bought)
        await shop.settle()
        (event,) = await shop.raw_events("checkout.session.completed")
        jobs = await shop.rows("SELECT priority, status::text, scheduled_at > now() AS later FROM procrastinate_jobs "
                               "WHERE args ->> 'event_id' = :id", id=event["id"])  # fmt: skip
        assert jobs == [{"priority": -10, "status": "todo", "later": True}]
        await shop.buy(ill, "pack", "starter")
        await shop.buy(well, "pack", "starter")
        assert (await shop.available(ill), await shop.available(well)) == (10, 10)
        await due_now(shop)
        line = await shop.services.inbox.event(event["id"])
        assert line.state == "failed"
        assert line.attempts >= 2
        await shop.rows("UPDATE webhook_events SET attempts = 29 WHERE state = 'failed' RETURNING id")
        await due_now(shop)
        line = await shop.services.inbox.event(event["id"])
        assert line.state == "parked"
        assert line.error
        left = await shop.rows("SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'apply_event'")
        assert left == []
    finally:
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("DROP TRIGGER poison ON credit_lots")
    assert "25 credits granted" in (await shop.services.inbox.replay(event["id"], CLI)).says
    assert await shop.available(ill) == 35
