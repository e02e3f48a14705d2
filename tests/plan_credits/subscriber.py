"""A customer whose subscription, invoices and time a test sets, as the mirror would after hearing of them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from billing_app import clock
from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.items import Offer
from billing_app.catalog.policies import Policies
from billing_app.catalog.service import CatalogService
from billing_app.credits import Balance, Consume, CreditService, LotView, Revoke
from billing_app.credits.doctor import Drift, audit
from billing_app.db.engine import Database
from billing_app.db.stamp import advance_clock
from billing_app.entitlements import plan_credits
from billing_app.entitlements.plan_credits import CreditEffect, PaidInvoice, PaidLine
from billing_app.entitlements.plan_credits.periods import months_after
from billing_app.entitlements.plan_credits.service import PlanCreditService
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription

START = datetime(2027, 1, 31, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def this_minute() -> datetime:
    """Now, without the seconds a test takes."""
    return clock.now().replace(second=0, microsecond=0)


@dataclass
class World:
    """A database with a catalogue, its services, and its clock."""

    database: Database
    catalog: CatalogService
    credits: CreditService
    service: PlanCreditService
    policies: Policies = field(default_factory=Policies)
    people: int = 0
    plans: int = 0

    async def to(self, moment: datetime) -> None:
        """Let time pass until then (the clock's offset is whole seconds)."""
        async with self.database.transaction() as session:
            await advance_clock(session, moment + timedelta(seconds=1))

    async def a_subscriber(self, plan: str = "plus", period: str = "month", **facts: Any) -> "Subscriber":
        """A customer who subscribes now; the first invoice is not paid yet."""
        return await self.subscribed(await self.a_customer(), plan, period, **facts)

    async def subscribed(self, customer_id: int, plan: str, period: str, **facts: Any) -> "Subscriber":
        """A customer's subscription, begun this minute."""
        self.plans += 1
        offer = await self.catalog.offer("plan", plan, period)
        now = this_minute()
        async with self.database.transaction() as session:
            row = await subscriptions.add(
                session,
                {
                    "customer_id": customer_id,
                    "stripe_subscription_id": f"sub_{self.plans}",
                    "item_id": offer.item_id,
                    "plan_code": plan,
                    "period": period,
                    "amount_minor": offer.terms.amount_minor,
                    "currency": "USD",
                    "status": "active",
                    "started_at": now,
                    "anchor": now,
                    "current_period_start": now,
                    "current_period_end": months_after(now, 12 if period == "year" else 1),
                    "asked_at": clock.wall(),
                    **facts,
                },
            )
        return Subscriber(self, customer_id, row.id, f"sub_{self.plans}", offer)

    async def a_customer(self) -> int:
        """A host product's customer without a plan."""
        self.people += 1
        async with self.database.transaction() as session:
            return (await ensure_customer(session, f"host-{self.people}")).id

    async def drift(self) -> Drift:
        """The audit of the whole ledger."""
        async with self.database.transaction() as session:
            return await audit(session)


@dataclass
class Subscriber:
    """One customer with one subscription."""

    world: World
    customer_id: int
    subscription_id: int
    stripe_id: str
    offer: Offer
    invoices: int = 0

    # The subscription as Stripe has it

    async def held(self) -> HeldSubscription:
        async with self.world.database.transaction() as session:
            found = await subscriptions.by_id(session, self.subscription_id)
        assert found is not None
        return found

    async def mirror(self, **values: Any) -> None:
        """Stripe says something new of it."""
        async with self.world.database.transaction() as session:
            await subscriptions.write(session, self.subscription_id, values)
            held = await subscriptions.by_id(session, self.subscription_id)
            assert held is not None
            await plan_credits.plan_changed(session, self.world.credits.ledger, held, self.world.policies)

    async def holds(self, plan: str, period: str = "month") -> Offer:
        """Its price is another from now on."""
        self.offer = await self.world.catalog.offer("plan", plan, period)
        terms = {"plan_code": plan, "period": period, "amount_minor": self.offer.terms.amount_minor}
        await self.mirror(item_id=self.offer.item_id, **terms)
        return self.offer

    async def next_period(self) -> None:
        """Time passes to the period's end; Stripe begins the next one, its invoice is a draft."""
        held = await self.held()
        assert held.period_end is not None
        await self.world.to(held.period_end)
        yearly = self.offer.terms.period == "year"
        passed = 1
        while months_after(held.anchor, passed) <= held.period_end:
            passed += 1
        end = months_after(held.anchor, passed + 11 if yearly else passed)
        await self.mirror(current_period_start=held.period_end, current_period_end=end)

    # Invoices

    async def invoice(self, *lines: PaidLine, reason: str = "subscription_cycle", **facts: Any) -> PaidInvoice:
        """An invoice of this subscription; without lines, of its current period."""
        self.invoices += 1
        held = await self.held()
        number = f"{self.customer_id}_{self.invoices}"
        paid = PaidInvoice(
            customer_id=self.customer_id,
            subscription_id=self.subscription_id,
            stripe_subscription_id=self.stripe_id,
            invoice_id=f"in_{number}",
            billing_reason=reason,
            paid_at=clock.now(),
            item=held.item,
            anchor=held.anchor,
            lines=lines or (await self.whole_period(),),
            trial_start=held.trial_start,
            trial_end=held.trial_end,
        )
        lines = tuple(replace(line, line_id=f"il_{number}_{place}") for place, line in enumerate(paid.lines))
        return replace(paid, lines=lines, **facts)

    async def whole_period(self, net_minor: int | None = None) -> PaidLine:
        held = await self.held()
        assert held.period_end is not None
        net = (self.offer.terms.amount_minor or 0) if net_minor is None else net_minor
        return PaidLine("", self.offer.item_id, held.period_start, held.period_end, net, "USD", False)

    async def rest(self, offer: Offer, *, credited: bool, at: datetime | None = None) -> PaidLine:
        """A proration line: what the rest of the period costs, or gives back, from now on."""
        held = await self.held()
        assert held.period_end is not None
        at = at or this_minute()
        share = Fraction((held.period_end - at) // timedelta(seconds=1)) / (
            (held.period_end - held.period_start) // timedelta(seconds=1)
        )
        net = int((offer.terms.amount_minor or 0) * share)
        return PaidLine("", offer.item_id, at, held.period_end, -net if credited else net, "USD", True)

    async def pays(self, invoice: PaidInvoice | None = None) -> list[str]:
        """An invoice is paid: that of its current period, or the one given."""
        invoice = invoice or await self.invoice()
        async with self.world.database.transaction() as session:
            return await plan_credits.invoice_paid(session, self.world.credits.ledger, invoice, self.world.policies)

    async def preview(self, invoice: PaidInvoice) -> CreditEffect:
        """What it would do."""
        async with self.world.database.transaction() as session:
            return await plan_credits.preview_invoice(session, self.world.credits.ledger, invoice, self.world.policies)

    async def replaces(self, plan: str, period: str = "month") -> PaidInvoice:
        """The invoice of another plan for the rest of this period."""
        before = self.offer
        credit = await self.rest(before, credited=True)
        after = await self.holds(plan, period)
        return await self.invoice(credit, await self.rest(after, credited=False), reason="subscription_update")

    async def restarts(self, plan: str, period: str) -> PaidInvoice:
        """The invoice of another plan whose first period begins now; the old one's unused time is credited."""
        now = this_minute()
        credit = await self.rest(self.offer, credited=True, at=now)
        end = months_after(now, 12 if period == "year" else 1)
        await self.mirror(anchor=now, current_period_start=now, current_period_end=end)
        await self.holds(plan, period)
        return await self.invoice(credit, await self.whole_period(), reason="subscription_update")

    async def ends(self, *, voids: bool = False) -> None:
        """It is over, now."""
        async with self.world.database.transaction() as session:
            values = {"status": "canceled", "ended_at": clock.now(), "canceled_at": clock.now()}
            await subscriptions.write(session, self.subscription_id, values)
            held = await subscriptions.by_id(session, self.subscription_id)
            assert held is not None
            ledger = self.world.credits.ledger
            await plan_credits.subscription_ended(session, ledger, held, clock.now(), voids=voids)
            await plan_credits.plan_changed(session, ledger, held, self.world.policies)

    async def again(self, plan: str, period: str) -> "Subscriber":
        """The same customer with a new subscription."""
        made = await self.world.subscribed(self.customer_id, plan, period)
        made.invoices = self.invoices
        return made

    # Credits

    async def uses(self, credits: int) -> None:
        await self.world.credits.consume(Consume(customer_id=self.customer_id, feature="chat", credits=credits))

    async def refunded(self, invoice: PaidInvoice, refunded: int, captured: int) -> None:
        revoke = Revoke(customer_id=self.customer_id, payment=invoice.invoice_id, refunded=refunded, captured=captured)
        await self.world.credits.do(revoke)

    async def balance(self) -> Balance:
        return await self.world.credits.balance(self.customer_id)

    async def available(self) -> int:
        return (await self.balance()).available

    async def lots(self) -> list[LotView]:
        """Every lot, oldest first."""
        return list(reversed((await self.world.credits.lots(self.customer_id, limit=200)).lots))
