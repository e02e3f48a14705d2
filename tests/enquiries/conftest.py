"""A shop with the catalogue of system B, which has a plan by contact."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox


@pytest.fixture
async def shop(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    """Stripe does not know where to deliver; nothing is bought here."""
    async with a_shop(database_url, sandbox, tmp_path, catalog="docs_chat", webhooks=False) as opened:
        yield opened
