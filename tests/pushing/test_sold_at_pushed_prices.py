"""Packs are sold at the price that was pushed, so that Stripe knows what sells; without it at the catalogue's sum."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox


@pytest.fixture
async def shop(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Shop]:
    async with a_shop(database_url, sandbox, tmp_path) as opened:
        await opened.services.push.push(await opened.services.push.plan())
        yield opened


def sold_at(shop: Shop, session_id: str) -> tuple[str, int]:
    """The price of the session's line, and its sum in minor units."""
    (line,) = shop.sandbox.client().v1.checkout.sessions.line_items.list(session_id).data
    assert line.price is not None
    return line.price.id, line.amount_total


@pytest.mark.row("E4")
async def test_a_pack_is_sold_at_the_price_that_was_pushed(shop: Shop) -> None:
    offer = await shop.services.catalog.offer("pack", "popular")
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")
    assert sold_at(shop, bought.session_id) == (offer.stripe_price_id, 800)
    assert await shop.available(customer) == 25


async def test_a_price_archived_by_hand_does_not_stop_the_sale(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    offer = await shop.services.catalog.offer("pack", "popular")
    assert offer.stripe_price_id
    shop.sandbox.client().v1.prices.update(offer.stripe_price_id, {"active": False})
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")
    price, total = sold_at(shop, bought.session_id)
    assert price != offer.stripe_price_id
    assert total == 800
    assert "run catalog push" in caplog.text
    assert await shop.available(customer) == 25
