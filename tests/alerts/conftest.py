"""A shop whose catalogue sells credits by month and year, its own database and its own Stripe sandbox."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from billing_app.jobs import attend_time_travel
from billing_app.payments.time_travel import TimeTravel
from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox
from tests.subscriptions.subscribers import Subscribers


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[StripeSandbox]:
    with stripe_sandbox(tmp_path / "sandbox") as running:
        yield running


@pytest.fixture
async def shop(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    async with a_shop(database_url, sandbox, tmp_path, catalog="creator") as opened:
        yield opened


@pytest.fixture
def subscribers(shop: Shop) -> Subscribers:
    return Subscribers(shop)


@pytest.fixture
def travel(shop: Shop) -> TimeTravel:
    assert shop.services.time_travel is not None
    attend_time_travel(shop.services)
    return shop.services.time_travel
