"""Small parts the cards of the dashboard share."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

_CHIP = (
    "h-[1.625rem] rounded-[6px] px-2 text-tiny font-[520] text-ink-2 hover:text-ink "
    "aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-lift"
)


def chips(label: str, options: Sequence[tuple[str, str, str, Any]], chosen: Any, on_choose: Any) -> rx.Component:
    """A few choices side by side. `options` are (key, what is shown, what is spoken, value)."""
    return rx.el.div(
        *[
            rx.el.button(
                rx.el.span(shown, aria_hidden="true"),
                rx.el.span(spoken, class_name="sr-only"),
                type="button",
                on_click=on_choose(value),
                custom_attrs={"aria-pressed": rx.cond(chosen == value, "true", "false")},
                class_name=_CHIP,
                key=key,
            )
            for key, shown, spoken, value in options
        ],
        role="group",
        custom_attrs={"aria-label": label},
        class_name="flex gap-0.5 rounded-[8px] bg-sunken p-0.5",
    )
