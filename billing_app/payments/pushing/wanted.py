"""What Stripe should have: a product for everything with a price, a price for each item on sale. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from billing_app.catalog.items import ItemKind, Offer, Terms
from billing_app.payments.stripe_catalogue import RemotePrice
from billing_app.payments.stripe_objects import MANAGED_BY

_MARKS = ("item", "credits", "valid_days", "feature", "uses")
_MAX_NAME, _MAX_DESCRIPTION = 250, 500


@dataclass(frozen=True, slots=True)
class WantedProduct:
    """A plan, pack or unlock as a product; `name` and `description` are what people read on Stripe's pages."""

    group: str
    name: str
    description: str
    tax_code: str | None
    items: tuple[Offer, ...]

    @property
    def id(self) -> str:
        """The id under which it is made: our own, so that nobody makes it twice."""
        return product_id(self.group)

    def fields(self) -> dict[str, Any]:
        """As Stripe takes it."""
        made: dict[str, Any] = {
            "name": self.name,
            "active": True,
            "metadata": {"managed_by": MANAGED_BY, "item": self.group},
        }
        if self.description:
            made["description"] = self.description
        if self.tax_code:
            made["tax_code"] = self.tax_code
        return made


def group_of(terms: Terms) -> str:
    """What shares a product: `plan_pro`, whatever the period and whatever the terms were in the past."""
    return f"{terms.kind}_{terms.code}"


def product_id(group: str) -> str:
    """Its product's id in Stripe, unless a product that was there already has been adopted."""
    return f"{MANAGED_BY}_{group}"


def wanted_products(items: Iterable[Offer], tax_code: str | None) -> list[WantedProduct]:
    """One for each thing on sale that has a price, in the order of the catalogue's kinds."""
    groups: dict[str, list[Offer]] = {}
    for item in items:
        if item.retired_in is None and item.price is not None:
            groups.setdefault(group_of(item.terms), []).append(item)
    return [
        WantedProduct(
            group, offers[0].name[:_MAX_NAME], offers[0].description[:_MAX_DESCRIPTION], tax_code, tuple(offers)
        )
        for group, offers in groups.items()
    ]


def mark(terms: Terms) -> dict[str, str]:
    """A price's metadata: the terms it was made for, so that it is known again without our database."""
    made = {"managed_by": MANAGED_BY, "item": terms.lookup_key, "credits": str(terms.credits)}
    if terms.valid_days is not None:
        made["valid_days"] = str(terms.valid_days)
    if terms.feature:
        made["feature"] = terms.feature
    if terms.kind is ItemKind.UNLOCK:
        made["uses"] = "unlimited" if terms.uses is None else str(terms.uses)
    return made


def charges_the_same(price: RemotePrice, terms: Terms) -> bool:
    """Whether a price takes exactly what the terms say. How tax is treated may still be open on it."""
    return (
        price.plain
        and (price.amount_minor, price.currency) == (terms.amount_minor, terms.currency)
        and price.interval == (terms.period.value if terms.period else None)
        and price.tax_behavior in (terms.tax_behavior, "unspecified")
    )


def stands_for(price: RemotePrice, terms: Terms) -> bool:
    """Whether a price nobody has linked can be taken for these terms: ours if it was made for them, else by its sum."""
    if not charges_the_same(price, terms):
        return False
    made_for = mark(terms)
    return not price.ours or all(price.metadata.get(key) == made_for.get(key) for key in _MARKS)


def price_params(terms: Terms, product: str) -> dict[str, Any]:
    """A price as Stripe takes it; the lookup key comes over from whichever price has it."""
    assert terms.amount_minor is not None, "only what has a price is sold"
    assert terms.currency is not None, "an amount has a currency"
    made: dict[str, Any] = {
        "product": product,
        "currency": terms.currency.lower(),
        "unit_amount": terms.amount_minor,
        "tax_behavior": terms.tax_behavior,
        "lookup_key": terms.lookup_key,
        "transfer_lookup_key": True,
        "metadata": mark(terms),
    }
    if terms.period:
        made["recurring"] = {"interval": terms.period.value}
    return made
