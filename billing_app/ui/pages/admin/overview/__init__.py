"""`/admin`: what came in, what it cost, and what wants attention (AD1, AD4)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.charts import Series, chart_card, figures_table, lines
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import (
    Column,
    card,
    csv_link,
    data_table,
    icon,
    link_button,
    message,
    period_bar,
    stack,
    tiles,
)
from billing_app.ui.admin.period import PeriodState, part_heading
from billing_app.ui.pages.admin.margins.columns import margin_columns
from billing_app.ui.pages.admin.overview.state import OverviewState

__all__ = ["OverviewState", "overview"]

_REVENUE = Series("revenue", "recognised", "c1")
_COST = Series("cost", "cost of goods", "c3", dashed=True)
_BEFORE = Series("before", "recognised before", "c4", dotted=True)


def overview() -> rx.Component:
    """The page."""
    return admin_page(
        "Overview",
        rx.el.div(message(OverviewState.error), class_name="mt-4 empty:hidden"),
        rx.cond(
            OverviewState.loaded,
            rx.fragment(
                tiles(OverviewState.tiles),
                stack(
                    rx.el.div(
                        _revenue_against_cost(),
                        _attention(),
                        class_name="grid min-w-0 gap-3.5 xl:grid-cols-[1.7fr_1fr] [&>*]:min-w-0",
                    ),
                    _worst(),
                ),
                _freshness(),
            ),
            None,
        ),
        current="/admin",
        actions=(period_bar(interval=True, compare=True),),
    )


def _revenue_against_cost() -> rx.Component:
    series = (_REVENUE, _COST, _BEFORE)
    return chart_card(
        "Revenue against cost",
        lines(
            OverviewState.points,
            series,
            ticks=OverviewState.ticks,
            labels=OverviewState.labels,
            name="revenue-cost",
            title="Revenue against cost",
        ),
        figures_table(
            (
                ("day", part_heading()),
                ("revenue", "Recognised"),
                ("cost", "Cost of goods"),
                ("profit", "Left"),
                ("requests", "Requests"),
                ("before", "Recognised before"),
            ),
            OverviewState.points,
            "Revenue recognised and cost of goods",
        ),
        name="revenue-cost",
        summary=OverviewState.summary,
        legend=series,
        aside=csv_link("/api/v1/admin/exports/revenue-vs-cost.csv?" + PeriodState.export, "revenue against cost"),
    )


def _attention() -> rx.Component:
    return card(
        rx.cond(
            OverviewState.attention.length() > 0,
            rx.el.ul(rx.foreach(OverviewState.attention, _attention_row)),
            rx.el.p(
                icon("circle-check", class_name="text-good"),
                "Nothing needs you now.",
                class_name="flex items-center gap-2.5 px-[18px] py-5 text-ink-2",
            ),
        ),
        title="Needs attention",
        flush=True,
    )


def _attention_row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.cond(
                row.tone == "bad",
                icon("circle-alert", label="Urgent", class_name="mt-0.5 text-bad"),
                icon("triangle-alert", label="Soon", class_name="mt-0.5 text-warn"),
            ),
            rx.el.span(row.words, class_name="min-w-0 flex-1"),
            icon("chevron-right", size=15, class_name="mt-0.5 text-ink-3"),
            href=row.href,
            class_name="flex items-start gap-3 px-[18px] py-2.5 text-ink hover:bg-sunken hover:no-underline",
        ),
        class_name="border-b border-line last:border-b-0",
        custom_attrs={"data-attention": row.key},
    )


def _worst() -> rx.Component:
    at_list = Column(
        "At list price", lambda row: rx.el.span(row.at_list, class_name="whitespace-normal text-ink-2"), "roomy number"
    )
    return card(
        data_table(
            [*margin_columns("Item"), at_list],
            OverviewState.worst,
            "Margin by what you sell, the worst first",
            none="Nothing was earned or spent in these days.",
        ),
        title="Margin by what you sell",
        aside=rx.fragment(
            rx.el.span("worst first", class_name="text-small text-ink-2 max-sm:hidden"),
            link_button("All margins", href="/admin/margins?" + PeriodState.query, kind="quiet", size="s"),
        ),
        flush=True,
    )


def _freshness() -> rx.Component:
    return rx.el.p(
        "As of ",
        OverviewState.as_of,
        ". Days are UTC. Amounts are ",
        PeriodState.currency,
        " alone, never converted.",
        rx.cond(OverviewState.compared != "", " Compared with " + OverviewState.compared + ".", ""),
        class_name="mt-4 text-tiny text-ink-3 tabular-nums",
        id="as-of",
    )
