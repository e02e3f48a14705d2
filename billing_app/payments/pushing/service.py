"""`catalog push`: makes Stripe agree with the catalogue (row E4). Shown first, done then; twice is once.

Nothing of Stripe happens inside a transaction. Whatever breaks off half-way is found by the next push and finished.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from billing_app.catalog import store as catalog_store
from billing_app.catalog.items import Offer
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI, Actor, audit
from billing_app.payments.event_types import ENDPOINT_TYPES
from billing_app.payments.gateway import API_VERSION, StripeGateway
from billing_app.payments.pushing import store
from billing_app.payments.pushing.endpoint import PATH, EndpointPlan, Place, plan_endpoint
from billing_app.payments.pushing.plan import Sold, plan_prices, stays
from billing_app.payments.pushing.portal import PortalPlan, plan_portal
from billing_app.payments.pushing.reading import read_remote
from billing_app.payments.pushing.sealing import seal, unseal
from billing_app.payments.pushing.steps import (
    ArchivePrice,
    ArchiveProduct,
    ChangePrice,
    ChangeProduct,
    LinkPrice,
    MakePrice,
    MakeProduct,
    ShowFirst,
    Step,
)
from billing_app.payments.pushing.wanted import price_params
from billing_app.settings import Mode, Settings

MAX_AUDITED_LINES = 100


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What a push would do, and what people should know before it does.

    Attributes:
        stays: who stays on which price that is no longer sold.
        notes: what only a person can decide or mend.
    """

    version: int
    sold: Sold
    portal: PortalPlan
    endpoint: EndpointPlan
    stays: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.sold.notes, *self.portal.notes, *self.endpoint.notes)

    @property
    def changes(self) -> list[str]:
        """One line for each thing that would be done; empty when Stripe agrees already."""
        return [step.line for step in self.sold.steps] + self.portal.lines + self.endpoint.lines

    @property
    def exit_code(self) -> int:
        """For a pipeline (CL2): 0 nothing to do, 2 changes."""
        return 2 if self.changes else 0

    def lines(self) -> list[str]:
        """For people."""
        head = f"Version {self.version} of the catalogue and Stripe"
        told = [f"{head}: {len(self.changes)} change(s)."] if self.changes else [f"{head}: no change."]
        told += [f"  {change}" for change in self.changes]
        told += [f"  {line}" for line in self.stays]
        return told + [f"  note: {note}" for note in self.notes]


class PushService:
    """Compares, and makes agree."""

    def __init__(self, database: Database, gateway: StripeGateway, catalog: CatalogService, settings: Settings) -> None:
        self._database = database
        self._gateway = gateway
        self._catalog = catalog
        self._settings = settings

    async def plan(self, *, roll: bool = False, endpoint: bool = True) -> PushPlan:
        """What a push would do now. Changes nothing.

        Args:
            roll: replace a webhook endpoint whose secret is not known.
            endpoint: whether the webhook endpoint is looked at; not where `run` makes the sandbox's.

        Raises:
            NoCatalog: none was applied yet. Unavailable, StripeRefused: Stripe cannot be read.
        """
        published = await self._catalog.published()
        async with self._database.transaction() as session:
            items = await catalog_store.all_items(session)
            live = await store.live_by_item(session)
        sold = plan_prices(items, await read_remote(self._gateway, items), tax_code=published.catalog.tax.code)
        return PushPlan(
            version=published.version,
            sold=sold,
            portal=await self._plan_portal(items, sold),
            endpoint=await self._plan_endpoint(roll=roll) if endpoint else EndpointPlan(),
            stays=tuple(stays(items, live)),
        )

    async def push(self, plan: PushPlan, *, by: Actor = CLI) -> PushPlan:
        """Do what `plan` says.

        Returns:
            What was done: the plan, with the portal's part as it came out.

        Raises:
            Unavailable, StripeRefused: Stripe did not do its part; what was done stays, and pushing again goes on.
        """
        sold = await self._sell(plan.sold)
        portal = plan.portal
        if portal.waits:
            async with self._database.transaction() as session:
                items = await catalog_store.all_items(session)
            portal = await self._plan_portal(items, sold)
        await self._bring_about_portal(portal)
        await self._bring_about_endpoint(plan.endpoint)
        if plan.changes:
            async with self._database.transaction() as session:
                done = {"version": plan.version, "changes": plan.changes[:MAX_AUDITED_LINES]}
                await audit(session, by, "catalog.pushed", f"catalog:{plan.version}", after=done)
        return replace(plan, portal=portal)

    async def is_due(self) -> bool:
        """Whether something is on sale whose price was never pushed. Asks only our database."""
        async with self._database.transaction() as session:
            items = await catalog_store.all_items(session)
        return any(item.price and item.retired_in is None and not item.stripe_price_id for item in items)

    async def _sell(self, sold: Sold) -> Sold:
        prices = dict(sold.prices)
        for step in sold.steps:
            made = await self._take(step, prices)
            if made is not None:
                prices[made[0]] = made[1]
        return replace(sold, prices=prices)

    async def _take(self, step: Step, prices: dict[int, str | None]) -> tuple[int, str] | None:
        """Take one step.

        Returns:
            An item and the price it has got.
        """
        match step:
            case MakeProduct():
                await self._gateway.create_product(step.product, step.fields)
            case ChangeProduct():
                await self._gateway.update_product(step.product, step.fields)
            case MakePrice():
                params = price_params(step.terms, step.product)
                # The same price for whoever pushes at the same time; it is not made anew while nobody changed it.
                key = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
                price = await self._gateway.create_item_price(params, f"price-{key}")
                await self._link(step.item_id, price.id)
                return step.item_id, price.id
            case ChangePrice():
                await self._gateway.update_price(step.price, step.fields)
            case LinkPrice():
                await self._link(step.item_id, step.price)
            case ShowFirst():
                await self._gateway.update_product(step.product, {"default_price": prices[step.item_id]})
            case ArchivePrice():
                await self._gateway.update_price(step.price, {"active": False})
            case ArchiveProduct():
                await self._gateway.update_product(step.product, {"active": False})
        return None

    async def _link(self, item_id: int, price: str) -> None:
        async with self._database.transaction() as session:
            await self._catalog.link_stripe_price(item_id, price, session=session)

    async def _plan_portal(self, items: Sequence[Offer], sold: Sold) -> PortalPlan:
        async with self._database.transaction() as session:
            known = await store.made(session, store.PORTAL)
        return plan_portal(
            items,
            sold.prices,
            sold.products,
            await self._gateway.portals(),
            known=known.stripe_id if known else None,
            seller=(await self._catalog.current()).brand.name,
            return_url=f"{self._settings.public_url.rstrip('/')}/dashboard",
        )

    async def _bring_about_portal(self, portal: PortalPlan) -> None:
        configuration = portal.configuration
        if portal.params is not None and configuration is None:
            configuration = (await self._gateway.create_portal(portal.params)).id
        elif portal.params is not None and configuration is not None:
            await self._gateway.update_portal(configuration, portal.params)
        if configuration is None:
            return
        async with self._database.transaction() as session:
            known = await store.made(session, store.PORTAL)
            if known is None or known.stripe_id != configuration:
                await store.remember(session, store.PORTAL, configuration)

    async def _plan_endpoint(self, *, roll: bool) -> EndpointPlan:
        by_setting = bool(self._settings.stripe_webhook_secret.get_secret_value())
        async with self._database.transaction() as session:
            made = await store.made(session, store.ENDPOINT)
        readable = made is not None and made.sealed_secret is not None and unseal(made.sealed_secret, self._key)
        return plan_endpoint(
            self._place,
            await self._gateway.webhook_endpoints(),
            known=made.stripe_id if made and readable else None,
            by_setting=by_setting,
            roll=roll,
        )

    async def _bring_about_endpoint(self, endpoint: EndpointPlan) -> None:
        if endpoint.make:
            new = await self._gateway.create_webhook_endpoint(self._place.url, ENDPOINT_TYPES)
            assert new.secret, "Stripe tells the secret to whoever makes an endpoint"
            async with self._database.transaction() as session:
                await store.remember(session, store.ENDPOINT, new.id, seal(new.secret, self._key))
            self._gateway.use_webhook_secret(new.secret)
        if endpoint.change:
            await self._gateway.update_webhook_endpoint(endpoint.change, ENDPOINT_TYPES)
        for one in endpoint.remove:
            await self._gateway.delete_webhook_endpoint(one)

    @property
    def _place(self) -> Place:
        return Place(
            url=f"{self._settings.public_url.rstrip('/')}{PATH}",
            api_version=API_VERSION,
            types=tuple(ENDPOINT_TYPES),
            sandbox=self._settings.mode is Mode.SANDBOX,
        )

    @property
    def _key(self) -> str:
        return self._settings.secret_key.get_secret_value()
