"""The price in Stripe of a plan that is about to be sold: pushed already, found, or made now, as `catalog push` would.

A price of the catalogue, never one made up on the fly: so the mirror knows what is held, and a switch can name it.
"""

from sqlalchemy.exc import IntegrityError

from billing_app.catalog import store as catalog
from billing_app.catalog.items import Offer
from billing_app.db.engine import Database
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.pushing.wanted import (
    WantedProduct,
    group_of,
    price_params,
    product_id,
    stands_for,
)


class StripePrices:
    """Finds and makes prices. Nothing of Stripe happens inside a transaction."""

    def __init__(self, database: Database, gateway: StripeGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def ensure(self, offer: Offer, *, tax_code: str | None = None) -> str:
        """Stripe's id of the price that stands for this item. Two at once make one.

        Raises:
            Unavailable: Stripe does not answer; nothing was sold.
        """
        if offer.stripe_price_id:
            return offer.stripe_price_id
        known = await self._linked(offer.item_id)
        if known:
            return known
        found = await self._find(offer)
        if found is not None and await self._link(offer.item_id, found):
            return found
        made = await self._make(offer, tax_code)
        await self._link(offer.item_id, made)
        return made

    async def _linked(self, item_id: int) -> str | None:
        async with self._database.transaction() as session:
            item = await catalog.item(session, item_id)
        return item.stripe_price_id if item else None

    async def _find(self, offer: Offer) -> str | None:
        for price, product in await self._gateway.prices_with_products([offer.terms.lookup_key]):
            if price.active and product.active and stands_for(price, offer.terms):
                return price.id
        return None

    async def _make(self, offer: Offer, tax_code: str | None) -> str:
        group = group_of(offer.terms)
        product = WantedProduct(group, offer.name, offer.description, tax_code, (offer,))
        made = await self._gateway.create_product(product_id(group), product.fields())
        price = await self._gateway.create_item_price(
            price_params(offer.terms, made.id), f"sold-item-{offer.item_id}-{made.id}"
        )
        return price.id

    async def _link(self, item_id: int, price: str) -> bool:
        """Keep it. False: it stands for another item already."""
        try:
            async with self._database.transaction() as session:
                await catalog.set_stripe_price(session, item_id, price)
        except IntegrityError:
            return False
        return True
