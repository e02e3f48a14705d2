"""A credit service, and a clock to move."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from billing_app import clock
from billing_app.credits import CreditService
from billing_app.db.engine import Database
from billing_app.db.stamp import Identity, advance_clock, stamp
from billing_app.settings import Mode

Advance = Callable[..., Awaitable[datetime]]


@pytest.fixture
async def credits(database: Database) -> AsyncIterator[CreditService]:
    """The credit service on a database of the test's own."""
    service = CreditService(database)
    yield service
    await service.close()


@pytest.fixture
async def advance(database: Database) -> Advance:
    """Move billing time forward: `await advance(days=3)`."""
    async with database.transaction() as session:
        await stamp(session, Identity(Mode.SANDBOX, "acct_sandbox", False))

    async def forward(**by: int) -> datetime:
        async with database.transaction() as session:
            await advance_clock(session, clock.now() + timedelta(**by))
        return clock.now()

    return forward
