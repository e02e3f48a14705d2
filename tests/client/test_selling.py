"""A host sells through the client: a payment page, its way, the purchase in the books, the portal."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from billing_app.accounts.api_keys.form import Scope
from billing_app.client import AsyncBillingClient, InvalidRequest, NotFound
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


@pytest.mark.row("A6")
@pytest.mark.row("B6")
async def test_a_pack_is_sold_and_the_books_say_so(shop: Shop) -> None:
    key = (await shop.services.api_keys.create("Host", Scope.SERVER, by=None)).secret
    async with AsyncBillingClient(shop.url, key) as billing:
        with pytest.raises(NotFound):
            await billing.portal("ada")
        with pytest.raises(InvalidRequest) as wrong:
            await billing.checkout("ada", "plan", "pro")
        assert wrong.value.errors
        opened = await billing.checkout("ada", "pack", "small")
        assert (await billing.checkout("ada", "pack", "small")).url == opened.url, "the same page while it is open"
        assert (await billing.checkout_state(opened.id)).state == "open"
        await shop.sandbox.pay(opened.url)
        await shop.settle()
        state = await billing.checkout_state(opened.id)
        assert (state.state, state.credits, state.amount.minor, state.amount.currency) == ("granted", 40, 900, "USD")
        assert (await billing.balance("ada")).bought == 40
        assert (await billing.portal("ada")).startswith("http")
        plan = await billing.checkout("ada", "plan", "pro", period="month", trial_days=0)
        await shop.sandbox.pay(plan.url)
        await shop.settle()
        told = await billing.entitlements("ada")
        assert told.plan is not None
        assert (told.plan.code, told.plan.status) == ("pro", "active")
        current = await billing.request("GET", "/api/v1/customers/ada/subscription")
        assert current["plan"]
