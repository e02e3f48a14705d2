"""Invoices as a table: on their page, and the newest of them on the dashboard."""

from typing import Any

import reflex as rx

from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.surfaces import CELL, LEADING, NUMBER, ROOMY, badge, card, empty, table
from billing_app.ui.pages.invoices.state import InvoicesState

_COLUMNS = [("What", ""), ("Amount", "number"), ("", "number")]


def csv_link() -> rx.Component:
    """All of them, to take out."""
    return link_button(
        "CSV",
        rx.el.span(" of all invoices", class_name="sr-only"),
        href="/api/v1/exports/invoices.csv",
        reload_document=True,
        download="invoices.csv",
        kind="quiet",
        size="s",
    )


def none_yet() -> rx.Component:
    """Nothing was billed."""
    return empty("No invoices yet. One is written each time your plan is paid.")


def invoice_table(rows: Any, *, wide: bool = False) -> rx.Component:
    """The table. `wide`: with number, period and tax in the open."""
    columns = [("When", "roomy"), *_COLUMNS] if wide else _COLUMNS
    return table("Invoices, newest first", columns, rx.el.tbody(rx.foreach(rows, lambda row: _row(row, wide=wide))))


def newest_invoices() -> rx.Component:
    """The card of the dashboard."""
    return rx.cond(
        InvoicesState.newest.length() > 0,
        card(
            invoice_table(InvoicesState.newest),
            title="Invoices",
            aside=rx.fragment(csv_link(), link_button("All", href="/invoices", kind="quiet", size="s")),
            flush=True,
        ),
        None,
    )


def _row(row: Any, *, wide: bool) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.time(row.when, title=row.exactly),
            class_name=CELL + ROOMY + "text-ink-2 whitespace-nowrap tabular-nums",
        )
        if wide
        else None,
        rx.el.td(
            rx.el.span(row.what, class_name="block [overflow-wrap:anywhere]"),
            rx.el.span(
                rx.el.time(row.when, " \N{MIDDLE DOT} ", class_name="sm:hidden" if wide else ""),
                row.number,
                rx.cond(row.period != "", " \N{MIDDLE DOT} " + row.period, "") if wide else None,
                class_name="block text-tiny text-ink-3 tabular-nums",
            ),
            rx.el.span(
                _outward("PDF", row.pdf, row.number),
                _outward("Pay", row.hosted, row.number, shown=row.open),
                _outward("View", row.hosted, row.number, shown=~row.open),
                class_name="mt-0.5 flex gap-3 text-tiny",
            ),
            class_name=CELL + LEADING + "w-full",
        ),
        rx.el.td(
            rx.el.span(row.amount, class_name="block"),
            rx.cond(row.tax != "", rx.el.span(row.tax, class_name="block text-tiny text-ink-3"), None),
            rx.cond(row.refunded != "", rx.el.span(row.refunded, class_name="block text-tiny text-ink-3"), None),
            class_name=CELL + NUMBER,
        ),
        rx.el.td(badge(row.state, tone=row.tone), class_name=CELL + "text-right"),
        class_name="group",
        custom_attrs={"data-invoice": row.number},
    )


def _outward(label: str, href: Any, number: Any, *, shown: Any = True) -> rx.Component:
    return rx.cond(
        (href != "") & shown,
        rx.el.a(
            label,
            rx.el.span(" of invoice ", number, class_name="sr-only"),
            href=href,
            target="_blank",
            rel="noopener noreferrer",
        ),
        None,
    )
