"""Beside the shop with the catalogue of system A one with that of system B."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox


@pytest.fixture
async def docs(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop with the catalogue of system B."""
    async with a_shop(database_url, sandbox, tmp_path, catalog="docs_chat") as opened:
        yield opened
