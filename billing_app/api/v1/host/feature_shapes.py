"""What a customer may do, as the API shows it: decisions, ways on, use, allowances, the summary. Pure."""

from typing import Literal

from pydantic import Field

from billing_app.api.conventions.answers import Moment, Shape
from billing_app.entitlements.decisions import Summary

BasisName = Literal["free", "credits", "unlock", "plan", "quota"]


class OptionShape(Shape):
    """A way on. `url` is a path on this server; `wait` opens by itself at `until`."""

    kind: Literal["pack", "unlock", "plan", "pay", "wait"]
    enough: bool
    code: str | None = None
    name: str | None = None
    credits: int | None = None
    uses: int | None = None
    price_minor: int | None = None
    currency: str | None = None
    url: str | None = None
    period: str | None = None
    action: str | None = None
    brings: str | None = None
    until: Moment | None = None


class SmallerShape(Shape):
    """The same with fewer add-ons, for the credits there are."""

    credits: int
    add_ons: dict[str, int]
    without: list[str]


class DecisionShape(Shape):
    """May the customer use the feature now? If not: what is missing, and what would open it."""

    feature: str
    feature_name: str
    units: int
    allowed: bool
    why: str
    basis: BasisName = Field(description="What allows it; when refused, what is missing.")
    required: int | None
    available: int | None
    held: int
    shortfall: int
    remaining: int | None = Field(description="Uses, counts or times left; null: without limit.")
    limit: int | None
    used: int | None
    over: int
    limit_source: Literal["quota", "balance"]
    resets_at: Moment | None = Field(
        description="When what is short renews by itself. With a yes by credits only where more lie prepared."
    )
    next_grant: int | None
    options: list[OptionShape]
    smaller: SmallerShape | None


class DecisionsShape(Shape):
    """One decision for each question, in order."""

    data: list[DecisionShape]


class UseShape(Shape):
    """A use was taken. `entry` is there when credits were: what can be reversed."""

    customer: str
    feature: str
    units: int
    basis: BasisName
    charged: int
    available: int | None
    remaining: int | None
    over: int
    repeated: bool
    entry: int | None


class GivenBackShape(Shape):
    """`given_back` false: there was no such use, or it was given back before."""

    given_back: bool


class UsageShape(Shape):
    """Use counted against the plan in the running window. Amounts are counts: units, or seconds of minutes."""

    feature: str
    name: str
    unit: str | None
    counts_per_unit: int
    used: int
    limit: int | None
    remaining: int | None
    over: int
    allowed: bool = Field(description="Whether it can be used once more now: can_use_ai, can_start_scenario.")
    window: Literal["day", "week", "month"]
    window_start: Moment
    resets_at: Moment
    soft: bool
    rollover_in: int
    display: str


class UsagesShape(Shape):
    """Every counted feature, in the catalogue's order."""

    customer: str
    data: list[UsageShape]


class CustomerShape(Shape):
    """A customer of yours, as we know them."""

    customer: str
    name: str | None
    email: str | None
    created: bool | None = Field(default=None, description="When put: whether it was made now.")


class PlanHeldShape(Shape):
    """The plan in force, and the subscription behind it, if there is one."""

    code: str
    name: str
    subscribed: bool
    status: str | None
    period: str | None
    period_start: Moment
    period_end: Moment | None
    ends_at: Moment | None


class OwnedUnlockShape(Shape):
    code: str
    feature: str
    granted_at: Moment
    uses_granted: int | None
    uses_left: int | None = Field(description="Null: without limit.")
    revoked_at: Moment | None


class EntitlementsShape(Shape):
    """Everything a customer may do. `known` false: never seen; this is what the free plan gives them at first sight."""

    customer: str
    known: bool
    available: int
    held: int
    plan: PlanHeldShape | None
    features: list[DecisionShape]
    unlocks: list[OwnedUnlockShape]
    usage: list[UsageShape]


class SummaryShape(EntitlementsShape):
    """The customer, and everything they may do."""

    name: str | None
    email: str | None


def plan_held(summary: Summary) -> PlanHeldShape | None:
    """The plan in force."""
    force = summary.plan
    if force is None:
        return None
    held = force.subscription
    return PlanHeldShape(
        code=force.plan.code,
        name=force.plan.name,
        subscribed=held is not None,
        status=held.status if held else None,
        period=held.period if held else None,
        period_start=force.period_start,
        period_end=force.period_end,
        ends_at=held.ends_at if held else None,
    )


def entitlements_shape(customer: str, summary: Summary, *, known: bool) -> EntitlementsShape:
    """Everything a customer may do."""
    return EntitlementsShape(
        customer=customer,
        known=known,
        available=summary.available,
        held=summary.held,
        plan=plan_held(summary),
        features=[DecisionShape.model_validate(each.as_json()) for each in summary.features],
        unlocks=[
            OwnedUnlockShape(
                code=one.code,
                feature=one.feature,
                granted_at=one.granted_at,
                uses_granted=one.uses_granted,
                uses_left=one.uses_left,
                revoked_at=one.revoked_at,
            )
            for one in summary.unlocks
        ],
        usage=[UsageShape.model_validate(each.as_json()) for each in summary.quotas],
    )
