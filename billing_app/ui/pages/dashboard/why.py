"""The dialog behind every line of activity: why this charge."""

from typing import Any

import reflex as rx

from billing_app.ui.components.buttons import button
from billing_app.ui.components.dialog import dialog
from billing_app.ui.pages.dashboard.why_state import WhyState


def _why_part(title: str, *content: Any) -> rx.Component:
    return rx.el.section(rx.el.h3(title, class_name="mb-1.5 text-small font-[560] text-ink-2"), *content)


def why_dialog(state: Any = WhyState) -> rx.Component:
    """Why this charge: how much and by which price list, from which lots in which order and why, what paid them.

    Args:
        state: the State with `why`, `why_open` and `close_why`.
    """
    the = state.why
    lots = rx.el.ol(
        rx.foreach(
            the.lots,
            lambda lot: rx.el.li(
                rx.el.div(
                    rx.el.b(lot[0], class_name="font-[560]"),
                    rx.el.span(lot[1], class_name="tabular-nums"),
                    class_name="flex justify-between gap-4",
                ),
                rx.el.p(lot[2], class_name="mt-0.5 text-small text-ink-2"),
                rx.el.p(lot[3], class_name="mt-0.5 text-small text-ink-3 [overflow-wrap:anywhere]"),
                class_name="border-b border-line px-3.5 py-2.5 last:border-b-0",
            ),
        ),
        class_name="rounded-card border border-line",
    )
    return dialog(
        rx.cond(the.summary != "", rx.el.p(the.summary, class_name="text-ink-2 [overflow-wrap:anywhere]"), None),
        rx.cond(
            the.price_lines.length() > 0,
            _why_part("Why that much", rx.foreach(the.price_lines, rx.el.p)),
            None,
        ),
        rx.cond(the.lots.length() > 0, _why_part("Where it came from, in this order", lots), None),
        rx.el.p(the.balance, class_name="text-ink-2"),
        rx.el.div(
            rx.el.p(
                the.at,
                rx.cond(the.reference != "", rx.el.span(" · ", the.reference), None),
                class_name="min-w-0 flex-1 text-tiny text-ink-3 [overflow-wrap:anywhere]",
            ),
            button("Close", on_click=state.close_why),
            class_name="flex items-center gap-4",
        ),
        is_open=state.why_open,
        title=the.title,
        title_id="why-title",
        on_close=state.close_why,
    )
