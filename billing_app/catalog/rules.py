"""What must hold between the parts of a catalogue. Pure; says everything that is wrong at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from billing_app.catalog.positions import Path
from billing_app.catalog.schema import Catalog, Feature, Metering, Period, Plan
from billing_app.money import MAX_CHARGE_MINOR, Money, least_charge_minor


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at `path`. `other` is where the thing stands that it collides with."""

    path: Path
    reason: str
    other: Path | None = None


def findings(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong between the parts of a catalogue, in the order of the file's sections."""
    return [finding for rule in _RULES for finding in rule(catalog)]


def _unique_codes(catalog: Catalog) -> Iterator[Finding]:
    for section in ("features", "plans", "packs", "unlocks", "rates"):
        yield from _repeated(section, "code", getattr(catalog, section))
    for number, rate in enumerate(catalog.rates):
        for finding in _repeated("add_ons", "code", rate.add_ons):
            yield Finding(("rates", number, *finding.path), finding.reason, ("rates", number, *(finding.other or ())))
    for number, plan in enumerate(catalog.plans):
        for finding in _repeated("prices", "period", plan.prices):
            yield Finding(("plans", number, *finding.path), finding.reason, ("plans", number, *(finding.other or ())))
    stated: dict[tuple[str, str], int] = {}
    for number, cost in enumerate(catalog.costs):
        first = stated.setdefault((cost.feature, cost.name), number)
        if first != number:
            reason = f'"{cost.name}" of "{cost.feature}" is already stated'
            yield Finding(("costs", number, "name"), reason, ("costs", first, "name"))
    yield from _repeated("payment_fees", "currency", catalog.payment_fees)
    yield from _repeated("faq", "question", catalog.faq)


def _repeated(section: str, key: str, things: Sequence[Any]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for number, thing in enumerate(things):
        value = str(getattr(thing, key))
        if value in seen:
            yield Finding((section, number, key), f'"{value}" is already used', (section, seen[value], key))
        seen.setdefault(value, number)


def _money(catalog: Catalog) -> Iterator[Finding]:
    for path, price in _prices(catalog):
        if price.currency != catalog.currency:
            yield Finding(
                path, f"{price} is not in {catalog.currency}, the currency of this catalogue, set", ("currency",)
            )
        elif price.minor <= 0:
            yield Finding(path, f"a price must be more than nothing, not {price}")
        elif price.minor < least_charge_minor(price.currency):
            least = Money(least_charge_minor(price.currency), price.currency)
            yield Finding(path, f"Stripe charges at least {least}, not {price}")
        elif price.minor > MAX_CHARGE_MINOR:
            most = Money(MAX_CHARGE_MINOR, price.currency)
            yield Finding(path, f"Stripe charges at most {most} at once, not {price}")
    for number, fee in enumerate(catalog.payment_fees):
        for key in ("fixed", "dispute"):
            amount = getattr(fee, key)
            if amount is not None and (amount.currency != fee.currency or amount.minor < 0):
                yield Finding(
                    ("payment_fees", number, key), f"{amount} must be an amount of zero or more in {fee.currency}"
                )


def _prices(catalog: Catalog) -> Iterator[tuple[Path, Money]]:
    for number, plan in enumerate(catalog.plans):
        for place, price in enumerate(plan.prices):
            yield ("plans", number, "prices", place, "amount"), price.amount
    for section in ("packs", "unlocks"):
        for number, thing in enumerate(getattr(catalog, section)):
            yield (section, number, "price"), thing.price


def _named_features_exist(catalog: Catalog) -> Iterator[Finding]:
    for path, code in _feature_names(catalog):
        if catalog.feature(code) is None:
            yield Finding(path, f'there is no feature "{code}"{_meant(code, catalog.features)}')


def _feature_names(catalog: Catalog) -> Iterator[tuple[Path, str]]:
    for number, plan in enumerate(catalog.plans):
        for place, code in enumerate(plan.features):
            yield ("plans", number, "features", place), code
        for code in plan.quotas:
            yield ("plans", number, "quotas", code), code
    for section in ("unlocks", "rates", "costs"):
        for number, thing in enumerate(getattr(catalog, section)):
            yield (section, number, "feature"), thing.feature


def _meant(code: str, features: Iterable[Feature]) -> str:
    known = ", ".join(feature.code for feature in features)
    return f"; the features are: {known}" if known else "; the catalogue has no [[features]]"


def _features_fit(catalog: Catalog) -> Iterator[Finding]:
    rated = {rate.feature for rate in catalog.rates}
    for number, feature in enumerate(catalog.features):
        path: Path = ("features", number)
        if feature.metering is Metering.CREDITS and feature.code not in rated:
            yield Finding((*path, "metering"), f'"{feature.code}" takes credits but no [[rates]] says how many')
        if feature.metering is not Metering.CREDITS and feature.code in rated:
            yield Finding((*path, "metering"), f'"{feature.code}" has a rate, so its metering must be "credits"')
        if feature.metering is Metering.QUOTA and feature.quota is None:
            yield Finding((*path, "metering"), f'"{feature.code}" is counted, so it needs "quota" with a window')
    for number, unlock in enumerate(catalog.unlocks):
        feature = catalog.feature(unlock.feature)
        if feature and feature.metering is not Metering.UNLOCK:
            yield Finding(
                ("unlocks", number, "feature"),
                f'"{feature.code}" has metering "{feature.metering}"; an unlock opens only features with "unlock"',
            )
    for number, plan in enumerate(catalog.plans):
        yield from _plan_features(catalog, number, plan)


def _plan_features(catalog: Catalog, number: int, plan: Plan) -> Iterator[Finding]:
    for code in plan.quotas:
        feature = catalog.feature(code)
        path: Path = ("plans", number, "quotas", code)
        if feature and feature.metering is Metering.CREDITS:
            yield Finding(path, f'"{code}" is paid in credits: give the plan "credits_per_month" instead')
        elif feature and feature.metering is not Metering.QUOTA:
            yield Finding(path, f'"{code}" is not counted: list it in "features" instead')
        elif feature and feature.quota is None:
            yield Finding(path, f'"{code}" needs "quota" with a window where the feature is described')
    for place, code in enumerate(plan.features):
        feature = catalog.feature(code)
        if feature and feature.metering is Metering.QUOTA and code not in plan.quotas:
            yield Finding(("plans", number, "features", place), f'"{code}" is counted: give it a number in "quotas"')


def _plans_fit(catalog: Catalog) -> Iterator[Finding]:
    free: int | None = None
    for number, plan in enumerate(catalog.plans):
        path: Path = ("plans", number)
        if plan.contact_only and plan.prices:
            yield Finding(
                (*path, "contact_only"), "a plan by contact cannot have prices, as it does", (*path, "prices")
            )
        if plan.contact_url and not plan.contact_only:
            yield Finding((*path, "contact_url"), "only a plan by contact (contact_only = true) has a contact_url")
        if plan.free and plan.active:
            if free is not None:
                yield Finding(path, "a plan without prices is the free plan, and there is one already", ("plans", free))
            free = number
    by_credits = catalog.policies.rollover.kind != "none"
    if by_credits and not any(plan.credits_per_month for plan in catalog.plans):
        yield Finding(("policies", "rollover"), "no plan has credits that could roll over")
    if catalog.pricing.default_period is Period.YEAR and not any(plan.price(Period.YEAR) for plan in catalog.plans):
        yield Finding(("pricing", "default_period"), "no plan has a yearly price")


def _pricing_fits(catalog: Catalog) -> Iterator[Finding]:
    code = catalog.pricing.price_per
    rate = catalog.rate(code) if code else None
    if code and rate is None:
        yield Finding(("pricing", "price_per"), f'there is no rate "{code}"')
    if rate:
        feature = catalog.feature(rate.feature)
        if rate.credits == 0:
            yield Finding(("pricing", "price_per"), f'"{code}" costs no credits, so nothing can be priced by it')
        if feature and feature.unit is None:
            yield Finding(("pricing", "price_per"), f'the feature "{feature.code}" needs a unit, such as a session')


_RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _unique_codes,
    _money,
    _named_features_exist,
    _features_fit,
    _plans_fit,
    _pricing_fits,
)
