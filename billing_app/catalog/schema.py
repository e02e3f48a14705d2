"""The catalogue as data: what a file may say. Rules between its parts are in `rules`, figures in `pricing`."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from billing_app.catalog.fields import (
    Code,
    Cost,
    Count,
    Currency,
    Days,
    Email,
    Flag,
    Icon,
    Limit,
    Line,
    Link,
    Name,
    Part,
    Percent,
    Positive,
    Price,
    Prose,
    Uses,
    Validity,
)
from billing_app.catalog.policies import Policies


class Period(StrEnum):
    """How often a plan is paid."""

    MONTH = "month"
    YEAR = "year"


class Metering(StrEnum):
    """What opens a feature: credits, a counted allowance, a one-time purchase, or being part of the plan."""

    CREDITS = "credits"
    QUOTA = "quota"
    UNLOCK = "unlock"
    INCLUDED = "included"


class Noun(Part):
    """A thing people count: `session`, `sessions`."""

    one: Name
    many: Name

    def of(self, count: int) -> str:
        """`1 session`, `25 sessions`, `1,000 sessions`."""
        return f"{count:,} {self.one if count == 1 else self.many}"


class Brand(Part):
    """Who sells, and how it speaks."""

    name: Name
    tagline: Line = ""
    headline: Name = Field(description="Headline of the pricing page.")
    introduction: Line = Field(default="", description="The sentence under it.")
    seller: Name = Field(description="The legal seller, as on receipts.")
    support_email: Email
    credit: Noun = Noun(one="credit", many="credits")
    credit_is: Line = Field(default="", description="One sentence: what a credit buys.")


class Tax(Part):
    """How prices stand to tax (PR13)."""

    behavior: Literal["exclusive", "inclusive"] = "exclusive"
    automatic: Flag = Field(default=False, description="Stripe Tax works the tax out at checkout.")
    code: str | None = Field(default=None, pattern=r"^txcd_[0-9]{8}$", description="Stripe's product tax code.")


class PlanPrice(Part):
    """What a plan costs for one period."""

    period: Period
    amount: Price
    trial_days: Days = Field(default=0, le=730)
    trial_needs_card: Flag = True


class Plan(Part):
    """A subscription, the free plan (no prices), or a plan agreed by contact (`contact_only`)."""

    code: Code
    name: Name
    description: Line = ""
    sort: int = Field(
        default=0, strict=True, ge=-1000, le=1000, description="Place on the page; higher is the better plan."
    )
    active: Flag = Field(default=True, description="False: nobody new may take it; who has it keeps it.")
    highlighted: Flag = False
    badge: Name | None = None
    contact_only: Flag = False
    contact_url: Link | None = None
    prices: tuple[PlanPrice, ...] = Field(default=(), max_length=2)
    credits_per_month: Count = 0
    features: tuple[Code, ...] = Field(default=(), max_length=200, description="Features that come with the plan.")
    quotas: dict[Code, Limit] = Field(default={}, max_length=200, description="Feature to units allowed in its window.")
    bullets: tuple[Line, ...] = Field(default=(), max_length=12, description="Further lines on its card.")

    @property
    def free(self) -> bool:
        """Without prices and not by contact: what everyone has."""
        return not self.prices and not self.contact_only

    def price(self, period: Period) -> PlanPrice | None:
        """The price for a period, if it is sold for it."""
        return next((price for price in self.prices if price.period is period), None)


class Pack(Part):
    """Credits bought once."""

    code: Code
    name: Name
    description: Line = ""
    sort: int = Field(default=0, strict=True, ge=-1000, le=1000)
    active: Flag = True
    highlighted: Flag = False
    badge: Name | None = None
    price: Price
    credits: Positive
    valid: Validity = Field(default=None, description='Days they stay valid, or "forever".')


class Unlock(Part):
    """A feature bought once: for a number of uses, or without limit."""

    code: Code
    name: Name
    description: Line = ""
    sort: int = Field(default=0, strict=True, ge=-1000, le=1000)
    active: Flag = True
    highlighted: Flag = False
    badge: Name | None = None
    price: Price
    feature: Code
    uses: Uses = Field(description='How many uses it buys, or "unlimited".')


class QuotaRule(Part):
    """How use of a feature is counted against a plan's allowance (row C3)."""

    window: Literal["day", "week", "month"] = "month"
    cap: Literal["hard", "soft"] = Field(default="hard", description="Hard refuses beyond it; soft allows and marks.")
    rollover: Flag = False


class Feature(Part):
    """Something the product does for people, and what opens it."""

    code: Code
    name: Name
    description: Line = ""
    icon: Icon = "sparkles"
    metering: Metering
    unit: Noun | None = Field(default=None, description='What is counted: { one = "session", many = "sessions" }.')
    counts_per_unit: Positive = Field(default=1, description="Finer counting: minutes counted in seconds have 60.")
    quota: QuotaRule | None = None
    without: Line = Field(default="", description="What still works without it, such as read-only access.")
    playground: Literal["interview", "qa_generator", "qa_pairs", "chat", "counter"] | None = None
    fail_open: Flag = Field(default=False, description="A host may let it through while billing cannot be reached.")


class AddOn(Part):
    """Something that makes an operation dearer."""

    code: Code
    name: Name
    credits: Count
    repeatable: Flag = Field(default=False, description="Charged as often as it is used, not once.")


class Rate(Part):
    """What one operation costs in credits (row B3)."""

    code: Code
    name: Name
    feature: Code
    credits: Count
    add_ons: tuple[AddOn, ...] = Field(default=(), max_length=50)


class CostOfGoods(Part):
    """What one use of a feature costs the seller at a supplier (row A3)."""

    feature: Code
    name: Name
    amount: Cost


class PaymentFee(Part):
    """What the payment processor keeps, as far as it can be known before a sale. Actual fees replace it later."""

    currency: Currency
    percent: Percent
    fixed: Price
    dispute: Price | None = None


class Faq(Part):
    """A question of the seller's own; those about credits and refunds are written from the policies."""

    question: Line = Field(min_length=1)
    answer: Prose


class Pricing(Part):
    """How the pricing page counts and what it opens with."""

    default_period: Period = Period.MONTH
    price_per: Code | None = Field(
        default=None, description="The rate whose unit prices are quoted in: $0.40 a session."
    )


class Catalog(Part):
    """Everything that is for sale and the rules it is sold by."""

    format: Literal[1] = Field(description="Version of this file format.")
    currency: Currency = Field(description="What everything is sold and reported in.")
    brand: Brand
    tax: Tax = Tax()
    pricing: Pricing = Pricing()
    policies: Policies = Policies()
    features: tuple[Feature, ...] = Field(default=(), max_length=200)
    plans: tuple[Plan, ...] = Field(default=(), max_length=50)
    packs: tuple[Pack, ...] = Field(default=(), max_length=100)
    unlocks: tuple[Unlock, ...] = Field(default=(), max_length=100)
    rates: tuple[Rate, ...] = Field(default=(), max_length=200)
    costs: tuple[CostOfGoods, ...] = Field(default=(), max_length=500)
    payment_fees: tuple[PaymentFee, ...] = Field(default=(), max_length=50)
    faq: tuple[Faq, ...] = Field(default=(), max_length=50)

    def feature(self, code: str) -> Feature | None:
        """The feature of that code, if there is one."""
        return next((feature for feature in self.features if feature.code == code), None)

    def plan(self, code: str) -> Plan | None:
        """The plan of that code, active or not."""
        return next((plan for plan in self.plans if plan.code == code), None)

    def rate(self, code: str) -> Rate | None:
        """What an operation costs."""
        return next((rate for rate in self.rates if rate.code == code), None)

    def rates_of(self, feature: str) -> tuple[Rate, ...]:
        """Every operation that a feature charges for."""
        return tuple(rate for rate in self.rates if rate.feature == feature)

    @property
    def free_plan(self) -> Plan | None:
        """The active plan that costs nothing, if there is one."""
        return next((plan for plan in self.plans if plan.free and plan.active), None)
