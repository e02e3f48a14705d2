"""What a plan by hand gives: a plan of the catalogue, changed where so agreed, or terms of its own. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from billing_app.catalog.fields import MAX_CREDITS
from billing_app.catalog.schema import Catalog, Metering, Plan
from billing_app.errors import InvalidInput
from billing_app.money import known

OWN_CODE = "by_hand"
"""The plan code of terms that stand on no plan of the catalogue; reports group by it."""
PERIODS = ("month", "year")
_MAX_PRICE_MINOR = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPlan:
    """What was agreed.

    Attributes:
        plan: code of the catalogue's plan it stands on; None: its terms are all here.
        name: what the customer sees; None: the name of `plan`.
        price_minor, currency, period: what recurs, net of tax, and how often; None: for nothing, and not in MRR.
        credits_per_month: None: as `plan` has it.
        quotas: feature to units a window beside those of `plan`; None: unlimited; 0: not at all.
        features: further ones.
        ends_at: when it ends by itself; None: when somebody ends it.
    """

    plan: str | None = None
    name: str | None = None
    price_minor: int | None = None
    currency: str | None = None
    period: str | None = None
    credits_per_month: int | None = None
    quotas: Mapping[str, int | None] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    ends_at: datetime | None = None


def plan_of(wish: HandPlan, catalog: Catalog, now: datetime) -> Plan:
    """The plan as it will be held.

    Raises:
        InvalidInput: something of it cannot be; `field` says what.
    """
    base = _base(wish, catalog)
    _check_price(wish)
    if wish.ends_at is not None and (wish.ends_at.tzinfo is None or wish.ends_at <= now):
        raise InvalidInput("The plan ends in the future.", field="ends_at")
    credits = base.credits_per_month if wish.credits_per_month is None else wish.credits_per_month
    if type(credits) is not int or not 0 <= credits <= MAX_CREDITS:
        raise InvalidInput("Credits per month are a whole number, 0 for none.", field="credits_per_month")
    return base.model_copy(
        update={
            "name": _name(wish.name) or base.name,
            "prices": (),
            "contact_only": True,
            "credits_per_month": credits,
            "features": tuple(dict.fromkeys([*base.features, *_features(wish.features, catalog)])),
            "quotas": {**base.quotas, **_quotas(wish.quotas, catalog)},
        }
    )


def _base(wish: HandPlan, catalog: Catalog) -> Plan:
    if wish.plan is None:
        if not _name(wish.name):
            raise InvalidInput("Terms of their own need a name, which the customer sees.", field="name")
        return Plan(code=OWN_CODE, name=_name(wish.name), contact_only=True)
    found = catalog.plan(wish.plan)
    if found is None:
        raise InvalidInput(f'The catalogue has no plan "{wish.plan[:60]}".', field="plan")
    if found.free:
        raise InvalidInput(f"{found.name} is what everybody has: choose another plan.", field="plan")
    return found


def _name(name: str | None) -> str:
    clean = " ".join((name or "").split())
    if len(clean) > 80 or not clean.isprintable():
        raise InvalidInput("A name has 80 characters at most.", field="name")
    return clean


def _check_price(wish: HandPlan) -> None:
    given = (wish.price_minor is not None, wish.currency is not None, wish.period is not None)
    if any(given) and not all(given):
        raise InvalidInput(
            "A price has an amount, a currency and a period; leave out all three for none.", field="price"
        )
    if wish.price_minor is None or wish.currency is None:
        return
    if type(wish.price_minor) is not int or not 1 <= wish.price_minor <= _MAX_PRICE_MINOR:
        raise InvalidInput("A price is more than nothing; leave it out for none.", field="price")
    known(wish.currency)
    if wish.period not in PERIODS:
        raise InvalidInput("A price is by month or by year.", field="period")


def _features(codes: tuple[str, ...], catalog: Catalog) -> tuple[str, ...]:
    for code in codes:
        feature = catalog.feature(code)
        if feature is None:
            raise InvalidInput(f'The catalogue has no feature "{code[:60]}".', field="features")
        if feature.metering not in (Metering.INCLUDED, Metering.UNLOCK):
            raise InvalidInput(
                f"{feature.name} is paid in credits or counted: give credits or a quota.", field="features"
            )
    return codes


def _quotas(quotas: Mapping[str, int | None], catalog: Catalog) -> dict[str, int | None]:
    for code, units in quotas.items():
        feature = catalog.feature(code)
        if feature is None or feature.metering is not Metering.QUOTA:
            raise InvalidInput(f'"{code[:60]}" is no feature that is counted by a quota.', field="quotas")
        if units is not None and (type(units) is not int or not 0 <= units <= MAX_CREDITS):
            raise InvalidInput(f"The quota of {feature.name} is a whole number, or unlimited.", field="quotas")
    return dict(quotas)
