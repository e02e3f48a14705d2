"""A shop that sells plans and packs; its own database and its own Stripe sandbox."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[StripeSandbox]:
    with stripe_sandbox(tmp_path / "sandbox") as running:
        yield running


@pytest.fixture
async def shop(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    async with a_shop(database_url, sandbox, tmp_path, catalog="showcase") as opened:
        yield opened
