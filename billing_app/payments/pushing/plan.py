"""What has to change in Stripe so that its products and prices are the catalogue's (row E4). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing_app.catalog.items import Offer
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
from billing_app.payments.pushing.wanted import (
    WantedProduct,
    charges_the_same,
    group_of,
    mark,
    price_params,
    product_id,
    stands_for,
    wanted_products,
)
from billing_app.payments.stripe_catalogue import RemotePrice, RemoteProduct

__all__ = ["Remote", "Sold", "plan_prices", "price_params", "stays"]


@dataclass(frozen=True, slots=True)
class Remote:
    """What was read from Stripe: products and prices by their id, archived ones only where they concern us."""

    products: Mapping[str, RemoteProduct]
    prices: Mapping[str, RemotePrice]


@dataclass(frozen=True, slots=True)
class Sold:
    """Products and prices as they will be.

    Attributes:
        steps: what has to be done, in order; empty when all is in place.
        notes: what a person should know, and nothing is done about.
        prices: item to its price in Stripe, None for one still to be made.
        products: item to its product.
    """

    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    prices: Mapping[int, str | None]
    products: Mapping[int, str]


@dataclass
class _Drawing:
    """The plan while it is drawn."""

    remote: Remote
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    prices: dict[int, str | None] = field(default_factory=dict)
    products: dict[int, str] = field(default_factory=dict)


def plan_prices(items: Sequence[Offer], remote: Remote, *, tax_code: str | None = None) -> Sold:
    """Compare every item there ever was with what Stripe has.

    Args:
        tax_code: Stripe's product tax code of the catalogue; None leaves alone what a product has.
    """
    drawing = _Drawing(remote)
    linked = {item.stripe_price_id: item.item_id for item in items if item.stripe_price_id}
    wanted = wanted_products(items, tax_code)
    claimed: dict[str, str] = {}
    for product in wanted:
        # Two things never share a product, or each push would give it the other's name.
        chosen = {
            item.item_id: price if price and claimed.get(price.product, product.group) == product.group else None
            for item in product.items
            for price in [_price_for(item, remote, linked)]
        }
        place = next((price.product for price in chosen.values() if price is not None), product.id)
        claimed |= {price.product: product.group for price in chosen.values() if price} | {place: product.group}
        _product(drawing, product, place)
        for item in product.items:
            _price(drawing, item, chosen[item.item_id], place)
    in_use = {price for price in drawing.prices.values() if price}
    _archive_prices(drawing, items, in_use)
    _archive_products(drawing, items, wanted)
    return Sold(tuple(drawing.steps), tuple(drawing.notes), drawing.prices, drawing.products)


def _price_for(item: Offer, remote: Remote, linked: Mapping[str, int]) -> RemotePrice | None:
    """The price there is for an item: the one we know, else one that was made for the same terms or asks the same."""
    known = remote.prices.get(item.stripe_price_id or "")
    if known is not None and charges_the_same(known, item.terms):
        return known
    place = product_id(group_of(item.terms))
    free = [
        price
        for price in remote.prices.values()
        if linked.get(price.id) in (None, item.item_id)
        and stands_for(price, item.terms)
        and (price.lookup_key == item.terms.lookup_key or (price.ours and price.product == place))
    ]
    key = item.terms.lookup_key
    return min(free, key=lambda p: (p.lookup_key != key, not p.ours, not p.active, p.id), default=None)


def _product(drawing: _Drawing, wanted: WantedProduct, place: str) -> None:
    there = drawing.remote.products.get(place)
    fields = wanted.fields()
    if there is None:
        drawing.steps.append(MakeProduct(place, fields))
        return
    changed: dict[str, Any] = {}
    why: list[str] = []
    if there.name != wanted.name:
        changed["name"] = wanted.name
        why.append(f'called "{wanted.name}" instead of "{there.name}"')
    if there.description != wanted.description:
        changed["description"] = wanted.description
        why.append("described as in the catalogue")
    if not there.active:
        changed["active"] = True
        why.append("no longer archived")
    if wanted.tax_code and there.tax_code != wanted.tax_code:
        changed["tax_code"] = wanted.tax_code
        why.append(f"tax code {wanted.tax_code}")
    if any(there.metadata.get(key) != value for key, value in fields["metadata"].items()):
        changed["metadata"] = fields["metadata"]
        why.append("marked as ours")
    if changed:
        drawing.steps.append(ChangeProduct(there.id, changed, ", ".join(why)))


def _price(drawing: _Drawing, item: Offer, price: RemotePrice | None, place: str) -> None:
    terms = item.terms
    drawing.prices[item.item_id] = price.id if price else None
    drawing.products[item.item_id] = price.product if price else place
    other = next((p for p in drawing.remote.prices.values() if p.lookup_key == terms.lookup_key and p != price), None)
    if other is not None and not other.ours:
        drawing.notes.append(
            f"price {other.id}, which is not ours, loses the lookup key {terms.lookup_key}; it stays as it is otherwise"
        )
    if price is None:
        drawing.steps.append(MakePrice(item.item_id, terms, place))
        return
    changed: dict[str, Any] = {}
    why: list[str] = []
    if not price.active:
        changed["active"] = True
        why.append("no longer archived")
    if price.lookup_key != terms.lookup_key:
        changed |= {"lookup_key": terms.lookup_key, "transfer_lookup_key": True}
        why.append(f"lookup key {terms.lookup_key}")
    if price.tax_behavior != terms.tax_behavior:
        changed["tax_behavior"] = terms.tax_behavior
        why.append(f"tax {terms.tax_behavior}")
    if any(price.metadata.get(key) != value for key, value in mark(terms).items()):
        changed["metadata"] = mark(terms)
        why.append("marked as ours")
    if changed:
        drawing.steps.append(ChangePrice(price.id, terms.label, changed, ", ".join(why)))
    if item.stripe_price_id != price.id:
        drawing.steps.append(LinkPrice(item.item_id, terms.label, price.id))


def _archive_prices(drawing: _Drawing, items: Sequence[Offer], in_use: set[str]) -> None:
    retired = {item.stripe_price_id: item for item in items if item.stripe_price_id and item.retired_in is not None}
    for price in drawing.remote.prices.values():
        if not price.active or price.id in in_use:
            continue
        product = drawing.remote.products.get(price.product)
        item = retired.get(price.id)
        if item is None and not price.ours:
            if product is not None and product.ours:
                drawing.notes.append(f"price {price.id} on our product {price.product} is not ours; it is left alone")
            continue
        if product is not None and product.default_price == price.id:
            successor = next((one for one, place in drawing.products.items() if place == price.product), None)
            if successor is None:
                continue  # Stripe keeps a product's first price active; with its product archived nobody can buy it
            drawing.steps.append(ShowFirst(price.product, successor))
        what = f"{item.terms.label}, {item.terms.in_words()}" if item else price.metadata.get("item", "no longer sold")
        drawing.steps.append(ArchivePrice(price.id, what))


def _archive_products(drawing: _Drawing, items: Iterable[Offer], wanted: Iterable[WantedProduct]) -> None:
    on_sale = {product.group for product in wanted}
    used = set(drawing.products.values())
    gone: dict[str, None] = {}
    for item in items:
        group = group_of(item.terms)
        if group in on_sale or item.price is None:
            continue
        linked = drawing.remote.prices.get(item.stripe_price_id or "")
        gone[linked.product if linked else product_id(group)] = None
    for product in gone:
        there = drawing.remote.products.get(product)
        if there is not None and there.active and there.ours and product not in used:
            drawing.steps.append(ArchiveProduct(product))


def stays(items: Iterable[Offer], live: Mapping[int, int]) -> list[str]:
    """Who stays on a price that is no longer sold (CL4): one line for each such price that somebody pays.

    Args:
        live: item to how many subscriptions that are not over hold it.
    """
    return [
        f"{count:,} subscription{'s' if count != 1 else ''} stay{'s' if count == 1 else ''} on {item.terms.label}: "
        f"{item.terms.in_words()}"
        for item in items
        if item.retired_in is not None and (count := live.get(item.item_id, 0))
    ]
