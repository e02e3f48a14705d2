"""Demo data of a sandbox, made by the product's own services: what it shows has happened, nothing is invented."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from billing_app.accounts.customers import ensure_customer
from billing_app.bootstrap import Services
from billing_app.catalog.schema import Catalog, Metering
from billing_app.entitlements.decisions import NotEnough
from billing_app.errors import Unavailable

PURCHASES_LIMIT = 100
_PAGE_LIMIT_S = 10
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
        """Purchases and use: of the demo customer, who is left with two uses, and of two customers of a host.

        Raises:
            DomainError: the sandbox did not do its part; what was made before stays.
        """
        catalog = await self._services.catalog.current()
        packs = sorted((pack for pack in catalog.packs if pack.active), key=lambda pack: pack.price.minor)
        feature, cost = _dearest_use(catalog)
        if not packs or feature is None:
            return
        await self._buy(own_customer, packs[_OWN_PACK].code)
        await self._use(own_customer, feature, packs[_OWN_PACK].credits // cost, leaving=_OWN_USES_LEFT)
        for buyer in _BUYERS:
            async with self._services.database.transaction() as session:
                known = await ensure_customer(session, buyer.external_id, name=buyer.name, email=buyer.email)
            await self._buy(known.id, packs[min(buyer.pack, len(packs) - 1)].code)
            await self._use(known.id, feature, buyer.uses)

    async def _buy(self, customer_id: int, pack: str) -> None:
        """Buy as a person does: open the page, pay with the test card, come back. Nothing when they bought before."""
        bought = await self._services.checkout.purchases(customer_id, limit=PURCHASES_LIMIT)
        if any(purchase.settled_at for purchase in bought):
            return
        started = await self._services.checkout.start(customer_id, "pack", pack)
        page = urlsplit(started.url)
        async with httpx.AsyncClient(
            base_url=self._services.settings.stripe_api_base, trust_env=False, timeout=_PAGE_LIMIT_S
        ) as browser:
            shown = await browser.get(page.path)
            token = _TOKEN.search(shown.text)
            if token is not None:
                await browser.post(page.path, data={**_PAID, "token": token.group(1)})
        await self._services.applier.watch_session(page.path.rpartition("/")[2])
        bought = await self._services.checkout.purchases(customer_id, limit=PURCHASES_LIMIT)
        if not any(purchase.settled_at for purchase in bought):
            raise Unavailable(f"the sandbox did not take the demo payment for the pack {pack}")

    async def _use(self, customer_id: int, feature: str, times: int, *, leaving: int = 0) -> None:
        """Use it so often, by today's price; less when what was used before it changed has cost more."""
        for number in range(times - leaving):
            try:
                used = await self._services.entitlements.use(
                    customer_id, feature, key=f"demo-use-{feature}-{number}", reference=f"demo-session-{number}"
                )
            except NotEnough:
                return
            if used.remaining is not None and used.remaining <= leaving:
                return


def _dearest_use(catalog: Catalog) -> tuple[str | None, int]:
    """The feature whose single use costs the most credits, and how many; None where none costs credits."""
    by_credits = {feature.code for feature in catalog.features if feature.metering is Metering.CREDITS}
    rates = [(rate.credits, rate.feature) for rate in catalog.rates if rate.feature in by_credits and rate.credits > 0]
    if not rates:
        return None, 0
    cost, feature = max(rates)
    return feature, cost
