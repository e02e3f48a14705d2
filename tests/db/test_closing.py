"""A database that is closed waits a moment for whoever is still at work: what came back later nobody would close."""

import asyncio
import gc
import warnings

from sqlalchemy import text

from billing_app.db.engine import Database


async def test_who_is_still_at_work_when_it_is_closed_leaves_no_connection_open(database_url: str) -> None:
    await _closed_while_somebody_works(Database(database_url))
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        gc.collect()
    assert [str(one.message) for one in complaints] == []


async def _closed_while_somebody_works(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            begun.set()
            await go_on.wait()

    working = asyncio.create_task(work())
    await begun.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0.05)
    go_on.set()
    await asyncio.gather(working, closing)
