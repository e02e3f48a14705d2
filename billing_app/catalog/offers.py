"""What the app can sell, ready to show: every price, saving and term in words, from the one catalogue (PR1). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from billing_app.catalog import words
from billing_app.catalog.pricing import (
    Quoted,
    credits_in_period,
    pack_saving_percent,
    per_month,
    quoted_in,
    shown_price_of,
    smallest,
    yearly_saving_percent,
)
from billing_app.catalog.schema import Catalog, Metering, Pack, Period, Plan, PlanPrice, Unlock
from billing_app.money import Money, to_minor


class Capability(StrEnum):
    """Something the product can do. What it cannot do yet is neither sold nor promised."""

    ONE_TIME = "one_time"
    SUBSCRIPTIONS = "subscriptions"
    CONTACT = "contact"
    REFUNDS = "refunds"


RELEASED: frozenset[Capability] = frozenset(Capability)
"""What this release does."""


@dataclass(frozen=True, slots=True)
class PeriodPrice:
    """A plan's price for one period, in the words of PR3 and PR21."""

    period: str
    amount_minor: int
    currency: str
    price: str
    per_period: str
    billed: str
    unit_price: str
    saving_percent: int
    saving: str
    trial_days: int
    trial: str
    renewal: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan as the pricing page shows it. Free: no prices, `price` is `$0`. By contact: no price at all."""

    code: str
    name: str
    description: str
    highlighted: bool
    badge: str
    free: bool
    contact_only: bool
    contact_url: str
    price: str
    credits_per_month: int
    lines: tuple[str, ...]
    prices: tuple[PeriodPrice, ...]

    def for_period(self, period: str) -> PeriodPrice | None:
        """Its price for a period, if it is sold for it."""
        return next((price for price in self.prices if price.period == period), None)


@dataclass(frozen=True, slots=True)
class PackCard:
    """A credit pack as the pricing page and the wall show it (PR15)."""

    code: str
    name: str
    description: str
    highlighted: bool
    badge: str
    credits: int
    credits_text: str
    amount_minor: int
    currency: str
    price: str
    unit_price: str
    saving_percent: int
    saving: str
    expiry: str
    terms: str
    buy_label: str


@dataclass(frozen=True, slots=True)
class UnlockCard:
    """A one-time unlock as the pricing page and a locked feature show it."""

    code: str
    name: str
    description: str
    highlighted: bool
    badge: str
    feature: str
    icon: str
    uses: int | None
    uses_text: str
    without: str
    amount_minor: int
    currency: str
    price: str
    terms: str
    buy_label: str


@dataclass(frozen=True, slots=True)
class Offers:
    """Everything on sale. `periods` is empty or has one entry when there is nothing to choose (PR4)."""

    currency: str
    tax_note: str
    credit_is: str
    plans: tuple[PlanCard, ...]
    packs: tuple[PackCard, ...]
    unlocks: tuple[UnlockCard, ...]
    periods: tuple[str, ...]
    default_period: str
    best_yearly_saving: str


def sellable(catalog: Catalog, capabilities: frozenset[Capability] = RELEASED) -> Offers:
    """What may be shown and bought, given what the app can do."""
    quoted = quoted_in(catalog)
    one_time = Capability.ONE_TIME in capabilities
    packs = in_order(catalog.packs) if one_time else []
    base = smallest(packs)
    plans = [_plan_card(catalog, plan, quoted) for plan in shown_plans(catalog, capabilities)]
    sold_periods = {price.period for plan in plans for price in plan.prices}
    periods = tuple(period.value for period in Period if period.value in sold_periods)
    default = catalog.pricing.default_period.value
    saving = max((price.saving_percent for plan in plans for price in plan.prices), default=0)
    return Offers(
        currency=catalog.currency,
        tax_note=words.tax_note(catalog.tax, catalog.currency),
        credit_is=words.credit_meaning(catalog),
        plans=tuple(plans),
        packs=tuple(_pack_card(catalog, pack, base, quoted) for pack in packs),
        unlocks=tuple(_unlock_card(catalog, unlock) for unlock in in_order(catalog.unlocks)) if one_time else (),
        periods=periods,
        default_period=default if default in periods or not periods else periods[0],
        best_yearly_saving=f"Save up to {saving}%" if saving else "",
    )


def shown_plans(catalog: Catalog, capabilities: frozenset[Capability]) -> list[Plan]:
    """Plans the app can give: none without subscriptions; those by contact only where enquiries are taken."""
    if Capability.SUBSCRIPTIONS not in capabilities:
        return []
    takes_enquiries = Capability.CONTACT in capabilities
    return [plan for plan in in_order(catalog.plans) if takes_enquiries or not plan.contact_only]


class _Listed(Protocol):
    @property
    def sort(self) -> int: ...
    @property
    def active(self) -> bool: ...


_Thing = TypeVar("_Thing", bound=_Listed)


def in_order(things: Iterable[_Thing]) -> list[_Thing]:
    """Active things by `sort`; those with the same stay in the order of the file."""
    return sorted((thing for thing in things if thing.active), key=lambda thing: thing.sort)


def _plan_card(catalog: Catalog, plan: Plan, quoted: Quoted) -> PlanCard:
    if plan.contact_only:
        shown = ""
    else:
        first = plan.price(Period.MONTH) or plan.price(Period.YEAR)
        shown = (first.amount if first else Money(0, catalog.currency)).shown(compact=True)
    saving = yearly_saving_percent(plan)
    return PlanCard(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        highlighted=plan.highlighted,
        badge=plan.badge or "",
        free=plan.free,
        contact_only=plan.contact_only,
        contact_url=plan.contact_url or "",
        price=shown,
        credits_per_month=plan.credits_per_month,
        lines=tuple(_plan_lines(catalog, plan)),
        prices=tuple(_period_price(plan, price, quoted, saving) for price in plan.prices),
    )


def _plan_lines(catalog: Catalog, plan: Plan) -> Iterable[str]:
    """What a plan brings, in the catalogue's order of features, then the seller's own lines."""
    if plan.credits_per_month:
        yield f"{catalog.brand.credit.of(plan.credits_per_month)} every month"
    for feature in catalog.features:
        limit = plan.quotas.get(feature.code, 0)
        if limit != 0:
            yield words.quota(feature, limit)
        elif feature.code in plan.features and feature.metering is not Metering.CREDITS:
            yield feature.name
    yield from plan.bullets


def _period_price(plan: Plan, price: PlanPrice, quoted: Quoted, yearly_saving: int) -> PeriodPrice:
    amount = price.amount.shown(compact=True)
    per_period = words.PER_PERIOD[price.period]
    monthly = Money(to_minor(per_month(price), price.amount.currency), price.amount.currency)
    yearly = price.period is Period.YEAR
    saving = yearly_saving if yearly else 0
    credits_paid = credits_in_period(plan, price)
    return PeriodPrice(
        period=price.period.value,
        amount_minor=price.amount.minor,
        currency=price.amount.currency,
        price=amount,
        per_period=per_period,
        billed=f"{amount} billed yearly ({monthly.shown()}/month)" if yearly else f"{amount} billed monthly",
        unit_price=shown_price_of(price.amount, credits_paid, quoted) if credits_paid else "",
        saving_percent=saving,
        saving=f"Save {saving}%" if saving else "",
        trial_days=price.trial_days,
        trial=f"{words.days(price.trial_days)} free, then {amount} {per_period}" if price.trial_days else "",
        renewal=f"Renews {words.BILLED[price.period]} at {amount} until you cancel.",
    )


def _pack_card(catalog: Catalog, pack: Pack, base: Pack | None, quoted: Quoted) -> PackCard:
    price = pack.price.shown(compact=True)
    saving = pack_saving_percent(pack, base) if base else 0
    counted = catalog.brand.credit.of(pack.credits)
    return PackCard(
        code=pack.code,
        name=pack.name,
        description=pack.description,
        highlighted=pack.highlighted,
        badge=pack.badge or "",
        credits=pack.credits,
        credits_text=counted,
        amount_minor=pack.price.minor,
        currency=pack.price.currency,
        price=price,
        unit_price=shown_price_of(pack.price, pack.credits, quoted),
        saving_percent=saving,
        saving=f"{saving}% less per {quoted.noun.one}" if saving else "",
        expiry=words.expiry(pack.valid),
        terms="One payment, no renewal",
        buy_label=f"Buy {pack.name}: {counted} for {price}",
    )


def _unlock_card(catalog: Catalog, unlock: Unlock) -> UnlockCard:
    feature = catalog.feature(unlock.feature)
    price = unlock.price.shown(compact=True)
    return UnlockCard(
        code=unlock.code,
        name=unlock.name,
        description=unlock.description,
        highlighted=unlock.highlighted,
        badge=unlock.badge or "",
        feature=unlock.feature,
        icon=feature.icon if feature else "",
        uses=unlock.uses,
        uses_text=words.uses(feature, unlock.uses),
        without=feature.without if feature else "",
        amount_minor=unlock.price.minor,
        currency=unlock.price.currency,
        price=price,
        terms="One payment, no renewal",
        buy_label=f"Buy {unlock.name} for {price}",
    )
