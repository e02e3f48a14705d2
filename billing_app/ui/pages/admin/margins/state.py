"""The States of `/admin/margins`: what earns and what loses, by whatever one asks."""

from typing import cast, get_args

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.reports.views import By
from billing_app.ui.admin.parts import Tile
from billing_app.ui.admin.period import PeriodState, chosen
from billing_app.ui.admin.words import computed, tile_of
from billing_app.ui.format import number
from billing_app.ui.pages.admin.margins.rows import (
    BY,
    NO_ROW,
    ListRow,
    MarginRow,
    at_list_price,
    list_row,
    margin_row,
    total_row,
)
from billing_app.ui.session import staff_of

SHOWN = 100
_PRICED = frozenset({"item", "plan", "pack", "unlock"})


class MarginsState(rx.State):
    """The rows of one dimension, and the price list beside them."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    by: rx.Field[str] = rx.field("item")
    by_name: rx.Field[str] = rx.field("Everything sold")
    priced: rx.Field[bool] = rx.field(True)
    noun: rx.Field[str] = rx.field("Item")
    rows: rx.Field[list[MarginRow]] = rx.field(default_factory=list)
    total: rx.Field[MarginRow] = rx.field(default_factory=lambda: NO_ROW)
    losing: rx.Field[str] = rx.field("")
    left_out: rx.Field[str] = rx.field("")
    as_of: rx.Field[str] = rx.field("")
    price_list: rx.Field[list[ListRow]] = rx.field(default_factory=list)
    spread: rx.Field[list[Tile]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Read the margins of the chosen days by what the address asks for."""
        self.error = ""
        try:
            me = await staff_of(self)
            shown = await chosen(self, me)
            by = self.router.url.query_parameters.get("by", "item")
            if by not in get_args(By):
                raise InvalidInput(
                    "Margins are by item, plan, pack, unlock, feature, model, customer or day.", field="by"
                )
            dimension = cast("By", by)
            services = current()
            beside = await services.expected.expected_margins(me, shown.period, shown.currency)
            found = await services.reports.margins(me, dimension, shown.period, shown.currency, limit=SHOWN)
            spread = await services.expected.spread(me, shown.period, shown.currency)
        except DomainError as error:
            self.error, self.rows = error.detail, []
            return
        query = (await self.get_state(PeriodState)).query
        at_list = at_list_price(beside)
        self.by, self.by_name, self.noun = next(one for one in BY if one[0] == by)
        self.priced = by in _PRICED
        self.rows = [margin_row(one, shown.currency, by=by, query=query, at_list=at_list) for one in found.rows]
        self.total = total_row(found.total, shown.currency)
        losing = sum(row.loses for row in self.rows)
        self.losing = _losing(losing, by) if losing else ""
        self.left_out = f"{number(found.left_out)} more are in the CSV." if found.left_out else ""
        self.as_of = computed(found.computed_at)
        self.price_list = [list_row(one) for one in beside]
        self.spread = [tile_of(one) for one in spread.figures]
        self.loaded = True


def _losing(count: int, by: str) -> str:
    one = {"item": "offer", "customer": "customer", "day": "day"}.get(by, by)
    return f"{number(count)} {one if count == 1 else f'{one}s'} cost more than {'it' if count == 1 else 'they'} earned"
