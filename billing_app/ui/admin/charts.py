"""Charts: quiet, in our colours, each with the table of the same figures and a sentence on what it shows (DB26).

Import this module only in pages that draw charts: it brings the drawing library into theirs, and into no other page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex.vars.function import ArgsFunctionOperation

from billing_app.ui.admin.parts import Column, data_table

_HEIGHT_PX = 236
_TICK = {"fontSize": 12, "fill": "var(--ink-3)"}
# Above the plot, apart from the figures below it: what the pointer, or the arrow keys, rest on.
_BOX = {
    "background": "var(--raised)",
    "border": "1px solid var(--line)",
    "borderRadius": "10px",
    "boxShadow": "var(--float)",
    "padding": "8px 12px",
    "fontSize": "13px",
    "fontVariantNumeric": "tabular-nums",
}
_TEXT_OF_ROW = rx.Var("((value, name, item) => [item?.payload?.[`${item?.dataKey}_text`] ?? value, name])")


@dataclass(frozen=True)
class Series:
    """One line or one kind of column. Rows carry `key` as a whole number to draw and `{key}_text` to read.

    `dashed` and `dotted` tell lines apart where colours do not.
    """

    key: str
    name: str
    colour: Literal["c1", "c2", "c3", "c4"]
    dashed: bool = False
    dotted: bool = False

    @property
    def strokes(self) -> str:
        """The line's pattern: full, dashed or dotted."""
        return "6 4" if self.dashed else "1 4" if self.dotted else "0"


def chart_card(
    title: str,
    plot: rx.Component,
    table: rx.Component,
    *,
    name: str,
    summary: Any,
    legend: Sequence[Series] = (),
    aside: Any = None,
) -> rx.Component:
    """A chart with its sentence, and a switch to its table. `name` is the switch's own, once a page."""
    return rx.el.section(
        rx.el.header(
            rx.el.h2(title, class_name="text-h2"),
            rx.el.span(class_name="flex-1"),
            aside,
            _switch(title, name),
            class_name="flex min-h-[3.125rem] flex-wrap items-center gap-2.5 border-b border-line px-[18px] py-2.5",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.p(summary, class_name="min-w-0 flex-1 basis-[260px] text-small text-ink-2", id=f"{name}-says"),
                _legend(legend) if legend else None,
                class_name="flex flex-wrap items-baseline gap-x-6 gap-y-1 px-[18px] pt-3",
            ),
            rx.el.div(plot, class_name="px-2 pt-3 pb-3 sm:px-3"),
            class_name="group-has-[[value=table]:checked]/chart:hidden",
        ),
        rx.el.div(
            table,
            # As high as the chart it stands for.
            class_name=("hidden group-has-[[value=table]:checked]/chart:block [&_[role=region]]:max-h-[344px]"),
        ),
        class_name="group/chart min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-lift",
        custom_attrs={"data-chart": name},
    )


def _switch(title: str, name: str) -> rx.Component:
    """Chart or table, decided in the browser: nothing is asked of the server."""
    options = (("chart", "Chart"), ("table", "Table"))
    return rx.el.fieldset(
        rx.el.legend(f"{title}: shown as", class_name="sr-only"),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name=f"{name}-as",
                        value=value,
                        default_checked=value == "chart",
                        class_name="peer sr-only",
                    ),
                    rx.el.span(
                        label,
                        class_name=(
                            "flex h-6 items-center rounded-[6px] px-2 text-tiny font-[530] text-ink-2 "
                            "peer-checked:bg-raised peer-checked:text-ink peer-checked:shadow-lift hover:text-ink "
                            "peer-focus-visible:outline-2 peer-focus-visible:outline-accent"
                        ),
                    ),
                    class_name="cursor-pointer",
                )
                for value, label in options
            ],
            class_name="flex rounded-control border border-line bg-sunken p-px",
        ),
    )


def _legend(series: Sequence[Series]) -> rx.Component:
    return rx.el.ul(
        *[
            rx.el.li(
                rx.el.svg(
                    rx.el.svg.line(
                        x1="0",
                        y1="5",
                        x2="18",
                        y2="5",
                        stroke=f"var(--{one.colour})",
                        stroke_width="2.5",
                        stroke_dasharray=one.strokes,
                        stroke_linecap="round" if one.dotted else "butt",
                    ),
                    view_box="0 0 18 10",
                    width="18",
                    height="10",
                    custom_attrs={"aria-hidden": "true"},
                ),
                one.name,
                class_name="flex items-center gap-1.5",
            )
            for one in series
        ],
        class_name="flex flex-wrap gap-x-3.5 gap-y-1 text-tiny text-ink-2",
    )


def lines(rows: Any, series: Sequence[Series], *, ticks: Any, labels: Any, name: str, title: str) -> rx.Component:
    """Series over time; the first stands on a soft ground. `ticks` and `labels` come from `scales.money_ticks`."""
    drawn: list[Any] = [
        rx.recharts.area(
            data_key=one.key,
            name=one.name,
            type_="monotone",
            stroke=f"var(--{one.colour})",
            stroke_width=2,
            fill=f"var(--{one.colour})" if number == 0 else "none",
            dot=False,
            is_animation_active=False,
            custom_attrs={"fillOpacity": 0.08} | ({"strokeDasharray": one.strokes} if one.strokes != "0" else {}),
        )
        for number, one in enumerate(series)
    ]
    return rx.recharts.area_chart(
        *_ground(ticks, labels),
        *drawn,
        data=rows,
        margin=_MARGIN,
        height=_HEIGHT_PX,
        custom_attrs=_described(name, title),
    )


def steps(rows: Any, *, ticks: Any, labels: Any, name: str, title: str) -> rx.Component:
    """From a beginning by ups and downs to an end: each row draws `span` (from, to) in its `fill`."""
    column = rx.recharts.bar(
        rx.recharts.label_list(
            data_key="span_text", position="top", custom_attrs={"style": {"fontSize": 12, "fill": "var(--ink-2)"}}
        ),
        data_key="span",
        name="MRR",
        is_animation_active=False,
        max_bar_size=56,
        radius=3,
    )
    return rx.recharts.bar_chart(
        *_ground(ticks, labels, every=True),
        column,
        data=rows,
        margin=_MARGIN,
        height=_HEIGHT_PX,
        custom_attrs=_described(name, title),
    )


_MARGIN = {"top": 8, "right": 8, "left": 0, "bottom": 0}


def _described(name: str, title: str) -> dict[str, Any]:
    """The drawing as one stop of the keyboard: its name, its sentence, and its points by arrow keys."""
    label = f"{title}: the arrow keys read point by point"
    return {"accessibilityLayer": True, "aria-label": label, "aria-describedby": f"{name}-says"}


def _ground(ticks: Any, labels: Any, *, every: bool = False) -> list[Any]:
    """Grid, axes and the box with the figures."""
    value = rx.Var("value").to(str)
    return [
        rx.recharts.cartesian_grid(vertical=False, stroke="var(--line)"),
        rx.recharts.x_axis(
            data_key="at",
            tick_line=False,
            axis_line=False,
            min_tick_gap=28,
            interval=0 if every else "preserveEnd",
            custom_attrs={"tick": _TICK},
        ),
        rx.recharts.y_axis(
            ticks=ticks,
            domain=[ticks[0], ticks[ticks.length() - 1]],
            tick_formatter=ArgsFunctionOperation.create(("value",), labels[value]),
            tick_line=False,
            axis_line=False,
            width=52,
            custom_attrs={"tick": _TICK, "niceTicks": "none"},
        ),
        rx.recharts.graphing_tooltip(
            content_style=_BOX,
            label_style={"color": "var(--ink-3)", "fontSize": "12px"},
            item_style={"color": "var(--ink)", "padding": "1px 0"},
            cursor={"stroke": "var(--line-strong)", "fill": "var(--sunken)", "strokeWidth": 1},
            separator="  ",
            is_animation_active=False,
            custom_attrs={"formatter": _TEXT_OF_ROW, "itemSorter": rx.Var("(() => 0)")},
        ),
    ]


def figures_table(columns: Sequence[tuple[str, str | rx.Var]], rows: Any, caption: str) -> rx.Component:
    """The chart's twin: `columns` are (key, heading) of the same rows; the first names the row."""
    first, *others = columns
    return data_table(
        [
            Column(first[1], lambda row: row[first[0]]),
            *[Column(heading, lambda row, key=key: row[f"{key}_text"], "number") for key, heading in others],
        ],
        rows,
        caption,
        tall=True,
    )
