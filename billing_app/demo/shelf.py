"""What a catalogue has on its shelf for the demo life, in the order of its price. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from billing_app.catalog.schema import Catalog, Feature, Metering, Pack, Period, Plan, Rate, Unlock
from billing_app.money import Money, exponent

USES_A_MONTH = 15
"""What somebody with a plan uses of it in a month, about."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is for sale, and what people do with it.

    Attributes:
        plans: those with prices, by price of the first.
        used: features whose use is counted or costs something, each with the dearest thing first.
        by_contact: the plan that is agreed, if there is one.
        loser: code of the plan or pack that is sold below its cost, so that a report has something to find.
    """

    catalog: Catalog
    plans: tuple[Plan, ...]
    packs: tuple[Pack, ...]
    unlocks: tuple[Unlock, ...]
    used: tuple[Feature, ...]
    by_contact: Plan | None

    @property
    def loser(self) -> str:
        """The dearest plan; without plans the largest pack; empty where neither is sold."""
        sold = self.plans if len(self.plans) > 1 else self.packs
        return sold[-1].code if sold else ""

    def rate(self, feature: str) -> Rate | None:
        """The cheapest operation of a feature that costs credits."""
        return min(self.catalog.rates_of(feature), key=lambda rate: rate.credits, default=None)

    def income_per_use(self, feature: str) -> Decimal:
        """What one use of a feature brings when paid with the loser's credits, or with its fee: major units, about."""
        rate = self.rate(feature)
        for pack in self.packs:
            if pack.code == self.loser and rate:
                return _major(pack.price) / pack.credits * rate.credits
        for plan in self.plans:
            if plan.code == self.loser:
                monthly = _monthly(plan)
                if rate and plan.credits_per_month:
                    # What is not used lapses and is earned all the same: a use brings more than its credits cost.
                    dearest = max(one.credits for one in self.catalog.rates)
                    return monthly / min(plan.credits_per_month, USES_A_MONTH * dearest) * rate.credits
                return monthly / USES_A_MONTH
        return Decimal(0)


def shelf_of(catalog: Catalog) -> Shelf:
    """The shelf of a catalogue."""
    counted = (Metering.CREDITS, Metering.QUOTA, Metering.UNLOCK)
    return Shelf(
        catalog=catalog,
        plans=tuple(sorted((plan for plan in catalog.plans if plan.active and plan.prices), key=_monthly)),
        packs=tuple(sorted((pack for pack in catalog.packs if pack.active), key=lambda pack: pack.price.minor)),
        unlocks=tuple(sorted((one for one in catalog.unlocks if one.active), key=lambda one: one.price.minor)),
        used=tuple(one for one in catalog.features if one.metering in counted),
        by_contact=next((plan for plan in catalog.plans if plan.active and plan.contact_only), None),
    )


def _monthly(plan: Plan) -> Decimal:
    price = plan.price(Period.MONTH)
    return _major(price.amount) if price else _major(plan.prices[0].amount) / 12


def _major(money: Money) -> Decimal:
    return Decimal(money.minor).scaleb(-exponent(money.currency))
