"""A shop with packs and unlocks, one with plans, and the bank behind their cards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from billing_app.accounts.roles import Principal, Role
from tests.money_back.bank import Bank
from tests.payments.conftest import sandbox, shop
from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox
from tests.subscriptions.subscribers import Subscribers

__all__ = ["sandbox", "shop"]


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


def staff(role: Role, user_id: int = 7) -> Principal:
    """Somebody of the staff, signed in."""
    return Principal(
        user_id=user_id,
        session_id=1,
        customer_id=None,
        role=role,
        email=f"{role.value}@example.com",
        name=role.value.capitalize(),
        verified=True,
        demo=False,
    )
