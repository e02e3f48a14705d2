"""The State of `/admin/plans`."""

from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.admin.parts import Tile
from billing_app.ui.admin.period import PeriodState, chosen
from billing_app.ui.admin.words import tile_of
from billing_app.ui.format import moment, number
from billing_app.ui.pages.admin.plans.rows import (
    NO_MOVEMENT,
    MovementRow,
    PartRow,
    PlanRow,
    movement_row,
    part_rows,
    plan_rows,
    walk,
)
from billing_app.ui.session import staff_of

# Short enough for a tile.
_NAMES = {"arr": "ARR, run rate", "paying": "Paying", "logo_churn": "Churn", "nrr": "NRR"}


class PlansState(rx.State):
    """Recurring revenue of the chosen days, and who is on which plan."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    tiles: rx.Field[list[Tile]] = rx.field(default_factory=list)
    recurs: rx.Field[bool] = rx.field(False)
    columns: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    ticks: rx.Field[list[int]] = rx.field(default_factory=lambda: [0, 1])
    labels: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    summary: rx.Field[str] = rx.field("")
    movements: rx.Field[list[MovementRow]] = rx.field(default_factory=list)
    total: rx.Field[MovementRow] = rx.field(default_factory=lambda: NO_MOVEMENT)
    plans: rx.Field[list[PlanRow]] = rx.field(default_factory=list)
    over_time: rx.Field[list[PartRow]] = rx.field(default_factory=list)
    customers: rx.Field[str] = rx.field("")
    as_of: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read it all."""
        self.error = ""
        try:
            me = await staff_of(self)
            shown = await chosen(self, me)
            reports = current().recurring
            recurring = await reports.recurring(me, shown.period, shown.currency)
            moved = await reports.movements(me, shown.period, shown.currency, shown.interval)
            spread = await reports.distribution(me, shown.period, shown.currency, shown.interval)
        except DomainError as error:
            self.error = error.detail
            return
        export = (await self.get_state(PeriodState)).export
        self.tiles = [
            tile_of(one, name=_NAMES.get(one.key, ""), csv=f"/api/v1/admin/exports/recurring.csv?{export}")
            for one in recurring.figures
        ]
        drawn = walk(moved)
        self.recurs = any(row["span"] != [0, 0] for row in drawn.rows)
        self.columns, self.ticks, self.labels, self.summary = drawn.rows, drawn.ticks, drawn.labels, drawn.summary
        self.movements = [movement_row(one, shown.interval, shown.currency) for one in moved.parts]
        self.total = movement_row(moved.total, shown.interval, shown.currency, name="Whole period")
        self.plans, self.over_time = plan_rows(spread), part_rows(spread, shown.interval)
        self.customers = number(spread.customers)
        self.as_of = moment(spread.computed_at)
        self.loaded = True
