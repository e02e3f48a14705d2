"""Beside a shop with packs and unlocks one with plans, and the bank behind their cards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.money_back.bank import Bank
from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox
from tests.subscriptions.subscribers import Subscribers


@pytest.fixture
def bank(sandbox: StripeSandbox) -> Bank:
    return Bank(sandbox)


@pytest.fixture
async def plans(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    async with a_shop(database_url, sandbox, tmp_path, catalog="creator") as opened:
        yield opened


@pytest.fixture
def subscribers(plans: Shop) -> Subscribers:
    return Subscribers(plans)
