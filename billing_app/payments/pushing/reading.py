"""Reads from Stripe what a push has to compare: a few calls at a time, as few as tell the truth."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from billing_app.catalog.items import Offer
from billing_app.payments.gateway_catalogue import CatalogueCalls
from billing_app.payments.pushing.plan import Remote
from billing_app.payments.pushing.wanted import group_of, product_id
from billing_app.payments.stripe_catalogue import RemotePrice, RemoteProduct

AT_ONCE = 8
T = TypeVar("T")


async def read_remote(gateway: CatalogueCalls, items: Sequence[Offer]) -> Remote:
    """The products and prices that items have or could have.

    Those found: by lookup key (also archived ones, and those of others), by the product's id, on sale at any of these
    products, and by the price an item is linked with, so that nothing made by hand or by an earlier push is missed.
    """
    priced = [item for item in items if item.price is not None]
    on_sale = [item for item in priced if item.retired_in is None]
    products: dict[str, RemoteProduct] = {}
    prices: dict[str, RemotePrice] = {}

    def keep(found: Iterable[tuple[RemotePrice, RemoteProduct]]) -> None:
        for price, product in found:
            prices[price.id], products[product.id] = price, product

    by_key, by_id = await asyncio.gather(
        gateway.prices_with_products(list(dict.fromkeys(item.terms.lookup_key for item in on_sale))),
        gateway.products(list(dict.fromkeys(product_id(group_of(item.terms)) for item in priced))),
    )
    keep(by_key)
    products |= {product.id: product for product in by_id}
    linked = [item.stripe_price_id for item in on_sale if item.stripe_price_id and item.stripe_price_id not in prices]
    # A product that was adopted, and of which nothing is sold any more, is known only by a price that was.
    groups = {group_of(item.terms) for item in on_sale}
    last_of_group = {
        group_of(item.terms): item.stripe_price_id
        for item in priced
        if item.stripe_price_id and group_of(item.terms) not in groups
    }
    asked = dict.fromkeys([*linked, *last_of_group.values()])
    keep(found for found in await _some_at_a_time([gateway.price_with_product(price) for price in asked]) if found)
    for listed in await _some_at_a_time([gateway.active_prices(product) for product in products]):
        prices |= {price.id: price for price in listed}
    return Remote(products, prices)


async def _some_at_a_time(calls: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(call: Coroutine[Any, Any, T]) -> T:
        async with limit:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))
