"""What can be held or bought, each with terms that never change: new terms are a new item, old ones are retired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from billing_app.catalog.schema import Catalog, Pack, Period, Plan, PlanPrice, Unlock
from billing_app.money import Money


class ItemKind(StrEnum):
    """What an item is."""

    PLAN = "plan"
    PACK = "pack"
    UNLOCK = "unlock"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a buyer agrees to. Equal terms are the same item, whatever its name or description say today."""

    kind: ItemKind
    code: str
    period: Period | None = None
    amount_minor: int | None = None
    currency: str | None = None
    tax_behavior: Literal["exclusive", "inclusive"] = "exclusive"
    credits: int = 0
    valid_days: int | None = None
    feature: str | None = None
    uses: int | None = None

    @property
    def label(self) -> str:
        """`pack popular`, `plan pro by year`: how commands and errors name it."""
        return f"{self.kind} {self.code}" + (f" by {self.period}" if self.period else "")

    @property
    def lookup_key(self) -> str:
        """Under which Stripe finds the price now sold: `plan_pro_year`."""
        return "_".join(part for part in (self.kind, self.code, self.period) if part)

    def in_words(self) -> str:
        """`25 credits for 8.00 USD`: the terms on one line."""
        price = "no price" if self.amount_minor is None else str(Money(self.amount_minor, self.currency or ""))
        if self.kind is ItemKind.UNLOCK:
            return f"{self.feature}, {'unlimited' if self.uses is None else f'{self.uses} use(s)'}, for {price}"
        monthly = " a month" if self.kind is ItemKind.PLAN else ""
        expiry = f" valid {self.valid_days} days" if self.valid_days else ""
        return f"{self.credits:,} credits{monthly}{expiry} for {price}" if self.credits else price


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item a catalogue asks for."""

    terms: Terms
    name: str
    description: str
    sort: int
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """An item as it stands in the database: what checkout sells and what a payment is for.

    Attributes:
        item_id: never changes meaning; store it with the purchase.
        terms: price in minor units, credits, validity in days (None: for ever), feature and uses (None: unlimited).
        introduced_in: catalogue version that made it.
        retired_in: catalogue version that took it off sale; None while it is sold.
        definition: the plan, pack or unlock as the catalogue last described it.
    """

    item_id: int
    terms: Terms
    name: str
    description: str
    introduced_in: int
    retired_in: int | None
    stripe_price_id: str | None
    definition: dict[str, Any]

    @property
    def kind(self) -> ItemKind:
        return self.terms.kind

    @property
    def code(self) -> str:
        return self.terms.code

    @property
    def period(self) -> Period | None:
        return self.terms.period

    @property
    def credits(self) -> int:
        """Credits a pack gives once, or a plan each month; 0 for an unlock."""
        return self.terms.credits

    @property
    def valid_days(self) -> int | None:
        """Days that a pack's credits stay valid; None is for ever."""
        return self.terms.valid_days

    @property
    def feature(self) -> str | None:
        """The feature an unlock opens."""
        return self.terms.feature

    @property
    def uses(self) -> int | None:
        """Uses an unlock buys; None is without limit. Meaningless for packs and plans."""
        return self.terms.uses

    @property
    def price(self) -> Money | None:
        """The price; None for a plan that is free or agreed by contact."""
        if self.terms.amount_minor is None or self.terms.currency is None:
            return None
        return Money(self.terms.amount_minor, self.terms.currency)

    @property
    def amount_minor(self) -> int:
        """The price in minor units; 0 for a plan without one."""
        return self.terms.amount_minor or 0

    @property
    def currency(self) -> str | None:
        """ISO code in capitals; None for a plan without a price."""
        return self.terms.currency

    @property
    def unlimited(self) -> bool:
        """An unlock without limit, which nobody needs twice."""
        return self.kind is ItemKind.UNLOCK and self.uses is None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What must happen so that the items on sale are those a catalogue asks for."""

    make: list[Wanted]
    revive: list[tuple[Offer, Wanted]]
    refresh: list[tuple[Offer, Wanted]]
    retire: list[Offer]


def wanted(catalog: Catalog) -> list[Wanted]:
    """The items of a catalogue: one for each pack, unlock and price of a plan, one for a plan without prices."""
    items: list[Wanted] = []
    for plan in catalog.plans:
        if plan.active:
            items += [_plan(catalog, plan, price) for price in plan.prices or (None,)]
    items += [_pack(catalog, pack) for pack in catalog.packs if pack.active]
    items += [_unlock(catalog, unlock) for unlock in catalog.unlocks if unlock.active]
    return items


def reconcile(asked: Iterable[Wanted], existing: Sequence[Offer]) -> Reconciled:
    """Compare what a catalogue asks for with what there is.

    An item with the same terms is kept, or put on sale again if it had been retired, so that going back to an old
    price does not make a second item. What is no longer asked for is retired, never deleted.
    """
    on_sale = {offer.terms: offer for offer in existing if offer.retired_in is None}
    retired = {
        offer.terms: offer for offer in sorted(existing, key=lambda o: o.item_id) if offer.retired_in is not None
    }
    outcome = Reconciled([], [], [], [])
    kept: set[Terms] = set()
    for item in asked:
        kept.add(item.terms)
        if item.terms in on_sale:
            known = on_sale[item.terms]
            if (known.name, known.description, known.definition) != (item.name, item.description, item.definition):
                outcome.refresh.append((known, item))
        elif item.terms in retired:
            outcome.revive.append((retired[item.terms], item))
        else:
            outcome.make.append(item)
    outcome.retire.extend(offer for terms, offer in on_sale.items() if terms not in kept)
    return outcome


def _plan(catalog: Catalog, plan: Plan, price: PlanPrice | None) -> Wanted:
    terms = Terms(
        ItemKind.PLAN,
        plan.code,
        period=price.period if price else None,
        amount_minor=price.amount.minor if price else None,
        currency=price.amount.currency if price else None,
        tax_behavior=catalog.tax.behavior,
        credits=plan.credits_per_month,
    )
    return Wanted(terms, plan.name, plan.description, plan.sort, plan.model_dump(mode="json"))


def _pack(catalog: Catalog, pack: Pack) -> Wanted:
    terms = Terms(
        ItemKind.PACK,
        pack.code,
        amount_minor=pack.price.minor,
        currency=pack.price.currency,
        tax_behavior=catalog.tax.behavior,
        credits=pack.credits,
        valid_days=pack.valid,
    )
    return Wanted(terms, pack.name, pack.description, pack.sort, pack.model_dump(mode="json"))


def _unlock(catalog: Catalog, unlock: Unlock) -> Wanted:
    terms = Terms(
        ItemKind.UNLOCK,
        unlock.code,
        amount_minor=unlock.price.minor,
        currency=unlock.price.currency,
        tax_behavior=catalog.tax.behavior,
        feature=unlock.feature,
        uses=unlock.uses,
    )
    return Wanted(terms, unlock.name, unlock.description, unlock.sort, unlock.model_dump(mode="json"))
