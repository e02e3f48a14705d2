"""Recurring revenue, customers by plan, the funnel."""

from fastapi import APIRouter

from billing_app.api.conventions.answers import Said, said
from billing_app.api.v1.admin.asking import Viewing
from billing_app.api.v1.admin.gate import StaffRoute
from billing_app.api.v1.admin.recurring_shapes import DistributionShape, FunnelShape, MovementsShape, RecurringShape
from billing_app.reports.period import previous

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StaffRoute)


@router.get("/recurring", response_model=RecurringShape)
async def recurring(view: Viewing) -> Said:
    """MRR, ARR, logo churn, net revenue retention, ARPU and LTV at the period's end, with what each means."""
    found = await view.staff.services.recurring.recurring(
        view.staff.by, view.period, view.currency, compare=previous(view.period)
    )
    return said(RecurringShape.model_validate(found))


@router.get("/movements", response_model=MovementsShape)
async def movements(view: Viewing) -> Said:
    """start + new + expansion + reactivation - contraction - churn = end, for each part of the period."""
    found = await view.staff.services.recurring.movements(view.staff.by, view.period, view.currency, view.interval)
    return said(MovementsShape.model_validate(found))


@router.get("/plans", response_model=DistributionShape)
async def plans(view: Viewing) -> Said:
    """Customers by plan: all of them now, and those who paid over time."""
    found = await view.staff.services.recurring.distribution(view.staff.by, view.period, view.currency, view.interval)
    return said(DistributionShape.model_validate(found))


@router.get("/funnel", response_model=FunnelShape)
async def funnel(view: Viewing) -> Said:
    """From seeing the prices to the first use; what came of walls; why people cancel. All currencies."""
    found = await view.staff.services.funnel_reports.funnel(view.staff.by, view.period, view.interval)
    return said(FunnelShape.model_validate(found))
