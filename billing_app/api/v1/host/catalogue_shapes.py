"""What is for sale, as the API shows it: each figure with the text that people read beside it (row C7). Pure."""

from typing import Literal

from pydantic import Field

from billing_app.api.conventions.answers import Shape
from billing_app.catalog import words
from billing_app.catalog.comparison import Comparison
from billing_app.catalog.offers import Offers, PackCard, PeriodPrice, PlanCard, UnlockCard
from billing_app.catalog.schema import Catalog, Feature, Noun, Pack, Plan, QuotaRule, Rate


class NounShape(Shape):
    one: str
    many: str


class PlanPriceShape(Shape):
    period: Literal["month", "year"]
    amount_minor: int
    currency: str
    display_price: str
    display_period: str
    display_billing: str
    display_unit_price: str
    saving_percent: int
    display_saving: str
    trial_days: int
    display_trial: str
    terms: str


class PlanQuotaShape(Shape):
    feature: str
    name: str
    icon: str
    limit: int | None = Field(description="Units in each window; null: unlimited; 0: not included.")
    window: Literal["day", "week", "month"]
    cap: Literal["hard", "soft"]
    display_quota: str


class PlanShape(Shape):
    code: str
    name: str
    description: str
    highlighted: bool
    badge: str
    free: bool
    contact_only: bool
    contact_url: str
    display_price: str = Field(description="Empty for a plan by contact.")
    prices: list[PlanPriceShape]
    credits_per_month: int
    display_credits: str
    features: list[str] = Field(description="Features that come with the plan, uncounted.")
    quotas: list[PlanQuotaShape]
    lines: list[str] = Field(description="What it brings, in words.")


class PackShape(Shape):
    code: str
    name: str
    description: str
    highlighted: bool
    badge: str
    credits: int
    display_credits: str
    amount_minor: int
    currency: str
    display_price: str
    display_unit_price: str
    saving_percent: int
    valid_days: int | None = Field(description="Null: they never expire.")
    display_expiry: str


class UnlockShape(Shape):
    code: str
    name: str
    description: str
    highlighted: bool
    badge: str
    feature: str
    icon: str
    uses: int | None = Field(description="Null: without limit.")
    display_uses: str
    amount_minor: int
    currency: str
    display_price: str


class AddOnShape(Shape):
    code: str
    name: str
    credits: int
    repeatable: bool


class RateShape(Shape):
    operation: str
    name: str
    credits: int
    display_price: str
    add_ons: list[AddOnShape]


class QuotaRuleShape(Shape):
    window: Literal["day", "week", "month"]
    cap: Literal["hard", "soft"]
    rollover: bool


class FeatureShape(Shape):
    code: str
    name: str
    description: str
    icon: str
    metering: Literal["credits", "quota", "unlock", "included"]
    unit: NounShape | None
    counts_per_unit: int = Field(description="Units are counted in these: minutes in 60 seconds.")
    quota: QuotaRuleShape | None
    fail_open: bool = Field(description="You may let it through while billing cannot be reached, and charge it later.")
    rates: list[RateShape]


class CatalogShape(Shape):
    version: int
    currency: str
    tax_note: str
    credit: NounShape
    credit_is: str
    periods: list[str]
    default_period: str
    best_yearly_saving: str
    plans: list[PlanShape]
    packs: list[PackShape]
    unlocks: list[UnlockShape]
    features: list[FeatureShape]


class CompareColumn(Shape):
    kind: str
    code: str
    name: str
    display_price: str


class CompareCell(Shape):
    included: bool
    display: str


class CompareRow(Shape):
    name: str
    description: str
    icon: str
    cells: list[CompareCell]


class CompareShape(Shape):
    columns: list[CompareColumn]
    rows: list[CompareRow]


def catalog_shape(version: int, catalog: Catalog, offers: Offers) -> CatalogShape:
    """Everything on sale."""
    return CatalogShape(
        version=version,
        currency=offers.currency,
        tax_note=offers.tax_note,
        credit=_noun(catalog.brand.credit),
        credit_is=offers.credit_is,
        periods=list(offers.periods),
        default_period=offers.default_period,
        best_yearly_saving=offers.best_yearly_saving,
        plans=[plan_shape(catalog, card) for card in offers.plans],
        packs=[_pack(card, pack) for card in offers.packs for pack in catalog.packs if pack.code == card.code],
        unlocks=[_unlock(card) for card in offers.unlocks],
        features=[feature_shape(catalog, feature) for feature in catalog.features],
    )


def plan_shape(catalog: Catalog, card: PlanCard) -> PlanShape:
    """One plan, with the quota of each counted feature in figures and in words."""
    plan = catalog.plan(card.code)
    assert plan is not None, "a card is of a plan"
    return PlanShape(
        code=card.code,
        name=card.name,
        description=card.description,
        highlighted=card.highlighted,
        badge=card.badge,
        free=card.free,
        contact_only=card.contact_only,
        contact_url=card.contact_url,
        display_price=card.price,
        prices=[_price(price) for price in card.prices],
        credits_per_month=card.credits_per_month,
        display_credits=f"{catalog.brand.credit.of(card.credits_per_month)} a month" if card.credits_per_month else "",
        features=list(plan.features),
        quotas=[_quota(feature, plan) for feature in catalog.features if feature.code in plan.quotas],
        lines=list(card.lines),
    )


def feature_shape(catalog: Catalog, feature: Feature) -> FeatureShape:
    """A feature with its name, icon and what a use takes."""
    rule = feature.quota or (QuotaRule() if feature.metering == "quota" else None)
    return FeatureShape(
        code=feature.code,
        name=feature.name,
        description=feature.description,
        icon=feature.icon,
        metering=feature.metering.value,
        unit=_noun(feature.unit) if feature.unit else None,
        counts_per_unit=feature.counts_per_unit,
        quota=QuotaRuleShape(window=rule.window, cap=rule.cap, rollover=rule.rollover) if rule else None,
        fail_open=feature.fail_open,
        rates=[_rate(catalog, rate) for rate in catalog.rates_of(feature.code)],
    )


def compare_shape(table: Comparison) -> CompareShape:
    """The comparison of all offers, as the pricing page shows it."""
    return CompareShape(
        columns=[CompareColumn(kind=c.kind, code=c.code, name=c.name, display_price=c.price) for c in table.columns],
        rows=[
            CompareRow(
                name=row.name,
                description=row.description,
                icon=row.icon,
                cells=[CompareCell(included=cell.included, display=cell.text) for cell in row.cells],
            )
            for row in table.rows
        ],
    )


def _noun(noun: Noun) -> NounShape:
    return NounShape(one=noun.one, many=noun.many)


def _price(price: PeriodPrice) -> PlanPriceShape:
    return PlanPriceShape(
        period="year" if price.period == "year" else "month",
        amount_minor=price.amount_minor,
        currency=price.currency,
        display_price=price.price,
        display_period=price.per_period,
        display_billing=price.billing,
        display_unit_price=price.unit_price,
        saving_percent=price.saving_percent,
        display_saving=price.saving,
        trial_days=price.trial_days,
        display_trial=price.trial,
        terms=price.terms,
    )


def _quota(feature: Feature, plan: Plan) -> PlanQuotaShape:
    rule, limit = feature.quota or QuotaRule(), plan.quotas[feature.code]
    return PlanQuotaShape(
        feature=feature.code,
        name=feature.name,
        icon=feature.icon,
        limit=limit,
        window=rule.window,
        cap=rule.cap,
        display_quota=words.quota(feature, limit),
    )


def _pack(card: PackCard, pack: Pack) -> PackShape:
    return PackShape(
        code=card.code,
        name=card.name,
        description=card.description,
        highlighted=card.highlighted,
        badge=card.badge,
        credits=card.credits,
        display_credits=card.credits_text,
        amount_minor=card.amount_minor,
        currency=card.currency,
        display_price=card.price,
        display_unit_price=card.unit_price,
        saving_percent=card.saving_percent,
        valid_days=pack.valid,
        display_expiry=card.expiry,
    )


def _unlock(card: UnlockCard) -> UnlockShape:
    return UnlockShape(
        code=card.code,
        name=card.name,
        description=card.description,
        highlighted=card.highlighted,
        badge=card.badge,
        feature=card.feature,
        icon=card.icon,
        uses=card.uses,
        display_uses=card.uses_text,
        amount_minor=card.amount_minor,
        currency=card.currency,
        display_price=card.price,
    )


def _rate(catalog: Catalog, rate: Rate) -> RateShape:
    return RateShape(
        operation=rate.code,
        name=rate.name,
        credits=rate.credits,
        display_price=catalog.brand.credit.of(rate.credits),
        add_ons=[
            AddOnShape(code=each.code, name=each.name, credits=each.credits, repeatable=each.repeatable)
            for each in rate.add_ons
        ],
    )
