"""What a feature needs from a customer, by the catalogue: credits by the rate card, an unlock, a plan. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from billing_app.catalog.schema import Catalog, Feature, Metering
from billing_app.catalog.schema import Rate as RateOfCatalogue
from billing_app.catalog.service import Published
from billing_app.credits import AddOn, Price, Rate, quote
from billing_app.credits.inputs import check_range
from billing_app.credits.rating import MAX_QUANTITY
from billing_app.entitlements.decisions import Basis
from billing_app.errors import InvalidInput, NotFound


class UnknownFeature(NotFound):
    """The catalogue has no feature of that name."""

    code = "unknown_feature"


def feature_of(catalog: Catalog, code: str) -> Feature:
    """The feature of that code.

    Raises:
        UnknownFeature: there is none.
    """
    found = catalog.feature(code)
    if found is None:
        raise UnknownFeature(f'There is no feature "{code[:60]}".')
    return found


def basis_of(catalog: Catalog, feature: Feature) -> Basis:
    """What opens a feature; an unlock's may also come with a plan, and then nothing of the unlock is used."""
    match feature.metering:
        case Metering.CREDITS:
            return Basis.CREDITS
        case Metering.UNLOCK:
            return Basis.UNLOCK
        case Metering.QUOTA:
            return Basis.QUOTA
        case Metering.INCLUDED:
            holders = [plan for plan in catalog.plans if feature.code in plan.features]
            return Basis.FREE if not holders or any(plan.free and plan.active for plan in holders) else Basis.PLAN


def cheapest_operation(catalog: Catalog, feature: Feature) -> str | None:
    """By which of its prices a feature is judged when nobody says which: the lowest."""
    cheapest = min(catalog.rates_of(feature.code), key=lambda rate: rate.credits, default=None)
    return cheapest.code if cheapest else None


def price_of(
    published: Published,
    feature: Feature,
    units: int,
    operation: str | None = None,
    add_ons: Mapping[str, int] | None = None,
) -> Price | None:
    """What `units` of a feature cost by the rate card; None when they cost nothing. Quote and charge ask here (B3).

    Args:
        operation: which of the feature's rates; needed only when it has several.
        add_ons: how many of which of its add-ons.

    Raises:
        InvalidInput: no such operation or add-on, or which operation is not said.
    """
    chosen = add_ons or {}
    for code, quantity in chosen.items():
        check_range(quantity, code, 0, MAX_QUANTITY)
    return _price_of(published, feature.code, units, operation, tuple(sorted(chosen.items())))


@lru_cache(maxsize=4_096)
def _price_of(
    published: Published, feature_code: str, units: int, operation: str | None, chosen: tuple[tuple[str, int], ...]
) -> Price | None:
    """Worked out once: the same few prices are asked for all day long."""
    catalog = published.catalog
    feature = feature_of(catalog, feature_code)
    rates = [rate.code for rate in catalog.rates_of(feature_code)]
    if operation is None and len(rates) > 1:
        raise InvalidInput(f"{feature.name} has several prices; name one of: {', '.join(rates)}.", field="operation")
    rate = catalog.rate(operation or next(iter(rates), ""))
    if rate is None or rate.feature != feature_code:
        raise InvalidInput(f'{feature.name} has no operation "{(operation or "")[:60]}".', field="operation")
    quantities = dict(chosen)
    if not rate.credits and not any(quantities.get(each.code) and each.credits for each in rate.add_ons):
        return None
    return quote(_as_rate(rate), str(published.version), quantities, units=units)


def _as_rate(rate: RateOfCatalogue) -> Rate:
    add_ons = tuple(AddOn(each.code, each.name, each.credits, each.repeatable) for each in rate.add_ons)
    return Rate(rate.code, rate.name, rate.credits, add_ons)
