"""`/admin/models`: what a token costs, since when, and which calls have no price (C5)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, icon, message, stack
from billing_app.ui.pages.admin.models.price_form import price_form
from billing_app.ui.pages.admin.models.state import ModelsState

__all__ = ["ModelsState", "models"]


def models() -> rx.Component:
    """The page."""
    return admin_page(
        "Models and prices",
        rx.el.div(
            message(ModelsState.error), message(ModelsState.done, "good"), class_name="mt-4 grid gap-2 empty:hidden"
        ),
        stack(_waiting(), _prices(), _others()),
        price_form(),
        current="/admin/models",
        lead="Each call keeps the price it was made at. A new price counts for what is logged from now on.",
        actions=(
            rx.cond(
                StaffState.is_admin,
                button("New price", kind="primary", on_click=ModelsState.begin_new("", "")),
                None,
            ),
        ),
    )


def _waiting() -> rx.Component:
    """Loud, because every margin of these models is too good until it is mended."""
    return rx.cond(
        ModelsState.waiting.length() > 0,
        card(
            rx.el.ul(rx.foreach(ModelsState.waiting, _waiting_row)),
            title="Calls without a price",
            aside=badge("cost unknown", tone="warn"),
            flush=True,
        ),
        None,
    )


def _waiting_row(row: Any) -> rx.Component:
    return rx.el.li(
        icon("circle-alert", class_name="mt-0.5 text-warn"),
        rx.el.div(
            rx.el.p(
                rx.el.code(row.model, class_name="font-[560] [overflow-wrap:anywhere]"),
                ": ",
                row.calls,
                " calls since ",
                row.since,
                class_name="tabular-nums",
            ),
            rx.el.p(row.advice, class_name="text-small text-ink-2"),
            class_name="min-w-0 flex-1 basis-[260px]",
        ),
        rx.cond(
            StaffState.is_admin,
            rx.el.div(
                button("Set a price", size="s", on_click=ModelsState.begin_new(row.model, row.since_day)),
                rx.cond(row.settleable, button("Settle", size="s", on_click=ModelsState.settle(row.model)), None),
                class_name="flex gap-2",
            ),
            None,
        ),
        class_name="flex flex-wrap items-start gap-x-3 gap-y-2 border-b border-line px-[18px] py-3 last:border-b-0",
        custom_attrs={"data-unpriced": row.model},
    )


def _model(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(row.model, class_name="block font-[560] [overflow-wrap:anywhere]"),
        rx.el.span(
            row.currency,
            rx.cond(row.note != "", " \N{MIDDLE DOT} " + row.note, ""),
            class_name="block max-w-[34ch] text-tiny text-ink-3",
        ),
    )


_PRICES = [
    Column("Model", _model),
    Column("Input", lambda row: row.input, "number"),
    Column("Output", lambda row: row.output, "number"),
    Column("Cached input", lambda row: _own(row.cached_input, "as input"), "roomy number"),
    Column("Cache write", lambda row: _own(row.cache_write, "as input"), "roomy number"),
    Column("Reasoning", lambda row: _own(row.reasoning, "as output"), "roomy number"),
]


def _own(price: Any, otherwise: str) -> rx.Component:
    """A price of its own, or in a quieter voice whose it takes."""
    return rx.el.span(price, class_name=rx.cond(price == otherwise, "text-ink-3", "text-ink"))


def _prices() -> rx.Component:
    correct = Column(
        "Actions",
        lambda row: rx.cond(
            StaffState.is_admin,
            button(
                "Correct",
                rx.el.span(" the price of ", row.model, class_name="sr-only"),
                size="xs",
                on_click=ModelsState.begin_correction(row.id),
            ),
            None,
        ),
        "number",
        spoken=True,
    )
    return card(
        data_table(
            [*_PRICES, Column("Since", lambda row: row.since, "roomy number"), correct],
            ModelsState.prices,
            "Prices of models that hold now, per million tokens",
            none="No model has a price yet, so no call has a known cost. Set one.",
        ),
        title="Prices now",
        aside=rx.el.span("per 1,000,000 tokens", class_name="text-small text-ink-2"),
        flush=True,
    )


def _others() -> rx.Component:
    return rx.cond(
        ModelsState.others.length() > 0,
        rx.el.details(
            rx.el.summary(
                icon("chevron-right", size=14, class_name="transition-transform group-open:rotate-90"),
                "Coming, past and corrected prices",
                class_name="flex items-center gap-2 px-[18px] py-3 text-small text-ink-2",
            ),
            rx.el.div(
                data_table(
                    [
                        *_PRICES,
                        Column("Since", lambda row: row.since, "number"),
                        Column("State", lambda row: badge(row.state, tone=row.tone), "number"),
                    ],
                    ModelsState.others,
                    "Other versions of prices, newest first, per million tokens",
                ),
                class_name="border-t border-line",
            ),
            class_name="group rounded-card border border-line bg-surface shadow-lift",
        ),
        None,
    )
