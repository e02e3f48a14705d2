"""The whole API served over real HTTP, with a line to it that can be cut."""

from collections.abc import AsyncIterator

import pytest

from tests.client.line import Line, a_line
from tests.client.served import served
from tests.host_api.host import Host


@pytest.fixture
def sold() -> str:
    return "showcase"


@pytest.fixture
async def url(host: Host) -> AsyncIterator[str]:
    async with served(host.app) as address:
        yield address


@pytest.fixture
async def line(url: str) -> AsyncIterator[Line]:
    async with a_line(url) as made:
        yield made
