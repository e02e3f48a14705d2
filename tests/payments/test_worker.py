"""The worker: runs jobs as they come, begins again after trouble, drains when it is stopped."""

import asyncio
import os
import signal
import sys

import pytest
from sqlalchemy import text

from billing_app.jobs import RETRY_PRIORITY, Pauses, queue_with_tasks, run_worker, worker_in_process
from billing_app.payments.applying import TryAgain
from tests.shop import Shop


async def until(holds: object, within_s: float = 8) -> None:
    for _ in range(int(within_s / 0.05)):
        if await holds():  # pyright: ignore[reportCallIssue]
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come true in time")


async def test_a_running_worker_grants_within_moments_of_the_webhook(shop: Shop) -> None:
    customer = await shop.a_customer()
    worker = asyncio.create_task(run_worker(shop.services))
    bought = await shop.start(customer)
    await shop.pay(bought)

    async def granted() -> bool:
        return await shop.available(customer) == 25

    await until(granted)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(worker, 20)


async def test_two_workers_share_the_work_and_grant_once(shop: Shop) -> None:
    customers = [await shop.a_customer() for _ in range(5)]
    workers = [asyncio.create_task(run_worker(shop.services)) for _ in range(2)]
    for customer in customers:
        await shop.pay(await shop.start(customer, "pack", "starter"), fate="twice")

    async def granted() -> bool:
        return [await shop.available(customer) for customer in customers] == [10] * 5

    await until(granted, 20)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    await shop.work()
    assert [await shop.available(customer) for customer in customers] == [10] * 5


async def test_a_worker_goes_on_when_its_connections_were_cut(shop: Shop, owner_url: str) -> None:
    import psycopg

    customer = await shop.a_customer()
    worker = asyncio.create_task(run_worker(shop.services))
    await asyncio.sleep(0.5)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await asyncio.sleep(0.2)
    bought = await shop.start(customer)
    await shop.pay(bought)

    async def granted() -> bool:
        return await shop.available(customer) == 25

    await until(granted, 20)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_a_worker_that_is_stopped_lets_its_job_end(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer))
    await shop.delivered("checkout.session.completed")
    async with shop.services.database.engine.connect() as blocker:
        await blocker.execute(text("SELECT 1 FROM checkouts FOR UPDATE"))
        worker = asyncio.create_task(run_worker(shop.services))

        async def started() -> bool:
            return bool(await shop.rows("SELECT id FROM procrastinate_jobs WHERE status = 'doing'"))

        await until(started)
        worker.cancel()
        await asyncio.sleep(0.3)
        assert not worker.done(), "it waits for the job under way"
    await asyncio.gather(worker, return_exceptions=True)
    done = await shop.rows("SELECT status FROM procrastinate_jobs WHERE status = 'doing'")
    assert done == []
    assert await shop.rows("SELECT state FROM webhook_events WHERE state = 'done'")


async def test_a_job_of_a_worker_that_died_is_run_again(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer))
    await shop.delivered("checkout.session.completed", "payment_intent.succeeded")
    (first, *_) = await shop.rows("SELECT id FROM procrastinate_jobs ORDER BY id")
    await shop.rows("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id RETURNING id", id=first["id"])
    queue = queue_with_tasks(shop.services)
    async with queue.open_async():
        await queue.configure_task("retry_stalled_jobs").defer_async(timestamp=0)
    await shop.work()
    assert await shop.available(customer) == 25


async def test_the_worker_runs_inside_another_process_only_if_the_settings_say_so(shop: Shop) -> None:
    async with worker_in_process(shop.services):
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "worker"]


def test_retries_are_behind_fresh_jobs_and_come_to_an_end() -> None:
    from procrastinate.jobs import Job

    def job(attempts: int) -> Job:
        return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="t", attempts=attempts)

    pauses = Pauses((1, 2))
    first = pauses.get_retry_decision(exception=RuntimeError(), job=job(0))
    assert first is not None
    assert first.priority == RETRY_PRIORITY
    assert pauses.get_retry_decision(exception=RuntimeError(), job=job(2)) is None
    assert pauses.get_retry_decision(exception=TryAgain(60, "later"), job=job(99)) is not None


async def test_regular_tasks_find_nothing_to_do_in_an_orderly_shop(shop: Shop) -> None:
    await shop.buy(await shop.a_customer())
    queue = queue_with_tasks(shop.services)
    async with queue.open_async():
        for name in ("retry_stalled_jobs", "reconcile", "close_abandoned", "tidy"):
            await queue.configure_task(name).defer_async(timestamp=0)
    await shop.work()
    assert await shop.rows("SELECT id FROM procrastinate_jobs WHERE status = 'failed'") == []


async def test_a_worker_process_of_its_own_works_and_ends_cleanly(shop: Shop) -> None:
    settings = shop.services.settings
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "STRIPE_API_BASE": settings.stripe_api_base,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "PUBLIC_URL": shop.url,
    }
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "billing_app", "worker", env=environment, stderr=asyncio.subprocess.PIPE
    )
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer))

    async def granted() -> bool:
        return await shop.available(customer) == 25

    try:
        await until(granted, 30)
    finally:
        worker.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(worker.communicate(), 25)
    assert worker.returncode == 0, said.decode()
