"""A shop whose catalogue sells plans with credits, its own database and its own Stripe sandbox."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

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
async def silent_shop(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    """One whose endpoint Stripe does not know: nothing is delivered but by hand."""
    async with a_shop(database_url, sandbox, tmp_path, catalog="creator", webhooks=False) as opened:
        yield opened


@pytest.fixture
def subscribers(request: pytest.FixtureRequest) -> Subscribers:
    name = "silent_shop" if "silent_shop" in request.fixturenames else "shop"
    return Subscribers(request.getfixturevalue(name))
