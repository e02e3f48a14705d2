"""People with subscriptions, made at the sandbox as Checkout would make them; and time that passes for both sides."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
import stripe

from billing_app import clock
from billing_app.db.stamp import advance_clock
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.payments.stripe_customers import StripeCustomers
from billing_app.payments.subscribing.prices import StripePrices
from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.shop import Shop

OURS = {"managed_by": "billing_app"}
VISA, DECLINES_LATER, NEEDS_HOLDER = "pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"
T = TypeVar("T")


class Subscribers:
    """Builders for one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    async def price(self, plan: str, period: str = "month") -> str:
        """Stripe's id of a plan's price, as the product itself finds or makes it."""
        offer = await self.shop.services.catalog.offer("plan", plan, period)
        return await StripePrices(self.shop.services.database, self.shop.services.gateway).ensure(offer)

    async def stripe_customer(self, customer: int, card: str | None = VISA) -> str:
        """The Stripe customer of ours, who keeps this card as default."""
        services = self.shop.services
        made = await StripeCustomers(services.database, services.gateway).ensure(customer)
        if card:
            await self.use_card(made, card)
        return made

    async def use_card(self, stripe_customer: str, card: str) -> str:
        """Keep another card, and pay with it from now on."""

        def use(client: stripe.StripeClient) -> str:
            method = client.v1.payment_methods.attach(card, {"customer": stripe_customer}).id
            client.v1.customers.update(stripe_customer, {"invoice_settings": {"default_payment_method": method}})
            return method

        return await self.at_stripe(use)

    async def subscribe(
        self, customer: int, plan: str = "pro", period: str = "month", *, card: str | None = VISA, **params: Any
    ) -> str:
        """A subscription that was just begun at Stripe; its news is on the way."""
        owner, price = await self.stripe_customer(customer, card), await self.price(plan, period)
        given: dict[str, Any] = {"customer": owner, "items": [{"price": price}], "metadata": OURS, **params}
        made = await self.at_stripe(lambda client: client.v1.subscriptions.create(given))  # pyright: ignore
        return made.id

    async def subscribed(self, customer: int, plan: str = "pro", period: str = "month", **params: Any) -> str:
        """The same, and everything about it has arrived."""
        made = await self.subscribe(customer, plan, period, **params)
        await self.shop.settle()
        return made

    async def at_stripe(self, does: Callable[[stripe.StripeClient], T]) -> T:
        """Something that somebody does at Stripe."""
        return await asyncio.to_thread(lambda: does(self.shop.sandbox.client()))

    async def pass_time(self, *, settle: bool = True, **span: int) -> None:
        """Let time pass at the sandbox and here: `days=31`, `hours=2`."""
        seconds = int(timedelta(**span).total_seconds())
        key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        async with httpx.AsyncClient(base_url=self.shop.sandbox.url, headers=key, trust_env=False, timeout=60) as http:
            answer = await http.post("/sandbox/clock/advance", json={"seconds": seconds})
            assert answer.status_code == 200, answer.text
        async with self.shop.services.database.transaction() as session:
            await advance_clock(session, clock.now() + timedelta(seconds=seconds))
        async with self.shop.services.database.transaction():
            pass  # reads the clock that was set
        if settle:
            await self.shop.settle()

    async def held(self, stripe_subscription: str) -> HeldSubscription:
        """What our mirror says of it."""
        async with self.shop.services.database.transaction() as session:
            found = await store.by_stripe_id(session, stripe_subscription)
        assert found is not None, f"{stripe_subscription} is not in the mirror"
        return found

    async def live(self, customer: int) -> HeldSubscription | None:
        """The one that a customer holds."""
        async with self.shop.services.database.as_customer(customer) as session:
            return await store.live(session, customer)

    async def journal(self, customer: int) -> list[str]:
        """The kinds of all steps, in order."""
        rows = await self.shop.rows(
            "SELECT kind FROM subscription_changes WHERE customer_id = :id ORDER BY id", id=customer
        )
        return [row["kind"] for row in rows]

    async def mrr(self) -> int:
        """Monthly recurring revenue, as the journal adds up."""
        (row,) = await self.shop.rows(
            "SELECT coalesce(sum(mrr_after_minor - mrr_before_minor), 0) AS mrr FROM subscription_changes"
        )
        return int(row["mrr"])

    async def failed_jobs(self) -> list[dict[str, Any]]:
        """Jobs that came to a bad end, and events that could not be applied."""
        return await self.shop.rows(
            "SELECT task_name AS what, status::text AS how FROM procrastinate_jobs WHERE status = 'failed' "
            "UNION ALL SELECT type, state || ': ' || coalesce(error, '') FROM webhook_events "
            "WHERE state IN ('failed', 'waiting', 'parked', 'unhandled')"
        )


def soon(moment: datetime | None, seconds: int = 30) -> bool:
    """Whether a moment is about now, in billing time."""
    return moment is not None and abs(clock.now() - moment) < timedelta(seconds=seconds)
