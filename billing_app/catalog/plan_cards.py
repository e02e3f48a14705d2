"""A plan as the pricing page shows it: prices, what they save, how they renew, in words (PR3, PR4, PR21). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from billing_app.catalog import words
from billing_app.catalog.pricing import (
    Quoted,
    credits_in_period,
    per_month,
    shown_price_of,
    yearly_saving_percent,
)
from billing_app.catalog.schema import Catalog, Metering, Period, Plan, PlanPrice
from billing_app.money import Money, to_minor

CONTACT_PAGE = "/contact"


@dataclass(frozen=True, slots=True)
class PeriodPrice:
    """A plan's price for one period. `price` and `billing` read as one: `$290` `billed yearly ($24.17/month)` (PR3).

    `terms` and `terms_without_trial` are the sentence next to the button (PR21).
    """

    period: str
    amount_minor: int
    currency: str
    price: str
    per_period: str
    billing: str
    billed: str
    unit_price: str
    saving_percent: int
    saving: str
    trial_days: int
    trial: str
    renewal: str
    terms: str
    terms_without_trial: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan. Free: no prices, `price` is `$0`. By contact: no price at all, and a `contact_url`."""

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


def plan_card(catalog: Catalog, plan: Plan, quoted: Quoted) -> PlanCard:
    """The card of one plan. `quoted`: what unit prices are counted in."""
    if plan.contact_only:
        shown = ""
    else:
        first = plan.price(Period.MONTH) or plan.price(Period.YEAR)
        shown = (first.amount if first else Money(0, catalog.currency)).shown(compact=True)
    saving = yearly_saving_percent(plan)
    own_address = f"{CONTACT_PAGE}?plan={quote(plan.code)}" if plan.contact_only else ""
    return PlanCard(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        highlighted=plan.highlighted,
        badge=plan.badge or "",
        free=plan.free,
        contact_only=plan.contact_only,
        contact_url=plan.contact_url or own_address,
        price=shown,
        credits_per_month=plan.credits_per_month,
        lines=tuple(_lines(catalog, plan)),
        prices=tuple(_period_price(plan, price, quoted, saving) for price in plan.prices),
    )


def best_yearly_saving(cards: Sequence[PlanCard]) -> str:
    """What paying by the year saves, for the choice of period: `Save 16%`, or the most where plans differ (PR4)."""
    both = [card for card in cards if len(card.prices) == len(Period)]
    found = {price.saving_percent for card in both for price in card.prices if price.period == Period.YEAR}
    most = max(found, default=0)
    if not most:
        return ""
    return f"Save {most}%" if found == {most} else f"Save up to {most}%"


def _lines(catalog: Catalog, plan: Plan) -> Iterable[str]:
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
    billing = f"billed {words.BILLED[price.period]}"
    if price.period is Period.YEAR:
        monthly = Money(to_minor(per_month(price), price.amount.currency), price.amount.currency)
        billing += f" ({monthly.shown()}/month)"
    saving = yearly_saving if price.period is Period.YEAR else 0
    credits_paid = credits_in_period(plan, price)
    renewal = f"Renews {words.BILLED[price.period]} at {amount} until you cancel"
    trial = f"{words.days(price.trial_days)} free, then {amount} {per_period}" if price.trial_days else ""
    card = "Needs a card." if price.trial_needs_card else "No card needed."
    without_trial = f"{renewal}, in two clicks."
    return PeriodPrice(
        period=price.period.value,
        amount_minor=price.amount.minor,
        currency=price.amount.currency,
        price=amount,
        per_period=per_period,
        billing=billing,
        billed=f"{amount} {billing}",
        unit_price=shown_price_of(price.amount, credits_paid, quoted) if credits_paid else "",
        saving_percent=saving,
        saving=f"Save {saving}%" if saving else "",
        trial_days=price.trial_days,
        trial=trial,
        renewal=f"{renewal}.",
        terms=f"{trial} until you cancel, in two clicks. {card}" if trial else without_trial,
        terms_without_trial=without_trial,
    )
