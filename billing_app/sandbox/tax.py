"""A plain model of Stripe Tax: one rate per country, enough to show tax, total and both tax behaviours.

The rates are the standard VAT or GST rates of 2025; the United States and unknown countries are 0, as Stripe Tax
is where the seller has no registration. They are sample figures of a sandbox, not tax advice.
"""

from dataclasses import dataclass

# Per mille, so that 19 % and 7.7 % are whole numbers.
RATES_PER_MILLE: dict[str, int] = {
    "AT": 200, "AU": 100, "BE": 210, "BR": 0, "CA": 50, "CH": 81, "CZ": 210, "DE": 190, "DK": 250, "ES": 210,
    "FI": 255, "FR": 200, "GB": 200, "IE": 230, "IN": 180, "IT": 220, "JP": 100, "NL": 210, "NO": 250, "NZ": 150,
    "PL": 230, "PT": 230, "SE": 250, "SG": 90, "US": 0,
}  # fmt: skip
COUNTRIES: dict[str, str] = {
    "AU": "Australia", "AT": "Austria", "BE": "Belgium", "BR": "Brazil", "CA": "Canada", "CZ": "Czechia",
    "DK": "Denmark", "FI": "Finland", "FR": "France", "DE": "Germany", "IN": "India", "IE": "Ireland",
    "IT": "Italy", "JP": "Japan", "NL": "Netherlands", "NZ": "New Zealand", "NO": "Norway", "PL": "Poland",
    "PT": "Portugal", "SG": "Singapore", "ES": "Spain", "SE": "Sweden", "CH": "Switzerland",
    "GB": "United Kingdom", "US": "United States",
}  # fmt: skip


@dataclass(frozen=True)
class Taxed:
    """Amounts of a line in minor units: `tax` is inside `total` in both behaviours."""

    tax: int
    total: int


def taxed(amount_minor: int, country: str | None, behavior: str) -> Taxed:
    """Tax on an amount: on top when exclusive (or unspecified), inside when inclusive; half up."""
    rate = RATES_PER_MILLE.get(country or "", 0)
    if behavior == "inclusive":
        base = 1000 + rate
        tax = (amount_minor * rate * 2 + base) // (base * 2)
        return Taxed(tax, amount_minor)
    tax = (amount_minor * rate + 500) // 1000
    return Taxed(tax, amount_minor + tax)
