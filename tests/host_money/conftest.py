"""A shop with plans, and a host product's key."""

import pytest

from billing_app.accounts.api_keys.form import Scope
from tests.host_money.server import HostServer
from tests.shop import Shop


@pytest.fixture
def sold() -> str:
    return "showcase"


@pytest.fixture
async def server(shop: Shop) -> HostServer:
    key = await shop.services.api_keys.create("Server", Scope.SERVER, by=None)
    return HostServer(shop, key.secret)
