"""A customer's year: twelve renewals, a failure and its recovery, an upgrade, a downgrade, a cancellation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing_app import clock
from billing_app.catalog.schema import Catalog, Period, Plan
from billing_app.credits import Consume, Consumed
from billing_app.payments.time_travel import TimeTravel
from tests.shop import Shop
from tests.subscriptions.subscribers import DECLINES_LATER, VISA, Subscribers
from tests.years.agreement import agree

AFTER_RENEWAL = timedelta(hours=3)
"""Stripe keeps a renewal invoice in draft for an hour."""


@dataclass
class Year:
    """One customer, and what the test expects them to have."""

    shop: Shop
    subscribers: Subscribers
    travel: TimeTravel
    customer: int
    low: Plan
    high: Plan
    plan: Plan
    bought: int = 0
    spent: int = 0
    renewals: int = 0

    async def begin(self) -> None:
        """Subscribe on Stripe's page; a trial, if there is one, is lived through."""
        started = await self.shop.services.subscriptions.start(self.customer, self.low.code, "month")
        await self.shop.sandbox.pay(started.url)
        await self.shop.settle()
        mine = await self.shop.services.subscriptions.current(self.customer)
        assert mine.plan == self.low.code
        if mine.trial_ends_at is not None:
            await self.check()
            await self.travel.advance(to=mine.trial_ends_at + AFTER_RENEWAL)
        await self.has(self.plan.credits_per_month)

    async def a_month(self) -> None:
        """Use a quarter of the month's credits, and live on until after the renewal."""
        await self.use(self.plan.credits_per_month // 4)
        await self.travel.advance(to=await self.period_end() + AFTER_RENEWAL)
        self.renewals += 1
        await self.has(self.plan.credits_per_month)

    async def buy_a_pack(self, catalog: Catalog) -> None:
        """Credits that no reset touches, where the catalogue sells some that outlive the year."""
        pack = next((pack for pack in catalog.packs if pack.active and (pack.valid or 400) >= 400), None)
        if pack is None:
            return
        bought = await self.shop.start(self.customer, "pack", pack.code)
        before = await self.shop.available(self.customer)
        await self.shop.pay(bought)
        await self.shop.settle()
        self.bought += pack.credits
        assert await self.shop.available(self.customer) == before + pack.credits
        await self.check()

    async def use(self, credits: int) -> None:
        """Spend, plan credits first: they end soonest."""
        if not credits:
            return
        before = await self.shop.available(self.customer)
        self.spent += 1
        wish = Consume(customer_id=self.customer, credits=credits, feature="anything", reference=f"use-{self.spent}")
        assert isinstance(await self.shop.services.credits.consume(wish), Consumed)
        assert await self.shop.available(self.customer) == before - credits

    async def fail_and_recover(self) -> None:
        """A renewal is declined; within the grace everything works; another card pays the next attempt."""
        ends = await self.period_end()
        await self.pay_with(DECLINES_LATER)
        await self.travel.advance(to=ends + AFTER_RENEWAL)
        mine = await self.shop.services.subscriptions.current(self.customer)
        assert mine.status == "past_due"
        assert mine.access
        assert mine.past_due is not None
        assert mine.past_due.next_try_at is not None
        await self.check()
        await self.pay_with(VISA)
        await self.travel.advance(to=mine.past_due.next_try_at + AFTER_RENEWAL)
        self.renewals += 1
        assert (await self.shop.services.subscriptions.current(self.customer)).status == "active"
        await self.has(self.plan.credits_per_month)

    async def upgrade(self) -> None:
        """In the middle of a month, at once: as previewed in money and credits."""
        await self.travel.advance(days=10)
        before = await self.shop.available(self.customer)
        preview = await self.shop.services.subscriptions.preview(self.customer, self.high.code, "month")
        assert preview.now
        assert preview.due_today.minor > 0
        done = await self.shop.services.subscriptions.switch(self.customer, preview.token)
        assert done.state == "done"
        await self.shop.settle()
        self.plan = self.high
        invoices = await self.shop.rows("SELECT paid_minor FROM invoices ORDER BY created_at DESC, id DESC LIMIT 1")
        assert invoices[0]["paid_minor"] == preview.due_today.minor
        assert await self.shop.available(self.customer) == before + preview.credits_now
        await self.check()

    async def downgrade(self) -> None:
        """At the period's end; until then nothing changes."""
        before = await self.shop.available(self.customer)
        preview = await self.shop.services.subscriptions.preview(self.customer, self.low.code, "month")
        assert not preview.now
        assert preview.due_today.minor == 0
        done = await self.shop.services.subscriptions.switch(self.customer, preview.token)
        assert done.state == "scheduled"
        await self.shop.settle()
        assert await self.shop.available(self.customer) == before
        await self.check()
        await self.travel.advance(to=await self.period_end() + AFTER_RENEWAL)
        self.plan = self.low
        self.renewals += 1
        await self.has(self.plan.credits_per_month)

    async def cancel(self, catalog: Catalog) -> None:
        """At the period's end: everything works until then, and then what is free."""
        ends = await self.period_end()
        await self.shop.services.subscriptions.cancel(self.customer, at_once=False, reason=None, comment=None)
        await self.shop.settle()
        await self.has(self.plan.credits_per_month)
        await self.travel.advance(to=ends + AFTER_RENEWAL)
        mine = await self.shop.services.subscriptions.current(self.customer)
        assert not mine.subscribed
        free = catalog.free_plan
        await self.shop.services.entitlements.summary(self.customer)
        await self.has(free.credits_per_month if free else 0)

    async def was_written_to(self) -> None:
        """One receipt for each paid invoice, news of the failure, the switches and the end: each once."""
        invoices = await self.shop.rows("SELECT 1 FROM invoices WHERE status = 'paid' AND total_minor > 0")
        rows = await self.shop.rows("SELECT kind, count(*) AS times FROM outbox GROUP BY kind")
        times = {row["kind"]: row["times"] for row in rows}
        assert times["subscription_receipt"] == len(invoices)
        assert times["renewal_failed"] == 1
        assert times["plan_switched"] == 3, "up at once; down planned, and then so"
        assert times["plan_cancelled"] == 2, "it will end, and it has ended"
        assert "credits_expiring" not in times, "what comes again each month is not written about"
        assert not await self.shop.rows("SELECT 1 FROM outbox_deliveries WHERE state NOT IN ('kept', 'moot')")

    async def has(self, plan_credits: int) -> None:
        """The plan's credits and what was bought, exactly; and everything agrees."""
        assert await self.shop.available(self.customer) == plan_credits + self.bought
        await self.check()

    async def check(self) -> None:
        """Ledger, mirror and Stripe agree."""
        await agree(self.shop, self.subscribers, self.customer)

    async def period_end(self) -> datetime:
        """Of the subscription held."""
        held = await self.subscribers.live(self.customer)
        assert held is not None
        assert held.period_end is not None
        assert held.period_end > clock.now()
        return held.period_end

    async def pay_with(self, card: str) -> None:
        """Another card for what comes next, on the subscription as the portal would put it there."""
        held = await self.subscribers.live(self.customer)
        assert held is not None
        assert held.stripe_subscription_id is not None
        method = await self.subscribers.use_card(await self.subscribers.stripe_customer(self.customer, None), card)
        name = held.stripe_subscription_id
        await self.subscribers.at_stripe(
            lambda client: client.v1.subscriptions.update(name, {"default_payment_method": method})
        )
        await self.shop.settle()


async def a_year(shop: Shop, subscribers: Subscribers, travel: TimeTravel) -> Year:
    """Somebody who signed up just now, with the two cheapest plans that are sold by the month before them."""
    catalog = await shop.services.catalog.current()
    priced = [plan for plan in catalog.plans if plan.active and plan.price(Period.MONTH)]
    low, high = sorted(priced, key=_monthly)[:2]
    return Year(shop, subscribers, travel, await shop.a_person(), low, high, low)


def _monthly(plan: Plan) -> int:
    price = plan.price(Period.MONTH)
    assert price is not None
    return price.amount.minor
