"""A shop whose catalogue sells plans with credits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox
from tests.subscriptions.subscribers import Subscribers


@pytest.fixture
def sold() -> str:
    return "creator"


@pytest.fixture
async def silent_shop(database_url: str, sandbox: StripeSandbox, sold: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """One whose endpoint Stripe does not know: nothing is delivered but by hand."""
    async with a_shop(database_url, sandbox, tmp_path, catalog=sold, webhooks=False) as opened:
        yield opened


@pytest.fixture
def subscribers(request: pytest.FixtureRequest) -> Subscribers:
    name = "silent_shop" if "silent_shop" in request.fixturenames else "shop"
    return Subscribers(request.getfixturevalue(name))
