"""Terms in words people use: how long credits stay, what an unlock allows, what a quota is. Pure."""

from collections.abc import Sequence

from billing_app.catalog.schema import Catalog, Feature, Period, QuotaRule, Tax
from billing_app.money import currency_name

PER_PERIOD = {Period.MONTH: "a month", Period.YEAR: "a year"}
BILLED = {Period.MONTH: "monthly", Period.YEAR: "yearly"}


def days(count: int) -> str:
    """`1 day`, `365 days`: never years, which may be a day longer."""
    return f"{count} day{'s' if count != 1 else ''}"


def listed(names: Sequence[str]) -> str:
    """`letters`, `letters and CVs`, `letters, CVs and messages`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def expiry(valid_days: int | None) -> str:
    """How long bought credits stay (PR15)."""
    return "Never expires" if valid_days is None else f"Valid for {days(valid_days)}"


def uses(feature: Feature | None, count: int | None) -> str:
    """What an unlock allows: `1 generation`, `Without limit, for good`."""
    if count is None:
        return "Without limit, for good"
    if feature and feature.unit:
        return feature.unit.of(count)
    return f"{count:,} use{'s' if count != 1 else ''}"


def quota(feature: Feature, limit: int | None) -> str:
    """What a plan allows: `10 CVs a month`, `Unlimited CVs`, `Not included`."""
    if limit == 0:
        return "Not included"
    many = feature.unit.many if feature.unit else feature.name
    if limit is None:
        return f"Unlimited {many}"
    counted = feature.unit.of(limit) if feature.unit else f"{feature.name}: {limit:,}"
    return f"{counted} a {(feature.quota or QuotaRule()).window}"


def tax_note(tax: Tax, currency: str) -> str:
    """The line about tax under the prices (PR13). Says "plus tax" only where checkout really adds it."""
    prices = f"Prices in {currency_name(currency)}"
    if tax.behavior == "inclusive":
        return f"{prices}, tax included."
    return f"{prices}, plus tax where it applies." if tax.automatic else f"{prices}. No tax is added at checkout."


def credit_meaning(catalog: Catalog) -> str:
    """One sentence: what a credit is. The seller's own, or one from the rate card."""
    if catalog.brand.credit_is:
        return catalog.brand.credit_is
    lines = [f"{rate.name} takes {catalog.brand.credit.of(rate.credits)}" for rate in catalog.rates]
    return f"{'; '.join(lines[:3])}." if lines else f"A {catalog.brand.credit.one} pays for what you use."
