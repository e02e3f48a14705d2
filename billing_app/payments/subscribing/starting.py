"""Taking a plan: through Stripe Checkout, with the trial that is still this customer's."""

from billing_app.catalog.items import ItemKind, Offer
from billing_app.catalog.schema import Catalog, Period, Plan
from billing_app.catalog.service import CatalogService, NotForSale
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput
from billing_app.journal.funnel import from_where, funnel, note_click
from billing_app.payments.opening import Opener, Order
from billing_app.payments.progress import Started
from billing_app.payments.returns import AllowedAddresses, checked
from billing_app.payments.subscribing.errors import ByContact, NoCheckoutNeeded
from billing_app.payments.subscribing.trial_rules import days_offered
from billing_app.payments.subscribing.trials import TAKEN_WORDS, Trials
from billing_app.payments.subscribing.views import TrialOffer


class PlanStarter:
    """Opens payment pages for plans."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        *,
        opener: Opener,
        trials: Trials,
        addresses: AllowedAddresses,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._opener = opener
        self._trials = trials
        self._addresses = addresses

    async def start(
        self,
        customer_id: int,
        code: str,
        period: str,
        *,
        return_to: str | None,
        success_to: str | None,
        cancel_to: str | None,
        trial_days: int | None,
        via: str | None,
    ) -> Started:
        """See `SubscriptionService.start`."""
        path = checked(return_to)
        success_to = self._addresses.checked(success_to, "success_to")
        cancel_to = self._addresses.checked(cancel_to, "cancel_to")
        catalog = await self._catalog.current()
        offer = await priced_plan(self._catalog, catalog, code, period)
        price = _plan(offer).price(Period(period))
        assert price is not None, "an offer of a plan is one of its prices"
        if trial_days is not None and not 0 <= trial_days <= price.trial_days:
            raise InvalidInput(
                f"This plan has {price.trial_days} trial days; a server may ask for fewer, not more.",
                field="trial_days",
            )
        async with self._database.transaction() as session:
            taken = await self._trials.is_taken(session, customer_id)
        days = days_offered(price.trial_days, taken=taken, asked=trial_days)
        order = Order(
            offer,
            return_to=path,
            tax_automatic=catalog.tax.automatic,
            tax_code=catalog.tax.code,
            success_to=success_to,
            cancel_to=cancel_to,
            trial_days=days,
            trial_needs_card=price.trial_needs_card,
            while_disputed=not catalog.policies.dispute_blocks_checkout,
            note=TAKEN_WORDS if taken and price.trial_days and trial_days != 0 else "",
        )
        await note_click(self._database, customer_id, "plan", offer.code, via)
        started = await self._opener.open(customer_id, order)
        async with self._database.transaction() as session:
            data = {"kind": "plan", "code": offer.code, "period": period, "trial_days": days, "reused": started.reused}
            await funnel(session, "checkout_opened", customer_id=customer_id, data=data | from_where(via))
        return started

    async def trial(self, customer_id: int, code: str, period: str) -> TrialOffer:
        """See `SubscriptionService.trial`."""
        offer = await priced_plan(self._catalog, await self._catalog.current(), code, period)
        price = _plan(offer).price(Period(period))
        if price is None or not price.trial_days:
            return TrialOffer(0, needs_card=True, refused_because=None)
        async with self._database.transaction() as session:
            taken = await self._trials.is_taken(session, customer_id)
        if taken:
            return TrialOffer(0, needs_card=True, refused_because=TAKEN_WORDS)
        return TrialOffer(price.trial_days, needs_card=price.trial_needs_card, refused_because=None)


async def priced_plan(service: CatalogService, catalog: Catalog, code: str, period: str) -> Offer:
    """The price of a plan that can be bought now.

    Raises:
        NotForSale: unknown, retired, or not sold for this period. ByContact, NoCheckoutNeeded: it has no price.
    """
    plan = catalog.plan(code)
    if plan is not None and plan.active and plan.contact_only:
        raise ByContact(f"{plan.name} is agreed by contact: write to us on the contact page.", plan=plan.code)
    if plan is not None and plan.active and plan.free:
        raise NoCheckoutNeeded(
            f"{plan.name} costs nothing and needs no checkout: it is yours when no other plan is. To go back to it, "
            "cancel your plan.",
            plan=plan.code,
        )
    if period not in tuple(Period):
        raise NotForSale(f'There is no plan "{code[:60]}" by the "{period[:20]}" for sale. Choose month or year.')
    return await service.offer(ItemKind.PLAN, code, period)


def _plan(offer: Offer) -> Plan:
    return Plan.model_validate(offer.definition)
