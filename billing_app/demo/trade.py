"""Demo data of a sandbox, made by the product's own services: what it shows has happened, nothing is invented."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import httpx

from billing_app.accounts.customers import ensure_customer
from billing_app.bootstrap import Services
from billing_app.catalog.schema import Catalog, Metering, Period
from billing_app.entitlements.decisions import NotEnough
from billing_app.errors import Unavailable
from billing_app.payments.subscribing.errors import AlreadySubscribed

PURCHASES_LIMIT = 100
_PAGE_LIMIT_S = 10
_USES_WITHOUT_LIMIT = 3
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_PAID = {
    "number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Demo Buyer", "country": "",
    "email": "demo@example.com", "fate": "now", "delay": "20", "action": "pay",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Buyer:
    """A customer of a host product, and which of the packs, cheapest first, they take."""

    external_id: str
    name: str
    email: str
    pack: int
    uses: int


_BUYERS = (
    _Buyer("demo-host-1", "Ada Lovelace", "ada@example.com", 1, 2),
    _Buyer("demo-host-2", "Grace Hopper", "grace@example.com", -1, 5),
)
_OWN_PACK, _OWN_USES_LEFT = 0, 2


@dataclass(frozen=True, slots=True)
class _Subscriber:
    """A customer of a host product who takes a plan: the cheapest, or the highlighted one; by the year if sold so."""

    external_id: str
    name: str
    email: str
    highlighted: bool
    yearly: bool


_SUBSCRIBERS = (
    _Subscriber("demo-host-3", "Katherine Johnson", "katherine@example.com", highlighted=False, yearly=False),
    _Subscriber("demo-host-4", "Dorothy Vaughan", "dorothy@example.com", highlighted=True, yearly=True),
)


class Demo:
    """Seeds a sandbox. Repeating it changes nothing, and finishes what was cut off."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def sign_ins(self) -> list[dict[str, Any]]:
        """Make sure that the demo people exist.

        Returns:
            What to print: `email`, `password`, `what`, and the customer's id, if one belongs to them.

        Raises:
            Conflict: this is live mode.
        """
        return [
            {"email": one.email, "password": one.password, "what": one.role.value, "customer_id": one.customer_id}
            for one in await self._services.accounts.ensure_demo()
        ]

    async def trade(self, own_customer: int) -> None:
        """What the catalogue lets people do: they buy packs and take plans, they spend credits and allowances.

        The demo customer has no plan, so that whoever tries the product can take one; where packs are sold they have
        bought one and are left with two uses. Customers of a host have bought more, and two of them have plans.

        Raises:
            DomainError: the sandbox did not do its part; what was made before stays.
        """
        catalog = await self._services.catalog.current()
        await self._buyers(catalog, own_customer)
        await self._subscribers(catalog)
        await self._spend_allowances(own_customer)

    async def _buyers(self, catalog: Catalog, own_customer: int) -> None:
        packs = sorted((pack for pack in catalog.packs if pack.active), key=lambda pack: pack.price.minor)
        feature, cost = _dearest_use(catalog)
        if not packs or feature is None:
            return
        await self._buy(own_customer, packs[_OWN_PACK].code)
        free = catalog.free_plan.credits_per_month if catalog.free_plan else 0
        uses = (packs[_OWN_PACK].credits + free) // cost
        await self._use(own_customer, feature, uses, leaving=_OWN_USES_LEFT)
        for buyer in _BUYERS:
            async with self._services.database.transaction() as session:
                known = await ensure_customer(session, buyer.external_id, name=buyer.name, email=buyer.email)
            await self._buy(known.id, packs[min(buyer.pack, len(packs) - 1)].code)
            await self._use(known.id, feature, buyer.uses)

    async def _subscribers(self, catalog: Catalog) -> None:
        plans = sorted(
            (plan for plan in catalog.plans if plan.active and plan.prices),
            key=lambda plan: plan.prices[0].amount.minor,
        )
        if not plans:
            return
        best = next((plan for plan in plans if plan.highlighted), plans[-1])
        for one in _SUBSCRIBERS:
            plan = best if one.highlighted else plans[0]
            price = (plan.price(Period.YEAR) if one.yearly else None) or plan.prices[0]
            async with self._services.database.transaction() as session:
                known = await ensure_customer(session, one.external_id, name=one.name, email=one.email)
            await self._subscribe(known.id, plan.code, price.period)
            await self._spend_allowances(known.id)

    async def _subscribe(self, customer_id: int, plan: str, period: Period) -> None:
        """Take a plan as a person does, but without its trial: a trial is one per card, and the test card is theirs."""
        try:
            started = await self._services.subscriptions.start(customer_id, plan, period.value, trial_days=0)
        except AlreadySubscribed:
            return
        await self._pay(started.url)
        await self._services.applier.watch_session(_session_of(started.url))

    async def _spend_allowances(self, customer_id: int) -> None:
        """Half of every allowance, rounded up, so that its bar shows something; a few uses where there is no limit."""
        for usage in await self._services.entitlements.usage(customer_id):
            if usage.used or usage.limit == 0:
                continue
            whole = usage.limit if usage.limit is not None else 2 * _USES_WITHOUT_LIMIT * usage.counts_per_unit
            await self._services.entitlements.use(
                customer_id, usage.feature, units=-(-whole // 2), key=f"demo-allowance-{usage.feature}"
            )
            share = Fraction(-(-whole // 2), usage.counts_per_unit)
            await self._services.engine_costs.used(customer_id, usage.feature, "demo-allowance", share=share)

    async def _buy(self, customer_id: int, pack: str) -> None:
        """Buy as a person does: open the page, pay with the test card, come back. Nothing when they bought before."""
        bought = await self._services.checkout.purchases(customer_id, limit=PURCHASES_LIMIT)
        if any(purchase.settled_at for purchase in bought):
            return
        started = await self._services.checkout.start(customer_id, "pack", pack)
        await self._pay(started.url)
        await self._services.applier.watch_session(_session_of(started.url))
        bought = await self._services.checkout.purchases(customer_id, limit=PURCHASES_LIMIT)
        if not any(purchase.settled_at for purchase in bought):
            raise Unavailable(f"the sandbox did not take the demo payment for the pack {pack}")

    async def _pay(self, url: str) -> None:
        """Fill in the sandbox's payment page; nothing when it has been paid already."""
        path = urlsplit(url).path
        async with httpx.AsyncClient(
            base_url=self._services.settings.stripe_api_base, trust_env=False, timeout=_PAGE_LIMIT_S
        ) as browser:
            shown = await browser.get(path)
            token = _TOKEN.search(shown.text)
            if token is not None:
                await browser.post(path, data={**_PAID, "token": token.group(1)})

    async def _use(self, customer_id: int, feature: str, times: int, *, leaving: int = 0) -> None:
        """Use it so often, by today's price; less when what was used before it changed has cost more."""
        for number in range(times - leaving):
            try:
                used = await self._services.entitlements.use(
                    customer_id, feature, key=f"demo-use-{feature}-{number}", reference=f"demo-session-{number}"
                )
            except NotEnough:
                return
            await self._services.engine_costs.used(customer_id, feature, f"demo-session-{number}")
            if used.remaining is not None and used.remaining <= leaving:
                return


def _session_of(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def _dearest_use(catalog: Catalog) -> tuple[str | None, int]:
    """The feature whose single use costs the most credits, and how many; None where none costs credits."""
    by_credits = {feature.code for feature in catalog.features if feature.metering is Metering.CREDITS}
    rates = [(rate.credits, rate.feature) for rate in catalog.rates if rate.feature in by_credits and rate.credits > 0]
    if not rates:
        return None, 0
    cost, feature = max(rates)
    return feature, cost
