"""The quiet, centred layout of sign-in and its kin."""

from typing import Any

import reflex as rx

from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import notice


def entry_page(title: str, lead: Any, *content: Any, below: Any = None) -> rx.Component:
    """One narrow panel in the middle of the page."""
    return framed(
        rx.el.main(
            rx.el.div(
                rx.el.h1(title, class_name="text-[1.375rem] font-[640] leading-tight tracking-[-.02em]"),
                rx.el.p(lead, class_name="mt-1.5 text-ink-2") if lead is not None else None,
                rx.el.div(*content, class_name="mt-5 grid gap-4"),
                class_name="rounded-panel border border-line bg-surface p-6 shadow-lift sm:p-7",
            ),
            rx.el.div(below, class_name="mt-4 text-center text-ink-2") if below is not None else None,
            id="main",
            class_name="mx-auto w-full max-w-[420px] px-4 pt-10 pb-16 sm:pt-20",
        ),
        bare=True,
    )


def message(text: Any, tone: str = "bad") -> rx.Component:
    """What went wrong, or what happened, announced; nothing when the text is empty."""
    sign = {"bad": "circle-alert", "good": "circle-check", "": "info"}[tone]
    colour = {"bad": "text-bad", "good": "text-good", "": "text-ink-2"}[tone]
    return rx.cond(
        text != "",
        notice(
            icon(sign, class_name=colour),
            rx.el.span(text, class_name="flex-1 text-small"),
            tone=tone,
            role="alert" if tone == "bad" else "status",
        ),
        None,
    )
