"""The State of `/admin`."""

from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.admin.parts import Tile
from billing_app.ui.admin.period import PeriodState, chosen
from billing_app.ui.admin.words import tile_of
from billing_app.ui.format import day, moment
from billing_app.ui.pages.admin.margins.rows import MarginRow, at_list_price, margin_row
from billing_app.ui.pages.admin.overview.rows import AttentionRow, attention_row, drawn
from billing_app.ui.session import staff_of

WORST = 8
# Short enough for a tile.
_NAMES = {"recognised": "Recognised", "llm_cost": "Cost of goods"}
# Where the rows behind a tile are.
_ROWS = {
    "mrr": "/admin/plans",
    "cash_in": "/admin/money",
    "recognised": "/admin/money",
    "llm_cost": "/admin/margins?by=model",
    "margin_percent": "/admin/margins?by=item",
    "liability": "/admin/money",
}


class OverviewState(rx.State):
    """The figures of the chosen days."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    tiles: rx.Field[list[Tile]] = rx.field(default_factory=list)
    points: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    ticks: rx.Field[list[int]] = rx.field(default_factory=lambda: [0, 1])
    labels: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    summary: rx.Field[str] = rx.field("")
    compared: rx.Field[str] = rx.field("")
    attention: rx.Field[list[AttentionRow]] = rx.field(default_factory=list)
    worst: rx.Field[list[MarginRow]] = rx.field(default_factory=list)
    as_of: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the figures."""
        self.error = ""
        try:
            me = await staff_of(self)
            shown = await chosen(self, me)
            services = current()
            found = await services.overview.overview(
                me, shown.period, shown.currency, shown.interval, compare=shown.compare
            )
            beside = await services.expected.beside(me, found.margins)
        except DomainError as error:
            self.error = error.detail
            return
        period = await self.get_state(PeriodState)
        self.tiles = [
            tile_of(
                one,
                name=_NAMES.get(one.key, ""),
                csv=f"/api/v1/admin/exports/{one.key}.csv?{period.export}",
                rows=_with(_ROWS.get(one.key, ""), period.query),
            )
            for one in found.tiles
        ]
        foreign = any(one.key == "margin_percent" and one.value is None for one in found.tiles)
        chart = drawn(found.series, found.before, shown.interval, shown.currency, foreign=foreign)
        self.points, self.ticks, self.labels, self.summary = chart.rows, chart.ticks, chart.labels, chart.summary
        self.compared = f"{day(found.compared.first)} to {day(found.compared.last)}" if found.compared else ""
        self.attention = [attention_row(one) for one in found.attention]
        at_list = at_list_price(beside)
        self.worst = [margin_row(one, shown.currency, by="item", at_list=at_list) for one in found.margins.rows[:WORST]]
        self.as_of = moment(found.computed_at)
        self.loaded = True


def _with(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}" if path else ""
