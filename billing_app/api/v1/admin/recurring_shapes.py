"""Recurring revenue, plans and the funnel, as the API tells them."""

from datetime import date

from billing_app.api.conventions.answers import Moment
from billing_app.api.v1.admin.shapes import Exact, FigureShape, Told


class MovementShape(Told):
    """start + new + expansion + reactivation - contraction - churn = end."""

    first: date
    last: date
    start_minor: int
    new_minor: int
    expansion_minor: int
    reactivation_minor: int
    contraction_minor: int
    churn_minor: int
    end_minor: int
    starting: int
    joined: int
    expanded: int
    returned: int
    contracted: int
    left: int
    ending: int


class MovementsShape(Told):
    """Monthly recurring revenue, part by part."""

    currency: str
    parts: list[MovementShape]
    total: MovementShape
    computed_at: Moment


class RecurringShape(Told):
    """MRR, ARR, churn, NRR, ARPU, LTV."""

    currency: str
    figures: list[FigureShape]
    total: MovementShape


class PlanNowShape(Told):
    """Customers on a plan this moment; `free`: the plan of whoever has no other."""

    code: str
    name: str
    free: bool
    customers: int
    active: int
    trialing: int
    past_due: int
    by_hand: int
    mrr_minor: int


class PlanPartShape(Told):
    """Customers who paid for a plan at the end of a part of the period."""

    first: date
    last: date
    code: str
    name: str
    customers: int
    mrr_minor: int


class DistributionShape(Told):
    """Who is on which plan: now, and over time."""

    currency: str
    customers: int
    now: list[PlanNowShape]
    parts: list[PlanPartShape]
    computed_at: Moment


class StepShape(Told):
    """A step of the funnel: how many people took it after the one before."""

    key: str
    label: str
    people: int
    of_first: Exact | None
    of_previous: Exact | None


class WallShape(Told):
    """What came of the walls of one feature."""

    feature: str
    name: str
    basis: str
    shown: int
    clicked: int
    opened: int
    paid: int
    resumed: int


class ReasonShape(Told):
    """Cancellations for a reason in a part of the period."""

    first: date
    reason: str
    label: str
    cancellations: int


class FunnelShape(Told):
    """From looking to buying; what came of walls; why people leave."""

    purchases: list[StepShape]
    opened_elsewhere: int
    paid_elsewhere: int
    walls: list[StepShape]
    by_feature: list[WallShape]
    reasons: list[ReasonShape]
    kept: int
    at_once: int
    late: int
    computed_at: Moment
