"""People who take and change plans through the product, and pay on Stripe's pages."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import stripe

from billing_app import clock
from billing_app.db.stamp import advance_clock
from billing_app.payments.subscribing.views import Changed, ChangePreview, MyPlan
from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.shop import Bought, Shop
from tests.stripe_sandbox import PAYS

T = TypeVar("T")
NEEDS_HOLDER = "4000 0025 0000 3155"


class Planners:
    """Builders for one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.service = shop.services.subscriptions

    async def start(self, customer: int, plan: str = "basic", period: str = "month", **options: object) -> Bought:
        """A payment page for a plan, opened and not paid."""
        started = await self.service.start(customer, plan, period, **options)  # pyright: ignore[reportArgumentType]
        query = "SELECT stripe_session_id FROM checkouts WHERE public_id = :id"
        row = (await self.shop.rows(query, id=started.public_id))[0]
        return Bought(customer, started, row["stripe_session_id"], "")

    async def take(
        self, customer: int, plan: str = "basic", period: str = "month", *, card: str = PAYS, **options: object
    ) -> Bought:
        """Started, paid on Stripe's page, and everything about it has arrived."""
        bought = await self.start(customer, plan, period, **options)
        answer = await self.shop.sandbox.pay(bought.started.url, card)
        assert answer.status_code == 303, answer.text
        await self.shop.settle()
        return bought

    async def my(self, customer: int) -> MyPlan:
        """The plan card."""
        return await self.service.current(customer)

    async def switch(self, customer: int, plan: str, period: str = "month") -> tuple[ChangePreview, Changed]:
        """Previewed, confirmed, and everything about it has arrived."""
        shown = await self.service.preview(customer, plan, period)
        changed = await self.service.switch(customer, shown.token)
        await self.shop.settle()
        return shown, changed

    async def subscription(self, customer: int) -> stripe.Subscription:
        """What Stripe has: the subscription that was made last."""
        query = "SELECT stripe_subscription_id FROM subscriptions WHERE customer_id = :id ORDER BY id DESC LIMIT 1"
        row = (await self.shop.rows(query, id=customer))[0]
        return await self.at_stripe(lambda client: client.v1.subscriptions.retrieve(row["stripe_subscription_id"]))

    async def invoices(self, customer: int) -> list[stripe.Invoice]:
        """Every invoice of a customer at Stripe, newest first."""
        owner = await self.stripe_customer(customer)
        return await self.at_stripe(lambda client: list(client.v1.invoices.list({"customer": owner, "limit": 50}).data))

    async def stripe_customer(self, customer: int) -> str:
        """Stripe's id of a customer."""
        query = "SELECT stripe_customer_id FROM stripe_customers WHERE customer_id = :id"
        return (await self.shop.rows(query, id=customer))[0]["stripe_customer_id"]

    async def use_card(self, customer: int, card: str) -> None:
        """Pay with another test card (`pm_card_...`) from now on."""
        owner, held = await self.stripe_customer(customer), await self.subscription(customer)

        def use(client: stripe.StripeClient) -> None:
            method = client.v1.payment_methods.attach(card, {"customer": owner}).id
            client.v1.subscriptions.update(held.id, {"default_payment_method": method})

        await self.at_stripe(use)

    async def at_stripe(self, does: Callable[[stripe.StripeClient], T]) -> T:
        """Something that somebody does at Stripe."""
        return await asyncio.to_thread(lambda: does(self.shop.sandbox.client()))

    async def trouble(self, answer: str | None, **how: object) -> None:
        """Let Stripe's API fail (`answer="500"`, `times=3`, ...), or, with None, go well again."""
        key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        async with httpx.AsyncClient(base_url=self.shop.sandbox.url, headers=key, trust_env=False) as http:
            path = "/sandbox/trouble/api" if answer else "/sandbox/trouble/clear"
            told = await http.post(path, json={"answer": answer, **how} if answer else {})
            assert told.status_code == 200, told.text

    async def pass_time(self, **span: int) -> None:
        """Let time pass at the sandbox and here: `days=31`."""
        seconds = int(timedelta(**span).total_seconds())
        key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        async with httpx.AsyncClient(base_url=self.shop.sandbox.url, headers=key, trust_env=False, timeout=60) as http:
            answer = await http.post("/sandbox/clock/advance", json={"seconds": seconds})
            assert answer.status_code == 200, answer.text
        async with self.shop.services.database.transaction() as session:
            await advance_clock(session, clock.now() + timedelta(seconds=seconds))
        await self.shop.settle()
