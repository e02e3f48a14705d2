"""Every report as a table: the very rows that its endpoint answers, so that a CSV's total is the page's and the API's.

A table's columns are its shape's members, in their order, whether or not there are rows; the currency is among them.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from billing_app import clock
from billing_app.api.v1.admin.asking import View
from billing_app.api.v1.admin.cost_shapes import CostShape, CustomerCostShape, DaySpentShape, ExpectedShape, MarginShape
from billing_app.api.v1.admin.costs import expected_shape
from billing_app.api.v1.admin.recurring_shapes import (
    MovementShape,
    PlanNowShape,
    PlanPartShape,
    ReasonShape,
    StepShape,
    WallShape,
)
from billing_app.api.v1.admin.revenue_shapes import (
    AgeingShape,
    BookedShape,
    CashShape,
    OwedShape,
    RecognisedShape,
    RolledShape,
)
from billing_app.api.v1.admin.shapes import AttentionShape, FigureShape, PointShape, Told
from billing_app.errors import InvalidInput
from billing_app.reports.views import By

Rows = Iterable[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A report's rows: their shape, and how they are read. `by` is what a margin is by."""

    shape: type[Told]
    read: Callable[[View, str], Awaitable[Rows]]


class MoneyShape(Told):
    """One of the three columns in a part of the period, as one amount."""

    first: str
    column: Literal["bookings", "cash", "recognised"]
    kind: str
    code: str
    name: str
    amount_minor: int


async def _money(view: View, _: str) -> Rows:
    reports, of = view.staff.services.reports, (view.staff.by, view.period, view.currency, view.interval)
    rows: list[MoneyShape] = []
    for one in await reports.bookings(*of):
        rows.append(_line(one.first, "bookings", one.item, one.net_minor))
    for one in await reports.cash(*of):
        kept = one.captured_minor - one.refunded_minor - one.disputed_minor
        rows.append(MoneyShape(first=str(one.first), column="cash", kind="", code="", name="", amount_minor=kept))
    for one in await reports.recognised(*of):
        rows.append(_line(one.first, "recognised", one.item, one.total_minor))
    return rows


def _line(first: Any, column: Any, item: Any, amount: int) -> MoneyShape:
    return MoneyShape(
        first=str(first), column=column, kind=item.kind, code=item.code, name=item.name, amount_minor=amount
    )


async def _bookings(view: View, _: str) -> Rows:
    return await view.staff.services.reports.bookings(view.staff.by, view.period, view.currency, view.interval)


async def _cash(view: View, _: str) -> Rows:
    return await view.staff.services.reports.cash(view.staff.by, view.period, view.currency, view.interval)


async def _recognised(view: View, _: str) -> Rows:
    return await view.staff.services.reports.recognised(view.staff.by, view.period, view.currency, view.interval)


async def _liability(view: View, _: str) -> Rows:
    at = view.period.last if view.period.last < clock.now().date() else None
    return (await view.staff.services.reports.liability(view.staff.by, at, view.currency)).of_each


async def _roll_forward(view: View, _: str) -> Rows:
    return (await view.staff.services.reports.roll_forward(view.staff.by, view.period, view.currency)).months


async def _ageing(view: View, _: str) -> Rows:
    return await view.staff.services.reports.ageing(view.staff.by, view.currency)


async def _margins(view: View, by: str) -> Rows:
    if by not in get_args(By):
        raise InvalidInput(f"Margins are by one of: {', '.join(get_args(By))}.", field="by")
    return (
        await view.staff.services.reports.margins(
            view.staff.by, cast("By", by), view.period, view.currency, limit=1_000
        )
    ).rows


async def _overview(view: View, _: str) -> Rows:
    found = await view.staff.services.overview.overview(view.staff.by, view.period, view.currency, view.interval)
    return found.tiles


async def _points(view: View, _: str) -> Rows:
    overview = view.staff.services.overview
    points, _foreign = await overview.revenue_and_cost(view.staff.by, view.period, view.currency, view.interval)
    return points


async def _attention(view: View, _: str) -> Rows:
    return await view.staff.services.overview.attention(view.staff.by, view.period, view.currency)


async def _recurring(view: View, _: str) -> Rows:
    return (await view.staff.services.recurring.recurring(view.staff.by, view.period, view.currency)).figures


async def _movements(view: View, _: str) -> Rows:
    found = await view.staff.services.recurring.movements(view.staff.by, view.period, view.currency, view.interval)
    return found.parts


async def _plans(view: View, _: str) -> Rows:
    found = await view.staff.services.recurring.distribution(view.staff.by, view.period, view.currency, view.interval)
    return found.now


async def _plan_history(view: View, _: str) -> Rows:
    found = await view.staff.services.recurring.distribution(view.staff.by, view.period, view.currency, view.interval)
    return found.parts


async def _funnel(view: View, _: str) -> Rows:
    found = await view.staff.services.funnel_reports.funnel(view.staff.by, view.period, view.interval)
    return (*found.purchases, *found.walls)


async def _walls(view: View, _: str) -> Rows:
    return (await view.staff.services.funnel_reports.funnel(view.staff.by, view.period, view.interval)).by_feature


async def _cancellations(view: View, _: str) -> Rows:
    return (await view.staff.services.funnel_reports.funnel(view.staff.by, view.period, view.interval)).reasons


async def _features(view: View, _: str) -> Rows:
    return await view.staff.services.cost_reports.by(view.staff.by, "feature", view.period, view.currency)


async def _models(view: View, _: str) -> Rows:
    return await view.staff.services.cost_reports.by(view.staff.by, "model", view.period, view.currency)


async def _costs(view: View, _: str) -> Rows:
    return await view.staff.services.cost_reports.log(view.staff.by, view.period, view.currency)


async def _customers(view: View, _: str) -> Rows:
    return await view.staff.services.cost_reports.customers(view.staff.by, view.period, view.currency, limit=1_000)


async def _expected(view: View, _: str) -> Rows:
    found = await view.staff.services.expected.expected_margins(view.staff.by, view.period, view.currency)
    return [expected_shape(one) for one in found]


async def _spread(view: View, _: str) -> Rows:
    return (await view.staff.services.expected.spread(view.staff.by, view.period, view.currency)).figures


TABLES: dict[str, Table] = {
    "overview": Table(FigureShape, _overview),
    "revenue-vs-cost": Table(PointShape, _points),
    "attention": Table(AttentionShape, _attention),
    "money": Table(MoneyShape, _money),
    "bookings": Table(BookedShape, _bookings),
    "cash": Table(CashShape, _cash),
    "recognised": Table(RecognisedShape, _recognised),
    "liability": Table(OwedShape, _liability),
    "roll-forward": Table(RolledShape, _roll_forward),
    "ageing": Table(AgeingShape, _ageing),
    "margins": Table(MarginShape, _margins),
    "expected-margins": Table(ExpectedShape, _expected),
    "spread": Table(FigureShape, _spread),
    "recurring": Table(FigureShape, _recurring),
    "movements": Table(MovementShape, _movements),
    "plans": Table(PlanNowShape, _plans),
    "plan-history": Table(PlanPartShape, _plan_history),
    "funnel": Table(StepShape, _funnel),
    "walls": Table(WallShape, _walls),
    "cancellations": Table(ReasonShape, _cancellations),
    "features": Table(CostShape, _features),
    "models": Table(CostShape, _models),
    "costs": Table(DaySpentShape, _costs),
    "customer-costs": Table(CustomerCostShape, _customers),
    # What the tiles of the overview are made of, by the tiles' names.
    "mrr": Table(MovementShape, _movements),
    "cash_in": Table(CashShape, _cash),
    "llm_cost": Table(DaySpentShape, _costs),
    "margin_percent": Table(PointShape, _points),
}
