"""An older system: its subscriptions at Stripe, made at prices of its own; and moving in from it."""

import asyncio
from typing import Any

import stripe

from billing_app.moving_in.reading import read
from billing_app.moving_in.service import Moved
from tests.shop import Shop
from tests.subscriptions.subscribers import VISA

HEADER = (
    "customer,email,stripe_customer,stripe_subscription,plan,lot_credits,lot_kind,lot_paid,lot_currency,lot_expires"
)


async def older(
    shop: Shop, *, amount: int = 3900, interval: str = "month", card: str = VISA, **params: Any
) -> tuple[str, str]:
    """A customer with a subscription that another product made; Stripe's ids of both."""

    def make(client: stripe.StripeClient) -> tuple[str, str]:
        somebody = client.v1.customers.create({"email": "ada@example.com"}).id
        method = client.v1.payment_methods.attach(card, {"customer": somebody}).id
        client.v1.customers.update(somebody, {"invoice_settings": {"default_payment_method": method}})
        product = client.v1.products.create({"name": "Older Pro"}).id
        recurring: Any = {"interval": interval}
        price = client.v1.prices.create(
            {"product": product, "unit_amount": amount, "currency": "usd", "recurring": recurring}
        ).id
        given: Any = {"customer": somebody, "items": [{"price": price}], **params}
        return somebody, client.v1.subscriptions.create(given).id

    made = await asyncio.to_thread(lambda: make(shop.sandbox.client()))
    await shop.settle()
    return made


async def move(shop: Shop, *rows: str, header: str = HEADER, dry_run: bool = False) -> list[Moved]:
    """Move in by a file of these rows, which has no mistakes."""
    found = read("\n".join([header, *rows]).encode())
    assert not found.problems, found.problems
    return [one async for one in shop.services.moving_in.move(found.arrivals, dry_run=dry_run)]


async def customer_of(shop: Shop, external_id: str = "user-17") -> int:
    """Our number of who moved in."""
    (row,) = await shop.rows("SELECT id FROM customers WHERE external_id = :id", id=external_id)
    return row["id"]
