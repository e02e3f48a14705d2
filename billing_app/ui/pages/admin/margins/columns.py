"""The columns of a list of margins, the same wherever margins are listed."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.parts import Column, badge, icon, percent_badge


def _name(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(
            rx.cond(
                row.href != "",
                rx.el.a(row.name, href=row.href, class_name="font-[560]"),
                rx.el.span(row.name, class_name="font-[560]"),
            ),
            rx.cond(
                row.loses, badge(icon("trending-down", size=12), "\N{NO-BREAK SPACE}loses money", tone="bad"), None
            ),
            class_name="flex flex-wrap items-center gap-x-2 gap-y-1 [overflow-wrap:anywhere]",
        ),
        rx.el.span("cost ", row.cost, class_name="block text-tiny font-normal text-ink-2 tabular-nums sm:hidden"),
        rx.cond(
            (row.kind != "") | (row.note != ""),
            rx.el.span(
                row.kind,
                rx.cond((row.kind != "") & (row.note != ""), " \N{MIDDLE DOT} ", ""),
                row.note,
                class_name="block max-w-[52ch] text-tiny font-normal text-ink-3",
            ),
            None,
        ),
    )


def margin_columns(heading: str | rx.Var = "") -> list[Column]:
    """Earned, spent, left; `heading` says of what."""
    return [
        Column(heading, _name),
        Column("Recognised", lambda row: row.revenue, "number", "Revenue earned in these days, refunds taken back"),
        Column("Cost", lambda row: row.cost, "roomy number", "Cost of goods: models and vendors"),
        Column("Fees", lambda row: rx.el.span(row.fees, class_name="text-ink-2"), "roomy number"),
        Column("Left", lambda row: row.gross, "roomy number", "Recognised less cost"),
        Column("Margin", lambda row: percent_badge(row.percent, row.tone), "number", "Left, of recognised"),
        Column(
            "After fees",
            lambda row: rx.el.span(row.after, class_name="text-ink-2"),
            "roomy number",
            "Recognised less cost, payment and dispute fees, of recognised",
        ),
    ]
