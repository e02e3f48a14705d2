"""The margin at list price, drawn: how a price splits into cost, fee and the rest, and what cost is made of (A3)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.parts import badge, card, csv_link, percent_badge
from billing_app.ui.admin.period import PeriodState
from billing_app.ui.pages.admin.margins.state import MarginsState

# Of each part of a price: its name, and how it is filled. Cost is hatched, so that no colour need be told apart.
_HATCHED = "bg-[repeating-linear-gradient(135deg,var(--c3)_0_5px,color-mix(in_srgb,var(--c3)_72%,transparent)_5px_8px)]"
_PARTS = (("cost", _HATCHED), ("fee", "bg-c4"), ("left", "bg-c2"))


def price_list() -> rx.Component:
    """One bar for each offer; under it, what its cost is made of."""
    return rx.cond(
        MarginsState.price_list.length() > 0,
        card(
            rx.el.ul(rx.foreach(MarginsState.price_list, _offer)),
            title="At list price",
            aside=rx.fragment(
                _legend(), csv_link("/api/v1/admin/expected-margins.csv?" + PeriodState.export, "margins at list price")
            ),
            flush=True,
        ),
        None,
    )


def _legend() -> rx.Component:
    return rx.el.ul(
        *[
            rx.el.li(
                rx.el.span(class_name=f"h-2.5 w-4 rounded-[3px] {fill}", aria_hidden="true"),
                {"cost": "cost of goods", "fee": "payment fee", "left": "left"}[part],
                class_name="flex items-center gap-1.5",
            )
            for part, fill in _PARTS
        ],
        class_name="flex flex-wrap gap-x-3.5 gap-y-1 text-tiny text-ink-2 max-sm:order-last max-sm:basis-full",
    )


def _offer(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                rx.el.span(row.name, class_name="font-[560]"),
                " ",
                rx.el.span(row.price, class_name="text-ink-2 tabular-nums"),
            ),
            rx.el.div(
                rx.el.span(style={"width": row.cost_width}, class_name=f"h-full {_HATCHED}"),
                rx.el.span(style={"width": row.fee_width}, class_name="h-full bg-c4"),
                rx.el.span(style={"width": row.left_width}, class_name="h-full bg-c2"),
                class_name="mt-1.5 flex h-2.5 w-full max-w-[520px] overflow-hidden rounded-full bg-sunken",
                aria_hidden="true",
            ),
            rx.cond(
                row.reason != "",
                rx.el.p(row.reason, class_name="mt-1.5 text-tiny text-ink-2"),
                rx.el.ul(
                    rx.foreach(row.made_of, rx.el.li),
                    rx.el.li("payment fee ", row.fee),
                    class_name="mt-1.5 flex flex-wrap gap-x-4 gap-y-0.5 text-tiny text-ink-3 tabular-nums",
                ),
            ),
            class_name="min-w-0 flex-1 basis-[280px]",
        ),
        rx.el.dl(
            _figure("Before fees", badge(row.before)),
            _figure("After fees", badge(row.after)),
            _figure("Actual", percent_badge(row.actual, row.tone)),
            class_name="grid w-full grid-cols-3 gap-3 text-right sm:w-auto",
        ),
        class_name="flex flex-wrap items-start gap-x-6 gap-y-3 border-b border-line px-[18px] py-3.5 last:border-b-0",
        custom_attrs={"data-offer": row.key},
    )


def _figure(name: str, value: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="text-tiny text-ink-3"),
        rx.el.dd(value, class_name="mt-0.5 tabular-nums"),
        class_name="min-w-[92px]",
    )
