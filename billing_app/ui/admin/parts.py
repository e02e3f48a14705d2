"""What staff pages are built from. Pages compose these and state no look of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

from billing_app.ui.admin.choosing import choices, chooser
from billing_app.ui.admin.period import period_bar
from billing_app.ui.components.buttons import button, link_button, look
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import badge, card, empty, notice

__all__ = [
    "Column",
    "Tile",
    "badge",
    "button",
    "card",
    "choices",
    "chooser",
    "csv_link",
    "data_table",
    "empty",
    "icon",
    "link_button",
    "look",
    "message",
    "notice",
    "percent_badge",
    "period_bar",
    "stack",
    "tile",
    "tiles",
    "toolbar",
]


def stack(*sections: Any) -> rx.Component:
    """Sections below one another, evenly apart."""
    return rx.el.div(*sections, class_name="mt-5 grid min-w-0 gap-3.5 [&>*]:min-w-0")


@dataclass
class Tile:
    """One figure with all that makes it believable (AD4). A State holds it; texts are ready to be shown.

    `value` is "n/a" where the number has no meaning, and `reason` then says why. `change` compares with the period
    before; `tone` ("good", "bad", "") says whether that is welcome.
    """

    code: str
    name: str
    value: str
    reason: str
    note: str
    change: str
    tone: str
    definition: str
    sample: str
    computed: str
    csv: str = ""
    rows: str = ""


def tiles(found: rx.Var) -> rx.Component:
    """Tiles side by side: all in a row on a wide screen, two on a phone."""
    return rx.el.dl(
        rx.foreach(found, tile),
        # The lines between them are drawn by tokens.css; nothing clips them, for a tile opens beyond its edge.
        class_name="tiles mt-5 grid rounded-card border border-line bg-surface shadow-lift",
    )


def tile(of: Any) -> rx.Component:
    """One figure: its name, what it is, how it changed; behind the sign, its definition, sample, time and rows."""
    return rx.el.div(
        rx.el.dt(
            rx.el.span(of.name, class_name="truncate"),
            _about(of),
            class_name="flex items-center gap-1 text-tiny text-ink-2",
        ),
        rx.el.dd(
            rx.el.span(
                of.value,
                class_name=rx.cond(
                    of.reason != "",
                    "block text-[1.25rem] leading-7 font-[560] text-ink-3",
                    "block text-[1.25rem] leading-7 font-[630] tracking-[-.02em] tabular-nums",
                ),
                custom_attrs={"data-figure": of.code},
            ),
            rx.cond(of.reason != "", rx.el.span(of.reason, class_name="block text-tiny text-ink-3"), None),
            rx.cond(
                of.change != "",
                rx.el.span(
                    of.change,
                    class_name=rx.match(
                        of.tone,
                        ("good", "block text-tiny tabular-nums text-good"),
                        ("bad", "block text-tiny tabular-nums text-bad"),
                        "block text-tiny tabular-nums text-ink-3",
                    ),
                ),
                None,
            ),
            rx.cond(of.note != "", rx.el.span(of.note, class_name="block text-tiny tabular-nums text-ink-3"), None),
        ),
        class_name=(
            "relative min-w-0 px-3.5 py-3 sm:px-4 xl:[&:nth-last-child(-n+2)_.about]:right-2 "
            "xl:[&:nth-last-child(-n+2)_.about]:left-auto"
        ),
        custom_attrs={"data-tile": of.code},
    )


def _about(of: Any) -> rx.Component:
    """The definition and where the number comes from, opened by click or key."""
    return rx.el.details(
        rx.el.summary(
            icon("info", size=13),
            rx.el.span("About ", of.name, class_name="sr-only"),
            class_name=(
                "flex h-6 w-6 items-center justify-center rounded-[6px] text-ink-3 hover:bg-sunken hover:text-ink"
            ),
        ),
        rx.el.div(
            rx.el.p(of.definition, class_name="text-small text-ink"),
            rx.el.p(of.sample, class_name="mt-2 text-tiny text-ink-2"),
            rx.el.p("Last computed ", of.computed, class_name="text-tiny text-ink-2 tabular-nums"),
            rx.el.p(
                rx.cond(of.rows != "", rx.el.a("See the rows", href=of.rows), None),
                rx.cond(
                    of.csv != "", rx.el.a("CSV", href=of.csv, reload_document=True, download=of.code + ".csv"), None
                ),
                class_name="mt-2 flex gap-4 text-small empty:hidden",
            ),
            class_name=(
                "about fixed inset-x-3 bottom-3 z-30 rounded-card border border-line bg-raised p-3.5 font-normal "
                "whitespace-normal shadow-float xl:absolute xl:inset-x-auto xl:top-10 xl:bottom-auto xl:left-2 "
                "xl:w-[264px]"
            ),
        ),
        # Of details of one name, one is open at a time.
        custom_attrs={"name": "about-figure"},
    )


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, what a cell shows of a row, and of what kind it is.

    Numbers stand at the right, one below the other; a roomy column is left out on phones. A heading that is only
    `spoken` is not drawn; one that is empty is spoken as "Details".
    """

    heading: str | rx.Var
    cell: Callable[[Any], Any]
    kind: Literal["", "number", "roomy", "roomy number"] = ""
    explained: str = ""
    spoken: bool = False


_FEW = 14
"""Rows that a table never hides behind a scroll bar of its own."""
_SCROLLS = "relative w-full overflow-auto outline-offset-[-2px] "
_HEAD = (
    "sticky top-0 z-10 border-b border-line bg-surface px-2.5 py-[9px] text-tiny font-[520] text-ink-3 "
    "whitespace-nowrap first:pl-[18px] last:pr-[18px] sm:px-3.5 "
)
_CELL = "border-b border-line px-2.5 py-[9px] align-top group-last:border-b-0 first:pl-[18px] last:pr-[18px] sm:px-3.5 "
_TOTAL = (
    "sticky bottom-0 border-t border-line bg-surface px-2.5 py-[9px] align-top font-[600] first:pl-[18px] "
    "last:pr-[18px] sm:px-3.5 "
)


def data_table(
    columns: Sequence[Column],
    rows: Any,
    caption: str,
    *,
    none: str = "Nothing in this period.",
    tall: bool = True,
    total: Any = None,
    under: Callable[[Any], Any] | None = None,
) -> rx.Component:
    """A real table of a State's rows, heads in sight while it scrolls; `none` is said when there are no rows.

    Args:
        caption: what the table holds; for screen readers, and the name of its scrolling region.
        tall: False lets it grow with its rows instead of scrolling at 620 px; a few rows always do.
        total: a row of the same kind with the sums, which stands below the others.
        under: the heading that a row begins a part of the table with; "" where it goes on with the part above.
    """

    edges = _edges(columns)

    def drawn(row: Any) -> rx.Component:
        made = rx.el.tr(*_cells(columns, row, _CELL), class_name="group")
        return made if under is None else rx.fragment(_part(under(row), len(columns)), made)

    return rx.cond(
        rows.length() > 0,
        rx.el.div(
            rx.el.table(
                rx.el.caption(caption, class_name="sr-only"),
                rx.el.thead(rx.el.tr(*[_heading(column, edge) for column, edge in zip(columns, edges, strict=True)])),
                rx.el.tbody(rx.foreach(rows, drawn)),
                rx.el.tfoot(rx.el.tr(*_cells(columns, total, _TOTAL))) if total is not None else None,
                class_name="w-full border-separate border-spacing-0 text-base",
            ),
            role="region",
            tab_index=0,
            class_name=rx.cond(rows.length() > _FEW, _SCROLLS + "max-h-[620px]", _SCROLLS) if tall else _SCROLLS,
            custom_attrs={"aria-label": caption},
        ),
        empty(none),
    )


def _heading(column: Column, edge: str) -> rx.Component:
    unseen = column.spoken or (isinstance(column.heading, str) and not column.heading)
    return rx.el.th(
        rx.el.span(column.heading or "Details", class_name="sr-only") if unseen else column.heading,
        scope="col",
        title=column.explained or None,
        class_name=_HEAD + edge + _kind(column.kind, head=True),
    )


def _part(heading: Any, width: int) -> rx.Component:
    """The heading over a part of the rows."""
    return rx.cond(
        heading != "",
        rx.el.tr(
            rx.el.th(
                heading,
                col_span=width,
                scope="colgroup",
                class_name="border-b border-line bg-sunken px-[18px] py-1.5 text-left text-tiny font-[560] text-ink-2",
            )
        ),
        None,
    )


def _cells(columns: Sequence[Column], row: Any, place: str) -> list[rx.Component]:
    return [
        rx.el.td(column.cell(row), class_name=place + edge + _kind(column.kind))
        for column, edge in zip(columns, _edges(columns), strict=True)
    ]


def _edges(columns: Sequence[Column]) -> list[str]:
    """Room at the edges of the table, also on a phone, where other columns are the first and the last."""
    kept = [number for number, column in enumerate(columns) if "roomy" not in column.kind] or [0]
    edges = [""] * len(columns)
    edges[kept[0]] += "max-sm:pl-[18px] "
    edges[kept[-1]] += "max-sm:pr-[18px] "
    return edges


def _kind(kind: str, *, head: bool = False) -> str:
    look_of = "text-right " if "number" in kind else "text-left "
    if "number" in kind and not head:
        look_of += "tabular-nums whitespace-nowrap "
    return look_of + ("max-sm:hidden " if "roomy" in kind else "")


def percent_badge(text: Any, tone: Any) -> rx.Component:
    """A margin in the colour of its worth; `tone` is "good", "warn", "bad" or ""."""
    return rx.el.span(badge(text, tone=tone), class_name="tabular-nums")


def csv_link(href: str | rx.Var, what: str, *, name: str = "") -> rx.Component:
    """What this view shows, to take out, with its filter applied. `what` completes "CSV of"."""
    return link_button(
        icon("download", size=14),
        "CSV",
        rx.el.span(f" of {what}", class_name="sr-only"),
        href=href,
        reload_document=True,
        download=name or True,
        size="s",
    )


def toolbar(*children: Any) -> rx.Component:
    """Filters and links above a table."""
    return rx.el.div(*children, class_name="flex flex-wrap items-center gap-2")
