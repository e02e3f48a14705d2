"""A shop with plans, its own Stripe sandbox, and a host product's key."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from billing_app.accounts.api_keys.form import Scope
from tests.api.conftest import sandbox
from tests.host_money.server import HostServer
from tests.shop import a_shop
from tests.stripe_sandbox import StripeSandbox

__all__ = ["sandbox"]


@pytest.fixture
async def server(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[HostServer]:
    async with a_shop(database_url, sandbox, tmp_path, catalog="showcase") as shop:
        key = await shop.services.api_keys.create("Server", Scope.SERVER, by=None)
        yield HostServer(shop, key.secret)
