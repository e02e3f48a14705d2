"""A shop to whom nothing is delivered by itself, one with plans, and a comparison that leaves nothing as too fresh."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from billing_app.payments.reconciling.service import Comparison
from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox
from tests.subscriptions.subscribers import Subscribers


@pytest.fixture
async def deaf(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    """Stripe does not know where to deliver."""
    async with a_shop(database_url, sandbox, tmp_path, webhooks=False) as opened:
        yield opened


@pytest.fixture
async def plans(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    async with a_shop(database_url, sandbox, tmp_path, catalog="creator", webhooks=False) as opened:
        yield opened


@pytest.fixture
def subscribers(plans: Shop) -> Subscribers:
    return Subscribers(plans)


def comparison(shop: Shop) -> Comparison:
    services = shop.services
    return Comparison(
        services.database, services.gateway, services.applier, services.inbox, fresh=timedelta(seconds=-1)
    )
