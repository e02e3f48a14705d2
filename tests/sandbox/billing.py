"""Builders for billing: a customer with a clock and a card, a plan, a subscription, and time that passes."""

from datetime import UTC, datetime
from typing import Any

import stripe

from tests.sandbox.running import eventually

DAY = 86_400
HOUR = 3600
START = int(datetime(2026, 1, 15, 10, tzinfo=UTC).timestamp())


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> int:
    """Unix time of a moment in UTC."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def a_plan(client: stripe.StripeClient, amount_minor: int = 2900, interval: str = "month", **params: Any) -> str:
    """The id of a recurring price of a new product."""
    product = client.v1.products.create({"name": params.pop("name", "Pro")})
    made = client.v1.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": amount_minor,
            "recurring": {"interval": interval},
            **params,
        }  # pyright: ignore
    )
    return made.id


def a_clock(client: stripe.StripeClient, frozen_time: int = START) -> str:
    """The id of a test clock."""
    return client.v1.test_helpers.test_clocks.create({"frozen_time": frozen_time}).id


def a_customer(
    client: stripe.StripeClient, clock: str | None = None, card: str | None = "pm_card_visa", **params: Any
) -> str:
    """The id of a customer, with a default card."""
    given: dict[str, Any] = {"email": "ada@example.com", **({"test_clock": clock} if clock else {}), **params}
    customer = client.v1.customers.create(given).id  # pyright: ignore
    if card is not None:
        use_card(client, customer, card)
    return customer


def use_card(client: stripe.StripeClient, customer: str, card: str) -> str:
    """Attach a test card and make it the default; its id."""
    method = client.v1.payment_methods.attach(card, {"customer": customer}).id
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    return method


def a_subscription(client: stripe.StripeClient, customer: str, price: str, **params: Any) -> stripe.Subscription:
    """A subscription to one price."""
    return client.v1.subscriptions.create({"customer": customer, "items": [{"price": price}], **params})  # pyright: ignore


def advance(client: stripe.StripeClient, clock: str, to: int) -> None:
    """Move a test clock on, in steps as long as Stripe allows, and wait until everything has happened."""
    while True:
        now = client.v1.test_helpers.test_clocks.retrieve(clock).frozen_time
        if now >= to:
            return
        client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": min(to, now + 55 * DAY)})
        assert eventually(lambda: client.v1.test_helpers.test_clocks.retrieve(clock).status == "ready", within_s=30)


def invoices_of(client: stripe.StripeClient, subscription: str) -> list[stripe.Invoice]:
    """All invoices of a subscription, oldest first."""
    return list(client.v1.invoices.list({"subscription": subscription, "limit": 100}).auto_paging_iter())[::-1]


def period_of(subscription: stripe.Subscription) -> tuple[int, int]:
    """The current period of its first item."""
    item = subscription["items"].data[0]
    return item.current_period_start, item.current_period_end


def types_of(client: stripe.StripeClient, *patterns: str) -> list[str]:
    """Types of all events, oldest first; those that begin with one of the patterns."""
    events = list(client.v1.events.list({"limit": 100}).auto_paging_iter())[::-1]
    return [event.type for event in events if not patterns or event.type.startswith(patterns)]
