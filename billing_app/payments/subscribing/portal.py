"""Ways to Stripe's own pages: the customer portal, and its page to change the card.

The portal obeys the rules of our own pages. `catalog push` makes its configuration; without one there is a plain one
in which plans can be cancelled at the period's end, and not switched.
"""

from typing import Any

from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.payments import store
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.returns import AllowedAddresses
from billing_app.payments.stripe_errors import MissingAtStripe
from billing_app.payments.stripe_objects import MANAGED_BY
from billing_app.payments.subscribing.errors import NoStripeCustomer
from billing_app.payments.subscribing.views import CancelReason

UPDATE_CARD = "payment_method_update"
_HOME = "/dashboard"
_HEADLINE_MAX = 60


class Portal:
    """Opens the portal for customers that Stripe knows."""

    def __init__(
        self, database: Database, gateway: StripeGateway, catalog: CatalogService, addresses: AllowedAddresses
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._catalog = catalog
        self._addresses = addresses

    async def open(self, customer_id: int, return_to: str | None, *, flow: str | None = None) -> str:
        """See `SubscriptionService.portal`. `flow`: one task of the portal alone."""
        back = self._addresses.resolved(return_to, "return_to", _HOME)
        async with self._database.transaction() as session:
            stripe_customer = await store.stripe_customer_id(session, customer_id)
        if stripe_customer is None:
            raise NoStripeCustomer(
                "You have not bought anything yet, so there are no invoices or cards to manage. See the pricing page."
            )
        configuration = await self._configuration()
        try:
            return await self._gateway.open_portal(
                stripe_customer, configuration=configuration, return_url=back, flow=flow
            )
        except MissingAtStripe as gone:
            if gone.extra.get("param") != "customer":
                raise
            raise NoStripeCustomer(
                "The payment provider does not know you any more, so there is nothing to manage. Your next purchase "
                "makes you known again."
            ) from gone

    async def _configuration(self) -> str:
        for portal in await self._gateway.portals():
            if portal.active:
                return portal.id
        brand = (await self._catalog.current()).brand
        made = await self._gateway.create_portal(_plain(brand.seller, self._addresses.public_url + _HOME))
        return made.id


def _plain(seller: str, return_url: str) -> dict[str, Any]:
    return {
        "business_profile": {"headline": seller[:_HEADLINE_MAX]},
        "default_return_url": return_url,
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["name", "address"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {
                "enabled": True,
                "mode": "at_period_end",
                "cancellation_reason": {"enabled": True, "options": [reason.value for reason in CancelReason]},
            },
            "subscription_update": {"enabled": False},
        },
        "metadata": {"managed_by": MANAGED_BY},
    }
