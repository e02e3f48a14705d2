"""Choosing on staff pages: a few in sight as one control, or many in a native list."""

from collections.abc import Sequence
from typing import Any

import reflex as rx


def choices(name: str, options: Sequence[tuple[str, str]], chosen: Any, on_choose: Any, *, legend: str) -> rx.Component:
    """One of a few, in sight all at once: native radio buttons that look like one control."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="sr-only"),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name=name,
                        value=value,
                        checked=chosen == value,
                        on_change=on_choose(value),
                        class_name="peer sr-only",
                    ),
                    rx.el.span(
                        label,
                        class_name=(
                            "flex h-[1.625rem] items-center rounded-[6px] px-2.5 text-small font-[530] text-ink-2 "
                            "peer-checked:bg-raised peer-checked:text-ink peer-checked:shadow-lift "
                            "peer-focus-visible:outline-2 peer-focus-visible:outline-accent hover:text-ink"
                        ),
                    ),
                    class_name="cursor-pointer",
                )
                for value, label in options
            ],
            class_name="flex flex-wrap rounded-control border border-line bg-sunken p-px",
        ),
    )


def chooser(name: str, options: Any, chosen: Any, on_choose: Any, *, label: str, size: str = "s") -> rx.Component:
    """One of many, in the browser's own list. `options`: (value, label) pairs, or a State's list of texts."""
    if isinstance(options, rx.Var):
        made = [rx.foreach(options, lambda one: rx.el.option(one, value=one))]
    else:
        made = [rx.el.option(text, value=value) for value, text in options]
    height = "h-[1.875rem] text-small" if size == "s" else "h-9 text-base"
    return rx.el.label(
        rx.el.span(label, class_name="sr-only"),
        rx.el.select(
            *made,
            name=name,
            value=chosen,
            on_change=on_choose,
            class_name=(
                f"{height} rounded-control border border-line-strong bg-raised pr-2 pl-2.5 font-[530] text-ink "
                "shadow-lift hover:bg-sunken"
            ),
        ),
    )
