"""The two tables of the page: what an action costs, and what each offer includes (PR8, PR14).

Beside wide ones, the browser scrolls; on a phone the comparison becomes a list, in which each cell names its offer.
"""

from typing import Any

import reflex as rx

from billing_app.ui.brand import brand
from billing_app.ui.components.icons import icon
from billing_app.ui.components.plans import by_period
from billing_app.ui.components.surfaces import CELL, HEAD, NUMBER, section
from billing_app.ui.pages.pricing.state import PricingState

_STICKY = "sticky left-0 z-10 bg-surface "


def _region(label: str, made: rx.Component) -> rx.Component:
    """A table that may be wider than the page, reachable by keyboard; its first column stays in place."""
    return rx.el.div(
        made,
        role="region",
        tab_index=0,
        custom_attrs={"aria-label": label},
        class_name="overflow-x-auto rounded-card border border-line bg-surface shadow-lift",
    )


def what_a_credit_is() -> rx.Component:
    """Action, credits, and what that is in money with each plan and pack."""
    the: Any = PricingState.credit_table
    head = rx.el.thead(
        rx.el.tr(
            rx.el.th("Action", scope="col", class_name=HEAD + _STICKY),
            rx.el.th(brand().credit.many.capitalize(), scope="col", class_name=HEAD + "!text-right"),
            rx.foreach(
                the.columns,
                lambda column: rx.el.th(
                    rx.el.span(column.name, class_name="block text-small font-[620] text-ink"),
                    rx.el.span(column.billing, class_name="block"),
                    scope="col",
                    class_name=HEAD + "!text-right",
                    custom_attrs=by_period(column.period),
                ),
            ),
        )
    )
    rows = rx.foreach(
        the.rows,
        lambda row: rx.el.tr(
            rx.el.th(row.action, scope="row", class_name=CELL + _STICKY + "text-left font-[520] min-w-36"),
            rx.el.td(row.credits_text, class_name=CELL + NUMBER),
            rx.foreach(
                row.amounts,
                lambda amount, place: rx.el.td(
                    amount,
                    class_name=CELL + NUMBER + "text-ink-2",
                    custom_attrs=by_period(the.columns[place].period),
                ),
            ),
            class_name="group",
        ),
    )
    made = rx.el.table(
        rx.el.caption("What each action costs, in credits and in money", class_name="sr-only"),
        head,
        rx.el.tbody(rows),
        class_name="w-full border-collapse",
    )
    return rx.cond(
        (the.rows.length() > 0) & (the.columns.length() > 0),
        section(f"What is a {brand().credit.one}?", PricingState.credit_is, _region("What each action costs", made)),
        None,
    )


# A list made of a table is none to a screen reader any more unless its roles say so.
_LIST = "max-md:block "


_ROW_HEAD = (
    "text-left font-[520] md:min-w-36 "
    "max-md:col-span-full max-md:border-b-0 max-md:pb-0.5 max-md:static max-md:font-[620]"
)


def compared() -> rx.Component:
    """Feature by feature, what each offer includes."""
    columns: Any = PricingState.comparison.columns
    head = rx.el.thead(
        rx.el.tr(
            rx.el.th("What is included", scope="col", role="columnheader", class_name=HEAD + _STICKY),
            rx.foreach(columns, _column_head),
            role="row",
        ),
        role="rowgroup",
        class_name="max-md:sr-only",
    )
    rows = rx.foreach(
        PricingState.comparison.rows,
        lambda row: rx.el.tr(
            rx.el.th(
                row.name,
                scope="row",
                role="rowheader",
                class_name=CELL + _STICKY + _ROW_HEAD,
            ),
            rx.foreach(row.cells, lambda cell, place: _cell(cell, columns[place].name)),
            role="row",
            class_name="group max-md:grid max-md:grid-cols-2 max-md:border-b max-md:border-line max-md:last:border-b-0 "
            "max-md:py-2",
        ),
    )
    made = rx.el.table(
        rx.el.caption("What each offer includes", class_name="sr-only"),
        head,
        rx.el.tbody(rows, role="rowgroup", class_name=_LIST),
        role="table",
        class_name="w-full border-collapse " + _LIST,
    )
    return rx.cond(
        PricingState.comparison.rows.length() > 0,
        section("Compare", None, _region("What each offer includes", made)),
        None,
    )


def _column_head(column: Any) -> rx.Component:
    return rx.el.th(
        rx.el.span(column.name, class_name="block text-small font-[620] text-ink"),
        rx.foreach(
            column.prices,
            lambda price: rx.el.span(
                price.text,
                class_name="block text-tiny font-normal text-ink-3 tabular-nums",
                custom_attrs=by_period(price.period),
            ),
        ),
        scope="col",
        role="columnheader",
        class_name="border-b border-line px-[18px] py-3 text-left whitespace-nowrap ",
    )


def _cell(cell: Any, offer: Any) -> rx.Component:
    """The mark is for the eye; the words say the same, so that no mark stands alone."""
    return rx.el.td(
        rx.el.span(offer, aria_hidden="true", class_name="block text-tiny text-ink-3 md:hidden"),
        rx.el.span(
            rx.cond(
                cell.included,
                icon("check", size=15, class_name="mt-[3px] text-accent-text"),
                icon("minus", size=15, class_name="mt-[3px] text-ink-3"),
            ),
            cell.text,
            class_name=rx.cond(cell.included, "flex gap-2 text-ink", "flex gap-2 text-ink-3"),
        ),
        role="cell",
        class_name=CELL
        + "text-small tabular-nums md:min-w-32 max-md:border-b-0 max-md:py-1.5 max-md:[overflow-wrap:anywhere]",
    )
