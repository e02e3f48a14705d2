"""A line that says what is locked, what works without it, and what it costs to open it (WL4, WL16)."""

from typing import Any

import reflex as rx

from billing_app.ui.components.icons import icon
from billing_app.ui.components.ways_on import way_on


def lock_strip(the: Any, *text: Any, return_to: Any, name: str) -> rx.Component:
    """Shown while the wall `the` stands; locked controls point to it as their reason by its id `name`."""
    return rx.cond(
        the.title != "",
        rx.el.div(
            icon("lock", size=14, class_name="text-warn"),
            rx.el.p(*text, class_name="min-w-[200px] flex-1 text-small text-ink-2", id=name),
            rx.foreach(
                the.options,
                lambda option, index: rx.cond(
                    index == 0,
                    way_on(option, return_to=return_to, small=True),
                    None,
                ),
            ),
            class_name=(
                "flex flex-wrap items-center gap-x-2.5 gap-y-2 border-b border-line bg-warn-soft px-[18px] py-2.5"
            ),
        ),
        None,
    )
