"""Costs against revenue, margins, what one customer costs, how the database is."""

from typing import Annotated

from fastapi import APIRouter, Query

from billing_app.api.conventions.answers import Many, Said, said
from billing_app.api.v1.admin.asking import Viewing
from billing_app.api.v1.admin.cost_shapes import (
    CostShape,
    CustomerCostShape,
    CustomerCostsShape,
    DatabaseShape,
    ExpectedShape,
    MarginsShape,
    RevenueVsCostShape,
    SpreadShape,
)
from billing_app.api.v1.admin.gate import Asking, StaffRoute
from billing_app.errors import InvalidInput
from billing_app.reports.expected import Beside
from billing_app.reports.views import By

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StaffRoute)


@router.get("/revenue-vs-cost", response_model=RevenueVsCostShape)
async def revenue_vs_cost(view: Viewing) -> Said:
    """Revenue, cost, profit, margin, requests, users and mean cost; by part of the period, by model, by feature."""
    found = await view.staff.services.cost_reports.revenue_vs_cost(
        view.staff.by, view.period, view.currency, view.interval
    )
    return said(RevenueVsCostShape.model_validate(found))


@router.get("/features", response_model=Many[CostShape])
async def features(view: Viewing) -> Said:
    """How much each feature is used and what that costs, the dearest first."""
    found = await view.staff.services.cost_reports.by(view.staff.by, "feature", view.period, view.currency)
    return said(Many[CostShape](data=[CostShape.model_validate(one) for one in found]))


@router.get("/models", response_model=Many[CostShape])
async def models(view: Viewing) -> Said:
    """How much each model is called and what that costs, the dearest first."""
    found = await view.staff.services.cost_reports.by(view.staff.by, "model", view.period, view.currency)
    return said(Many[CostShape](data=[CostShape.model_validate(one) for one in found]))


@router.get("/margins", response_model=MarginsShape)
async def margins(
    view: Viewing, by: Annotated[By, Query(description="What a row is; `item`: plans, packs and unlocks.")] = "item"
) -> Said:
    """What each plan, pack, unlock, feature, model, customer or day earned and cost, the worst first."""
    found = await view.staff.services.reports.margins(view.staff.by, by, view.period, view.currency, limit=view.limit)
    return said(MarginsShape.model_validate(found))


@router.get("/expected-margins", response_model=Many[ExpectedShape])
async def expected_margins(view: Viewing) -> Said:
    """What everything on the price list should earn at its dearest use, beside what it did earn."""
    found = await view.staff.services.expected.expected_margins(view.staff.by, view.period, view.currency)
    return said(Many[ExpectedShape](data=[expected_shape(one) for one in found]))


@router.get("/spread", response_model=SpreadShape)
async def spread(view: Viewing) -> Said:
    """How cost is spread over customers: p50, p90, p99, and the share of the dearest tenth."""
    found = await view.staff.services.expected.spread(view.staff.by, view.period, view.currency)
    return said(SpreadShape.model_validate(found))


@router.get("/customer-costs", response_model=Many[CustomerCostShape])
async def customer_costs(view: Viewing) -> Said:
    """The dearest customers of the period."""
    found = await view.staff.services.cost_reports.customers(
        view.staff.by, view.period, view.currency, limit=view.limit
    )
    return said(Many[CustomerCostShape](data=[CustomerCostShape.model_validate(one) for one in found]))


@router.get("/customer-cost", response_model=CustomerCostsShape)
async def customer_cost(
    view: Viewing,
    customer: Annotated[str | None, Query(max_length=200, description="Your own id of the customer.")] = None,
    customer_id: Annotated[int | None, Query(ge=1, le=2**53, description="Or ours.")] = None,
) -> Said:
    """What one customer costs by day, and what they earn."""
    if (customer is None) == (customer_id is None):
        raise InvalidInput("Send either `customer` or `customer_id`.", field="customer")
    services = view.staff.services
    number = await services.host_customers.need(customer) if customer is not None else customer_id or 0
    found = await services.cost_reports.customer(view.staff.by, number, view.period, view.currency)
    return said(CustomerCostsShape.model_validate(found))


@router.get("/database", response_model=DatabaseShape)
async def database(staff: Asking) -> Said:
    """Size, connections, the largest tables, what the queue and the sums are behind."""
    return said(DatabaseShape.model_validate(await staff.services.database_reports.health(staff.by)))


def expected_shape(one: Beside) -> ExpectedShape:
    """A price of the catalogue beside what was earned by it."""
    expected, actual = one.expected, one.actual
    return ExpectedShape(
        kind=expected.kind,
        code=expected.code,
        period=expected.period,
        name=expected.name,
        price_minor=expected.price.minor,
        currency=expected.price.currency,
        cost=expected.cost,
        fee_minor=expected.fee.minor if expected.fee else None,
        before_fees=expected.before_fees,
        after_fees=expected.after_fees,
        made_of=list(expected.made_of),
        reason=expected.reason,
        actual_percent=actual.gross_percent if actual else None,
        actual_revenue_minor=actual.revenue_minor if actual else None,
    )
