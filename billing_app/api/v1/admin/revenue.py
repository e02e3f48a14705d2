"""What the business earns and owes: the overview, and the three columns that are never one "revenue"."""

from typing import Annotated

from fastapi import APIRouter, Query

from billing_app import clock
from billing_app.api.conventions.answers import Many, Said, said
from billing_app.api.v1.admin.asking import Viewing
from billing_app.api.v1.admin.gate import StaffRoute
from billing_app.api.v1.admin.revenue_shapes import (
    AgeingShape,
    BookedShape,
    CashShape,
    LiabilityShape,
    RecognisedShape,
    RollForwardShape,
)
from billing_app.api.v1.admin.shapes import AttentionShape, OverviewShape

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StaffRoute)


@router.get("/overview", response_model=OverviewShape)
async def overview(
    view: Viewing, compare: Annotated[bool, Query(description="With the period before.")] = True
) -> Said:
    """Six figures with what they mean, revenue against cost over time, and what needs attention."""
    found = await view.staff.services.overview.overview(
        view.staff.by, view.period, view.currency, view.interval, compare=compare
    )
    return said(OverviewShape.model_validate(found))


@router.get("/attention", response_model=Many[AttentionShape])
async def attention(view: Viewing) -> Said:
    """What somebody should look at, the worst first; an empty list is good news."""
    found = await view.staff.services.overview.attention(view.staff.by, view.period, view.currency)
    return said(Many[AttentionShape](data=[AttentionShape.model_validate(one) for one in found]))


@router.get("/bookings", response_model=Many[BookedShape])
async def bookings(view: Viewing) -> Said:
    """What was sold, by part of the period and item, net of tax and discount."""
    found = await view.staff.services.reports.bookings(view.staff.by, view.period, view.currency, view.interval)
    return said(Many[BookedShape](data=[BookedShape.model_validate(one) for one in found]))


@router.get("/cash", response_model=Many[CashShape])
async def cash(view: Viewing) -> Said:
    """What came in and went out, by part of the period: payments, refunds, disputes, fees."""
    found = await view.staff.services.reports.cash(view.staff.by, view.period, view.currency, view.interval)
    return said(Many[CashShape](data=[CashShape.model_validate(one) for one in found]))


@router.get("/recognised", response_model=Many[RecognisedShape])
async def recognised(view: Viewing) -> Said:
    """What was earned, by part of the period and item: credits as they are used or expire, plan time by day."""
    found = await view.staff.services.reports.recognised(view.staff.by, view.period, view.currency, view.interval)
    return said(Many[RecognisedShape](data=[RecognisedShape.model_validate(one) for one in found]))


@router.get("/liability", response_model=LiabilityShape)
async def liability(view: Viewing) -> Said:
    """What customers have paid for and not had yet, at the end of the period's last day; today: now."""
    at = view.period.last if view.period.last < clock.now().date() else None
    found = await view.staff.services.reports.liability(view.staff.by, at, view.currency)
    return said(LiabilityShape.model_validate(found))


@router.get("/roll-forward", response_model=RollForwardShape)
async def roll_forward(view: Viewing) -> Said:
    """The liability month by month: opening + sold - earned - expired - ended - refunded = closing."""
    found = await view.staff.services.reports.roll_forward(view.staff.by, view.period, view.currency)
    return said(RollForwardShape.model_validate(found))


@router.get("/ageing", response_model=Many[AgeingShape])
async def ageing(view: Viewing) -> Said:
    """Paid credits left now, by the month in which they expire."""
    found = await view.staff.services.reports.ageing(view.staff.by, view.currency)
    return said(Many[AgeingShape](data=[AgeingShape.model_validate(one) for one in found]))
