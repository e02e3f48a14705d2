"""`/admin/margins`: what earns and what loses, the worst first (AD2, AD3, A3)."""

import reflex as rx

from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import (
    Column,
    card,
    csv_link,
    data_table,
    icon,
    message,
    period_bar,
    stack,
    tiles,
)
from billing_app.ui.admin.period import PeriodState
from billing_app.ui.pages.admin.margins.columns import margin_columns
from billing_app.ui.pages.admin.margins.price_list import price_list
from billing_app.ui.pages.admin.margins.rows import BY
from billing_app.ui.pages.admin.margins.state import MarginsState

__all__ = ["MarginsState", "margins"]


def margins() -> rx.Component:
    """The page."""
    return admin_page(
        "Margins",
        rx.el.div(message(MarginsState.error), class_name="mt-4 empty:hidden"),
        rx.el.div(_dimensions(), class_name="mt-5"),
        stack(_table(), rx.cond(MarginsState.priced, price_list(), None), _spread()),
        current="/admin/margins",
        lead="Exact: every consumed credit knows its lot, and every lot its payment.",
        actions=(period_bar(),),
    )


def _dimensions() -> rx.Component:
    """By what: links, so that each view has an address."""
    return rx.el.nav(
        *[
            rx.el.a(
                label,
                href=f"/admin/margins?by={value}&" + PeriodState.query,
                class_name=(
                    "flex min-h-8 items-center rounded-[6px] px-2.5 text-small font-[530] text-ink-2 whitespace-nowrap "
                    "hover:bg-sunken hover:text-ink hover:no-underline aria-[current=true]:bg-accent-soft "
                    "aria-[current=true]:text-accent-text"
                ),
                custom_attrs={"aria-current": rx.cond(MarginsState.by == value, "true", "false")},
            )
            for value, label, _ in BY
        ],
        class_name="-mx-1 flex flex-wrap gap-0.5 px-1",
        custom_attrs={"aria-label": "Margins by"},
    )


def _table() -> rx.Component:
    at_list = Column(
        "At list price",
        lambda row: rx.el.span(row.at_list, class_name="whitespace-normal text-ink-2"),
        "roomy number",
        "Expected before fees: everything bought is used, at its dearest use",
    )
    return card(
        rx.cond(
            MarginsState.losing != "",
            rx.el.p(
                icon("triangle-alert", size=15, class_name="text-bad"),
                MarginsState.losing,
                class_name="flex items-center gap-2 border-b border-line bg-bad-soft px-[18px] py-2 text-small",
                role="status",
            ),
            None,
        ),
        rx.cond(MarginsState.priced, _rows(at_list), _rows()),
        rx.el.p(
            "Last computed ",
            MarginsState.as_of,
            ". ",
            MarginsState.left_out,
            class_name="border-t border-line px-[18px] py-2.5 text-tiny text-ink-3 tabular-nums",
        ),
        title=MarginsState.by_name,
        aside=rx.fragment(
            rx.cond(
                MarginsState.by == "day",
                None,
                rx.el.span("worst first", class_name="text-small text-ink-2 max-sm:hidden"),
            ),
            csv_link(_csv(), "these margins"),
        ),
        flush=True,
    )


def _rows(*more: Column) -> rx.Component:
    return data_table(
        [*margin_columns(MarginsState.noun), *more],
        MarginsState.rows,
        "Margins, the worst first",
        total=MarginsState.total,
        none="Nothing was earned or spent in these days.",
    )


def _csv() -> rx.Var:
    return "/api/v1/admin/exports/margins.csv?by=" + MarginsState.by + "&" + PeriodState.export


def _spread() -> rx.Component:
    """Not the average: what a customer in the middle costs, and what the dearest do (AD3)."""
    return rx.el.section(
        rx.el.header(
            rx.el.h2("Cost per customer", class_name="flex-1 text-h2 sm:flex-none"),
            rx.el.p(
                "Of customers who had any cost in these days.",
                class_name="order-last basis-full text-small text-ink-2 sm:order-none sm:flex-1 sm:basis-auto",
            ),
            csv_link("/api/v1/admin/spread.csv?" + PeriodState.export, "cost per customer"),
            class_name="mt-3 flex flex-wrap items-baseline gap-x-3",
        ),
        rx.el.div(tiles(MarginsState.spread), class_name="-mt-2"),
    )
