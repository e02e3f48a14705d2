"""Credits used per day, stacked by feature, as chart or table, and how long they last at this pace (DB6, DB19)."""

from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.credits.pace import WINDOWS, Stock, pace
from billing_app.credits.views import Balance
from billing_app.errors import DomainError
from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.surfaces import CELL, NUMBER, card, table
from billing_app.ui.pages.dashboard.parts import chips
from billing_app.ui.pages.dashboard.use_view import DayBar, Key, day_bars, legend, pace_words
from billing_app.ui.session import customer_of

RANGES = (7, 30, 90)
_EXPORT = "/api/v1/exports/usage.csv?days="


class UseState(rx.State):
    """Use of the last days."""

    days: rx.Field[int] = rx.field(30)
    bars: rx.Field[list[DayBar]] = rx.field(default_factory=list)
    keys: rx.Field[list[Key]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    as_table: rx.Field[bool] = rx.field(False)
    pace: rx.Field[str] = rx.field("")
    pace_basis: rx.Field[str] = rx.field("")
    export: rx.Field[str] = rx.field(f"{_EXPORT}30")

    async def _refresh(self, customer_id: int, balance: Balance, resets_at: Any = None) -> None:
        """Read it afresh. The caller has authorised itself for this customer."""
        catalog = await current().catalog.current()
        use = await current().credits.use_by_day(customer_id, days=RANGES[-1] + 1)
        shown, names = use[-self.days :], {feature.code: feature.name for feature in catalog.features}
        self.keys = legend(shown, names)
        self.bars = day_bars(shown, names, self.keys)
        self.total = brand().credit.of(sum(one.credits for one in shown))
        self.export = f"{_EXPORT}{self.days}"
        next_event = balance.next_event
        if resets_at is None and next_event is not None and next_event.kind == "resets":
            resets_at = next_event.at
        found = pace(
            [one.credits for one in use[:-1]],
            [Stock(lot.remaining - lot.held, lot.expires_at) for lot in balance.lots if lot.burns is not None],
            clock.now(),
            window=WINDOWS[0] if self.days == RANGES[0] else WINDOWS[1],
            resets_at=resets_at,
        )
        self.pace, self.pace_basis = pace_words(found, brand().credit)

    @rx.event
    async def choose_days(self, days: int) -> None:
        """Look back 7, 30 or 90 days."""
        if days not in RANGES:
            return
        self.days = days
        try:
            customer_id = await customer_of(self)
            await self._refresh(customer_id, await current().credits.balance(customer_id))
        except DomainError:
            return

    @rx.event
    def toggle_table(self) -> None:
        """Show the chart as a table, or the table as a chart."""
        self.as_table = not self.as_table


def use() -> rx.Component:
    """The card."""
    return card(
        rx.cond(UseState.as_table, _as_table(), _chart()),
        rx.el.div(
            rx.el.ul(
                rx.foreach(
                    UseState.keys,
                    lambda key: rx.el.li(
                        rx.el.span(
                            class_name="mr-1.5 inline-block h-2 w-2 rounded-[3px]", style={"background": key.colour}
                        ),
                        key.label,
                        " ",
                        key.credits,
                    ),
                ),
                class_name="flex flex-wrap gap-x-3.5 gap-y-1 text-ink-2",
            ),
            rx.el.p(
                rx.el.b(UseState.total, class_name="font-[560] text-ink"),
                " in ",
                UseState.days,
                " days, in UTC.",
                class_name="text-ink-3",
            ),
            class_name="flex flex-wrap justify-between gap-x-4 gap-y-1 px-[18px] pt-2.5 pb-3.5 text-tiny tabular-nums",
        ),
        rx.cond(
            UseState.pace != "",
            rx.el.p(
                UseState.pace,
                rx.cond(
                    UseState.pace_basis != "",
                    rx.el.span(" ", UseState.pace_basis, class_name="text-ink-3"),
                    None,
                ),
                class_name="border-t border-line px-[18px] py-3 text-small text-ink-2 tabular-nums",
                id="pace",
            ),
            None,
        ),
        title="Use",
        aside=rx.fragment(
            chips(
                "Days shown",
                [(str(days), f"{days} d", f"{days} days", days) for days in RANGES],
                UseState.days,
                UseState.choose_days,
            ),
            button(
                rx.cond(UseState.as_table, "Chart", "Table"),
                kind="quiet",
                size="s",
                on_click=UseState.toggle_table,
            ),
            link_button(
                "CSV",
                rx.el.span(" of the use shown", class_name="sr-only"),
                href=UseState.export,
                reload_document=True,
                download="usage.csv",
                kind="quiet",
                size="s",
            ),
        ),
        flush=True,
    )


def _chart() -> rx.Component:
    return rx.el.div(
        rx.foreach(
            UseState.bars,
            lambda bar: rx.el.span(
                rx.foreach(
                    bar.parts,
                    lambda part: rx.el.span(
                        class_name="block w-full rounded-[3px]",
                        style={"height": part.height, "background": part.colour},
                    ),
                ),
                class_name="flex h-full min-w-0 flex-1 flex-col-reverse gap-px",
                title=bar.spoken,
            ),
        ),
        class_name=rx.cond(
            UseState.days > 30,
            "flex h-[132px] items-end gap-px px-[18px] pt-[18px]",
            "flex h-[132px] items-end gap-[3px] px-[18px] pt-[18px] sm:gap-[5px]",
        ),
        role="img",
        custom_attrs={"aria-label": f"{brand().credit.many.capitalize()} used per day, by feature; also as a table."},
    )


def _as_table() -> rx.Component:
    rows = rx.foreach(
        UseState.bars,
        lambda bar: rx.el.tr(
            rx.el.th(bar.day, scope="row", class_name=CELL + "text-left font-normal whitespace-nowrap"),
            rx.el.td(bar.split, class_name=CELL + "w-full text-small text-ink-2"),
            rx.el.td(bar.credits, class_name=CELL + NUMBER),
            class_name="group",
        ),
    )
    columns = [("Day (UTC)", ""), ("For", ""), (brand().credit.many.capitalize(), "number")]
    return rx.el.div(table("Use per day", columns, rx.el.tbody(rows)), class_name="max-h-[260px] overflow-y-auto")
