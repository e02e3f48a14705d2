"""A host product, for tests that speak HTTP."""

from collections.abc import AsyncIterator

import pytest

from billing_app.db.engine import Database
from tests.host_api.host import Host, a_host


@pytest.fixture
async def host(database: Database) -> AsyncIterator[Host]:
    async with a_host(database, "docs_chat") as made:
        yield made
