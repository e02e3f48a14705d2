"""No event that is still to be applied is without somebody who will try: not after a replay, not after a lost job."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from billing_app.bootstrap import Services, build, close
from billing_app.journal.audit import CLI
from tests.shop import HOST, Shop

JOBS = (
    "SELECT scheduled_at > now() AS later FROM procrastinate_jobs "
    "WHERE task_name = 'apply_event' AND status IN ('todo', 'doing')"
)
LONG_AGO = "UPDATE webhook_events SET received_at = received_at - interval '1 hour' RETURNING id"


@contextlib.asynccontextmanager
async def without_stripe(shop: Shop) -> AsyncIterator[Services]:
    """The same product on the same database, while Stripe does not answer."""
    services = await build(shop.services.settings.model_copy(update={"stripe_api_base": f"http://{HOST}:9"}))
    try:
        yield services
    finally:
        await close(services)


async def a_paid_event(shop: Shop, state: str) -> tuple[int, dict[str, Any]]:
    """A purchase whose one event came and is in that state, with no job left."""
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought, fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    await shop.deliver(event)
    await shop.rows("DELETE FROM procrastinate_jobs RETURNING id")
    await shop.rows("UPDATE webhook_events SET state = :state, attempts = 7 RETURNING id", state=state)
    return customer, event


@pytest.mark.row("A4")
@pytest.mark.parametrize("state", ["parked", "failed"])
async def test_a_replay_while_stripe_is_down_is_tried_again_by_itself(shop: Shop, state: str) -> None:
    customer, event = await a_paid_event(shop, state)
    async with without_stripe(shop) as services:
        for _ in range(2):
            replayed = await services.inbox.replay(event["id"], CLI)
            assert (replayed.state, replayed.effects) == ("failed", ())
            assert replayed.error
            assert await shop.rows(JOBS) == [{"later": True}], "one job, however often it is replayed"
    await shop.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' RETURNING id")
    await shop.work()
    assert await shop.available(customer) == 25


async def test_a_replay_of_what_is_done_needs_nobody_to_try_again(shop: Shop) -> None:
    customer, event = await a_paid_event(shop, "received")
    await shop.services.applier.apply_event(event["id"])
    async with without_stripe(shop) as services:
        assert (await services.inbox.replay(event["id"], CLI)).state == "done"
    assert await shop.rows(JOBS) == []
    assert await shop.available(customer) == 25


@pytest.mark.row("A4")
@pytest.mark.parametrize("state", ["received", "waiting", "failed"])
async def test_what_nobody_is_going_to_apply_is_queued_once(shop: Shop, state: str) -> None:
    customer, _ = await a_paid_event(shop, state)
    inbox = shop.services.inbox
    assert await inbox.queue_left_behind() == 0, "it came just now"
    await shop.rows(LONG_AGO)
    assert [await inbox.queue_left_behind() for _ in range(3)] == [1, 0, 0]
    await shop.work()
    assert await shop.available(customer) == 25
    assert await inbox.queue_left_behind() == 0


@pytest.mark.parametrize("state", ["parked", "ignored", "foreign", "unhandled", "done"])
async def test_what_is_not_to_be_applied_is_left_alone(shop: Shop, state: str) -> None:
    await a_paid_event(shop, state)
    await shop.rows(LONG_AGO)
    assert await shop.services.inbox.queue_left_behind() == 0


async def test_an_event_that_waits_for_its_next_attempt_is_not_queued_beside_it(shop: Shop) -> None:
    customer, event = await a_paid_event(shop, "failed")
    async with without_stripe(shop) as services:
        await services.inbox.replay(event["id"], CLI)
    await shop.rows(LONG_AGO)
    assert await shop.services.inbox.queue_left_behind() == 0
    assert await shop.available(customer) == 0
