"""What a switch would cost and give: money as Stripe would bill it, credits by the rule that will grant them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.catalog.items import Offer
from billing_app.catalog.policies import Policies
from billing_app.catalog.schema import Period, Plan, PlanPrice
from billing_app.catalog.service import CatalogService
from billing_app.credits import Ledger
from billing_app.db.engine import Database
from billing_app.entitlements import plan_credits
from billing_app.entitlements.plan_credits import CreditEffect, PaidInvoice, PaidLine
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.money import Money
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.stripe_subscribing import Running
from billing_app.payments.subscribing.errors import CannotSwitch, NoSubscription, SamePlan
from billing_app.payments.subscribing.following import follow
from billing_app.payments.subscribing.prices import StripePrices
from billing_app.payments.subscribing.starting import priced_plan
from billing_app.payments.subscribing.steps import ChangeStep, obstacle, step_from
from billing_app.payments.subscribing.tokens import LIFETIME, ChangeTokens, Promise
from billing_app.payments.subscribing.views import ChangePreview, ChargeLine
from billing_app.payments.subscription_objects import ToldInvoice

_SAME_MOMENT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change that may be made: from what, to what, and how.

    Attributes:
        keeps_trial: it happens within a trial, which goes on.
        ends_trial: the trial ends with it, and the first period is paid.
    """

    held: HeldSubscription
    coming: Offer | None
    offer: Offer
    price: PlanPrice
    step: ChangeStep
    keeps_trial: bool
    ends_trial: bool

    @property
    def billed_now(self) -> bool:
        """Whether confirming it makes an invoice."""
        return self.step.now and not self.keeps_trial


class Previewer:
    """Finds out what a change would be. Changes nothing, at Stripe neither."""

    def __init__(
        self,
        database: Database,
        gateway: StripeGateway,
        catalog: CatalogService,
        *,
        ledger: Ledger,
        prices: StripePrices,
        tokens: ChangeTokens,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._catalog = catalog
        self._ledger = ledger
        self._prices = prices
        self._tokens = tokens

    async def preview(self, customer_id: int, code: str, period: str) -> ChangePreview:
        """See `SubscriptionService.preview`."""
        wanted = await self.wanted(customer_id, code, period)
        running = await self.running(wanted.held)
        tax_code = (await self._catalog.current()).tax.code
        price_id = await self._prices.ensure(wanted.offer, tax_code=tax_code)
        at = clock.now().replace(microsecond=0)
        at = max(at, running.period_start)
        if at >= running.period_end:
            raise CannotSwitch("Your plan is being renewed this very moment. Try again in a few minutes.")
        today = await self.today(wanted, running, price_id, at) if wanted.billed_now else None
        after = await self._gateway.preview_invoice(
            running.id, items=[{"id": running.item, "price": price_id}], proration_behavior="none",
            **({"trial_end": "now"} if wanted.ends_trial else {}),
        )  # fmt: skip
        if after is None:
            raise CannotSwitch("Your plan ends before a next payment. Resume it first, then switch.")
        effect = await self._credits(wanted, today, at)
        return self._shown(wanted, running, today=today, after=after, effect=effect, at=at)

    async def today(self, wanted: Wanted, running: Running, price_id: str, at: datetime) -> ToldInvoice:
        """The invoice that confirming would make.

        Raises:
            CannotSwitch: Stripe would make none.
        """
        items = [{"id": running.item, "price": price_id}]
        if wanted.ends_trial:
            made = await self._gateway.preview_invoice(
                running.id, items=items, proration_behavior="always_invoice", trial_end="now"
            )
        else:
            made = await self._gateway.preview_invoice(
                running.id,
                items=items,
                proration_behavior="always_invoice",
                proration_date=int(at.timestamp()),
            )
        if made is None:
            raise CannotSwitch("Your plan ends before a next payment. Resume it first, then switch.")
        return made

    async def wanted(self, customer_id: int, code: str, period: str) -> Wanted:
        """What is asked for, if it may be.

        Raises:
            NoSubscription, SamePlan, CannotSwitch, and what `priced_plan` raises.
        """
        catalog = await self._catalog.current()
        async with self._database.transaction() as session:
            held = await subscriptions.live(session, customer_id)
            coming = None
            if held is not None and held.next_item_id is not None:
                coming = await catalog_store.item(session, held.next_item_id)
        if held is None:
            raise NoSubscription("You have no plan to switch from. Choose one on the pricing page.")
        offer = await priced_plan(self._catalog, catalog, code, period)
        why_not = obstacle(held)
        if why_not:
            raise CannotSwitch(why_not)
        name = held.plan.name if held.plan else ""
        if (held.plan_code, held.period) == (code, period):
            undo = f" Undo the change to {coming.name} to keep it." if coming else ""
            raise SamePlan(f"You have {name} by the {period} already.{undo}")
        if coming is not None and (coming.code, coming.period) == (code, period):
            raise SamePlan(f"Your change to {coming.name} is scheduled already.")
        price = Plan.model_validate(offer.definition).price(Period(period))
        assert price is not None, "an offer of a plan is one of its prices"
        step = step_from(held, Plan.model_validate(offer.definition), price)
        if step is None:
            raise CannotSwitch(f"{offer.name} is sold in another currency than your plan. Write to us to change it.")
        if step.now and coming is not None:
            # Not taken back silently: if this payment were not made, the old plan would go on at its full price.
            raise CannotSwitch(f"A change to {coming.name} is scheduled. Undo it first, then switch.")
        trialing = held.status == "trialing"
        keeps = trialing and step.now and price.trial_days > 0
        keeps = keeps and (not price.trial_needs_card or held.default_payment_method is not None)
        return Wanted(held, coming, offer, price, step, keeps, trialing and step.now and not keeps)

    async def running(self, held: HeldSubscription) -> Running:
        """The subscription as Stripe has it now, if that is how we know it.

        Raises:
            CannotSwitch: it is not; the mirror is told to look.
        """
        assert held.stripe_subscription_id is not None, "a plan by hand has an obstacle"
        running = await self._gateway.running(held.stripe_subscription_id)
        known = held.item.stripe_price_id if held.item else None
        as_known = (
            running.status == held.status
            and not running.waits
            and not running.cancelled
            and running.quantity == 1
            and (known is None or running.price == known)
        )
        if not as_known:
            await follow(self._database, held.customer_id, running.id)
            raise CannotSwitch("Your plan has just changed. Look again in a moment; nothing was changed.")
        return running

    async def _credits(self, wanted: Wanted, today: ToldInvoice | None, at: datetime) -> CreditEffect:
        held = wanted.held
        async with self._database.transaction() as session:
            policies: Policies = (await self._catalog.published(session=session)).catalog.policies
            if today is None:
                return await plan_credits.preview_at_period_end(session, self._ledger, held, wanted.offer)
            items: dict[str, int] = {}
            for price in {line.price for line in today.lines if line.price}:
                item = await catalog_store.item_of_stripe_price(session, price)
                if item is not None:
                    items[price] = item.item_id
            paid = _as_paid(wanted, today, items, at)
            return await plan_credits.preview_invoice(session, self._ledger, paid, policies)

    def _shown(
        self,
        wanted: Wanted,
        running: Running,
        *,
        today: ToldInvoice | None,
        after: ToldInvoice,
        effect: CreditEffect,
        at: datetime,
    ) -> ChangePreview:
        held, offer, step = wanted.held, wanted.offer, wanted.step
        currency = offer.currency or after.currency
        restarts = wanted.ends_trial or (step.now and not wanted.keeps_trial and held.period != offer.period)
        next_at = max(line.period_end for line in after.lines) if restarts and after.lines else running.period_end
        good_until = clock.now() + LIFETIME
        promise = Promise(
            customer_id=held.customer_id,
            subscription=running.id,
            price=running.price,
            period_end=int(running.period_end.timestamp()),
            item_id=offer.item_id,
            now=step.now,
            end_trial=wanted.ends_trial,
            proration_date=int(at.timestamp()),
            due_minor=today.due_minor if today else 0,
            total_minor=today.total_minor if today else 0,
            good_until=int(good_until.timestamp()),
        )
        return ChangePreview(
            kind=step.kind,
            now=step.now,
            plan=offer.code,
            name=offer.name,
            period=wanted.price.period.value,
            price=wanted.price.amount,
            from_plan=held.plan_code,
            from_name=held.plan.name if held.plan else "",
            from_period=held.period,
            from_price=Money(held.amount_minor, held.currency) if held.amount_minor and held.currency else None,
            effective_at=at if step.now else running.period_end,
            due_today=Money(today.due_minor if today else 0, currency),
            credited_today=Money(max(0, -today.total_minor) if today else 0, currency),
            lines=tuple(
                ChargeLine(line.description, Money(line.net_minor, currency), line.proration) for line in today.lines
            )
            if today
            else (),
            tax_today=Money(today.tax_minor if today else 0, currency),
            next_charge=Money(max(0, after.total_minor), currency),
            next_charge_at=next_at,
            credits_now=effect.granted_now,
            credits_carried=effect.carried,
            credits_lost=effect.lost,
            credits_next=effect.next,
            credits_next_at=effect.next_at or next_at,
            trial_until=held.trial_end if wanted.keeps_trial else None,
            replaces=wanted.coming.name if wanted.coming else None,
            proration_date=at,
            token=self._tokens.sign(promise),
            token_good_until=good_until.replace(microsecond=0),
        )


def _as_paid(wanted: Wanted, today: ToldInvoice, items: dict[str, int], at: datetime) -> PaidInvoice:
    """Today's invoice as the credits' rule would be told it once it is paid."""
    held = wanted.held
    assert held.stripe_subscription_id is not None, "a plan by hand has an obstacle"
    restarts = wanted.ends_trial or held.period != wanted.price.period.value
    return PaidInvoice(
        customer_id=held.customer_id,
        subscription_id=held.id,
        stripe_subscription_id=held.stripe_subscription_id,
        invoice_id=today.id,
        billing_reason=today.billing_reason or "subscription_update",
        paid_at=at,
        item=wanted.offer,
        anchor=at if restarts else held.anchor,
        lines=tuple(
            PaidLine(
                line_id=line.id,
                item_id=items.get(line.price or ""),
                # Stripe's clock and ours differ by moments: what begins "now" there begins now here.
                period_start=at if abs(line.period_start - at) < _SAME_MOMENT else line.period_start,
                period_end=line.period_end,
                net_minor=line.net_minor,
                currency=today.currency,
                proration=line.proration,
            )
            for line in today.lines
        ),
        trial_start=held.trial_start,
        trial_end=at if wanted.ends_trial else held.trial_end,
    )
