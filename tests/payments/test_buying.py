"""Buying a pack and an unlock, from the checkout to the books, over real HTTP with signed webhooks."""

import pytest

from billing_app.catalog.service import NotForSale
from billing_app.errors import InvalidInput, NotFound
from billing_app.payments.opening import AlreadyYours
from billing_app.payments.progress import Progress
from tests.shop import Shop
from tests.stripe_sandbox import DECLINES, PAYS


@pytest.mark.row("A7")
@pytest.mark.row("A11")
async def test_a_paid_pack_is_granted_once_with_what_was_paid_for_it(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")

    balance = await shop.services.credits.balance(customer)
    assert balance.available == 25
    (lot,) = balance.lots
    assert (lot.source, lot.payment, lot.paid_minor, lot.currency) == (
        bought.session_id,
        bought.payment_intent,
        800,
        "USD",
    )
    progress = await shop.services.checkout.state(customer, bought.session_id)
    assert (progress.progress, progress.available, progress.credits) == (Progress.GRANTED, 25, 25)
