"""A host product with the catalogue a test asks for."""

from collections.abc import AsyncIterator

import pytest

from billing_app.db.engine import Database
from tests.host_api.host import Host, a_host


@pytest.fixture
def catalog() -> str:
    """Which catalogue; a test file may name another."""
    return "docs_chat"


@pytest.fixture
async def host(database: Database, catalog: str) -> AsyncIterator[Host]:
    async with a_host(database, catalog) as made:
        yield made
