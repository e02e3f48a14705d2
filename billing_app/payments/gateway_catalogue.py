"""Calls to Stripe about what is for sale: products, prices, the portal's configuration, webhook endpoints."""

from collections.abc import Sequence
from typing import Any

import stripe

from billing_app.errors import Unavailable
from billing_app.payments.stripe_calls import StripeCalls
from billing_app.payments.stripe_catalogue import (
    RemoteEndpoint,
    RemotePortal,
    RemotePrice,
    RemoteProduct,
    read_endpoint,
    read_portal,
    read_price,
    read_product,
)
from billing_app.payments.stripe_errors import MissingAtStripe, StripeRefused
from billing_app.payments.stripe_objects import MANAGED_BY

_PAGE = 100
_LOOKUP_KEYS = 10
MAX_LISTED = 1000
"""How many objects of one kind are read; who has more is told, and nothing is changed."""


class CatalogueCalls(StripeCalls):
    """What `catalog push` asks of Stripe. Repeating any of it makes nothing twice."""

    async def products(self, ids: Sequence[str]) -> list[RemoteProduct]:
        """Those of these products that there are, archived ones too."""
        found: list[RemoteProduct] = []
        for start in range(0, len(ids), _PAGE):
            some = list(ids[start : start + _PAGE])
            page = await self._call(self._stripe.v1.products.list_async({"ids": some, "limit": _PAGE}))
            found.extend(read_product(raw) for raw in page.data)
        return found

    async def create_product(self, product_id: str, fields: dict[str, Any]) -> RemoteProduct:
        """Make a product under an id of our own, so that two at once make one."""
        params: dict[str, Any] = {"id": product_id, **fields}
        try:
            made = await self._call(self._stripe.v1.products.create_async(params))  # pyright: ignore[reportArgumentType]
        except StripeRefused:
            for there in await self.products([product_id]):
                return await self.update_product(there.id, {**fields, "active": True})
            raise
        return read_product(made)

    async def update_product(self, product_id: str, fields: dict[str, Any]) -> RemoteProduct:
        """Change what is named in `fields`; metadata merges."""
        return read_product(await self._call(self._stripe.v1.products.update_async(product_id, fields)))  # pyright: ignore[reportArgumentType]

    async def prices_with_products(self, lookup_keys: Sequence[str]) -> list[tuple[RemotePrice, RemoteProduct]]:
        """The prices that have one of these lookup keys, archived ones too, each with its product."""
        found: list[tuple[RemotePrice, RemoteProduct]] = []
        for start in range(0, len(lookup_keys), _LOOKUP_KEYS):
            some = list(lookup_keys[start : start + _LOOKUP_KEYS])
            page = await self._call(
                self._stripe.v1.prices.list_async({"lookup_keys": some, "limit": _PAGE, "expand": ["data.product"]})
            )
            found.extend(_with_product(raw) for raw in page.data)
        return found

    async def price_with_product(self, price_id: str) -> tuple[RemotePrice, RemoteProduct] | None:
        """A price and its product; None for an id that this account does not have."""
        try:
            raw = await self._call(self._stripe.v1.prices.retrieve_async(price_id, {"expand": ["product"]}))
        except MissingAtStripe:
            return None
        return _with_product(raw)

    async def active_prices(self, product_id: str) -> list[RemotePrice]:
        """Every price of a product that can be bought.

        Raises:
            Unavailable: there are more than `MAX_LISTED`; somebody else uses this product.
        """
        found: list[RemotePrice] = []
        params: dict[str, Any] = {"product": product_id, "active": True, "limit": _PAGE}
        while True:
            page = await self._call(self._stripe.v1.prices.list_async(params))  # pyright: ignore[reportArgumentType]
            found.extend(read_price(raw) for raw in page.data)
            if not page.has_more or not page.data:
                return found
            if len(found) >= MAX_LISTED:
                raise Unavailable(f"The product {product_id} has more than {MAX_LISTED:,} active prices in Stripe.")
            params["starting_after"] = page.data[-1].id

    async def create_item_price(self, params: dict[str, Any], key: str) -> RemotePrice:
        """Make a price; repeating `key` gives the same one."""
        made = self._stripe.v1.prices.create_async(params, {"idempotency_key": key})  # pyright: ignore[reportArgumentType]
        return read_price(await self._call(made))

    async def update_price(self, price_id: str, fields: dict[str, Any]) -> RemotePrice:
        """Change what is named in `fields`: never what it costs."""
        return read_price(await self._call(self._stripe.v1.prices.update_async(price_id, fields)))  # pyright: ignore[reportArgumentType]

    async def portals(self) -> list[RemotePortal]:
        """Those of ours, in use or not."""
        page = await self._call(self._stripe.v1.billing_portal.configurations.list_async({"limit": _PAGE}))
        return [portal for raw in page.data if (portal := read_portal(raw)).ours]

    async def create_portal(self, params: dict[str, Any]) -> RemotePortal:
        """Make one."""
        return read_portal(await self._call(self._stripe.v1.billing_portal.configurations.create_async(params)))  # pyright: ignore[reportArgumentType]

    async def update_portal(self, configuration: str, params: dict[str, Any]) -> RemotePortal:
        """Change one."""
        made = self._stripe.v1.billing_portal.configurations.update_async(configuration, params)  # pyright: ignore[reportArgumentType]
        return read_portal(await self._call(made))

    async def webhook_endpoints(self) -> list[RemoteEndpoint]:
        """Every endpoint of the account; Stripe allows 16."""
        page = await self._call(self._stripe.v1.webhook_endpoints.list_async({"limit": _PAGE}))
        return [read_endpoint(raw) for raw in page.data]

    async def create_webhook_endpoint(self, url: str, types: Sequence[str]) -> RemoteEndpoint:
        """Make an endpoint pinned to the API version we read. Its `secret` is in this answer and never again."""
        params: dict[str, Any] = {
            "url": url,
            "enabled_events": list(types),
            "api_version": stripe.api_version,
            "description": "Made by billing_app",
            "metadata": {"managed_by": MANAGED_BY},
        }
        return read_endpoint(await self._call(self._stripe.v1.webhook_endpoints.create_async(params)))  # pyright: ignore[reportArgumentType]

    async def update_webhook_endpoint(self, endpoint: str, types: Sequence[str]) -> RemoteEndpoint:
        """Switch it on, with these types of events."""
        params: dict[str, Any] = {"enabled_events": list(types), "disabled": False}
        return read_endpoint(await self._call(self._stripe.v1.webhook_endpoints.update_async(endpoint, params)))  # pyright: ignore[reportArgumentType]

    async def delete_webhook_endpoint(self, endpoint: str) -> None:
        """Delete it; nothing when it is gone."""
        try:
            await self._call(self._stripe.v1.webhook_endpoints.delete_async(endpoint))
        except MissingAtStripe:
            return


def _with_product(raw: stripe.Price) -> tuple[RemotePrice, RemoteProduct]:
    assert isinstance(raw.product, stripe.Product), "the product was asked for"
    return read_price(raw), read_product(raw.product)
