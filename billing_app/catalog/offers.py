"""What the app can sell, ready to show: every price, saving and term in words, from the one catalogue (PR1). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from billing_app.catalog import words
from billing_app.catalog.plan_cards import PeriodPrice, PlanCard, best_yearly_saving, plan_card
from billing_app.catalog.pricing import Quoted, pack_saving_percent, quoted_in, shown_price_of, smallest
from billing_app.catalog.schema import Catalog, Pack, Period, Plan, Unlock


class Capability(StrEnum):
    """Something the product can do. What it cannot do yet is neither sold nor promised."""

    ONE_TIME = "one_time"
    SUBSCRIPTIONS = "subscriptions"
    CONTACT = "contact"
    REFUNDS = "refunds"


RELEASED: frozenset[Capability] = frozenset(Capability)
"""What this release does."""


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
    plans = [plan_card(catalog, plan, quoted) for plan in shown_plans(catalog, capabilities)]
    sold_periods = {price.period for plan in plans for price in plan.prices}
    periods = tuple(period.value for period in Period if period.value in sold_periods)
    default = catalog.pricing.default_period.value
    return Offers(
        currency=catalog.currency,
        tax_note=words.tax_note(catalog.tax, catalog.currency),
        credit_is=words.credit_meaning(catalog),
        plans=tuple(plans),
        packs=tuple(_pack_card(catalog, pack, base, quoted) for pack in packs),
        unlocks=tuple(_unlock_card(catalog, unlock) for unlock in in_order(catalog.unlocks)) if one_time else (),
        periods=periods,
        default_period=default if default in periods or not periods else periods[0],
        best_yearly_saving=best_yearly_saving(plans) if len(periods) > 1 else "",
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


__all__ = [
    "RELEASED",
    "Capability",
    "Offers",
    "PackCard",
    "PeriodPrice",
    "PlanCard",
    "UnlockCard",
    "in_order",
    "sellable",
    "shown_plans",
]
