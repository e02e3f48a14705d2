"""What is on sale as schema.org data for search engines (PR17), from the same offers as the page. Pure."""

import json
from typing import Any

from billing_app.catalog.offers import Offers, PeriodPrice, PlanCard
from billing_app.catalog.schema import Brand, Period, Tax
from billing_app.money import Money

_UNITS = {Period.MONTH.value: "MON", Period.YEAR.value: "ANN"}


def product(offers: Offers, brand: Brand, tax: Tax, url: str) -> dict[str, Any]:
    """One `Product` with an `Offer` for every price on the page; a free plan has price 0, one by contact has none."""
    inclusive = tax.behavior == "inclusive"
    listed: list[dict[str, Any]] = []
    for plan in offers.plans:
        listed += _plan(plan, offers.currency, inclusive, url)
    for card in (*offers.packs, *offers.unlocks):
        listed.append(_offer(card.name, Money(card.amount_minor, card.currency), inclusive, url))
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": brand.name,
        "description": brand.tagline or brand.headline,
        "brand": {"@type": "Brand", "name": brand.name},
        "url": url,
        "offers": listed,
    }


def script(document: dict[str, Any]) -> str:
    """The document as text that is safe inside a `<script type="application/ld+json">`."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _plan(plan: PlanCard, currency: str, inclusive: bool, url: str) -> list[dict[str, Any]]:
    if plan.free:
        return [_offer(plan.name, Money(0, currency), inclusive, url)]
    return [_recurring(plan, price, inclusive, url) for price in plan.prices]


def _recurring(plan: PlanCard, price: PeriodPrice, inclusive: bool, url: str) -> dict[str, Any]:
    amount = Money(price.amount_minor, price.currency)
    offer = _offer(f"{plan.name}, {price.per_period}", amount, inclusive, url)
    offer["priceSpecification"] = {
        "@type": "UnitPriceSpecification",
        "price": _number(amount),
        "priceCurrency": price.currency,
        "billingDuration": 1,
        "unitCode": _UNITS[price.period],
        "valueAddedTaxIncluded": inclusive,
    }
    return offer


def _offer(name: str, price: Money, inclusive: bool, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "name": name,
        "price": _number(price),
        "priceCurrency": price.currency,
        "availability": "https://schema.org/InStock",
        "url": url,
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": _number(price),
            "priceCurrency": price.currency,
            "valueAddedTaxIncluded": inclusive,
        },
    }


def _number(price: Money) -> str:
    """`8.00`: a number as schema.org wants it, without symbol."""
    return price.written().partition(" ")[0]
