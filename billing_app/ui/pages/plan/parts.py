"""What the pages of a plan share: the way back, figures with their labels, and how something ended."""

from typing import Any

import reflex as rx

from billing_app.ui.components.icons import icon


def back_to_billing(here: str) -> rx.Component:
    """Where the page stands."""
    return rx.el.nav(
        rx.el.a("Billing", href="/dashboard"),
        rx.el.span(" / ", class_name="text-ink-3", aria_hidden="true"),
        rx.el.span(here, custom_attrs={"aria-current": "page"}, class_name="text-ink-3"),
        class_name="text-small",
        custom_attrs={"aria-label": "Breadcrumb"},
    )


def figures(lines: Any, *, name: str = "lines") -> rx.Component:
    """Labels and their figures, one below the other."""
    return rx.el.dl(
        rx.foreach(
            lines,
            lambda line: rx.el.div(
                rx.el.dt(
                    line.label,
                    rx.cond(line.detail != "", rx.el.span(" ", line.detail, class_name="text-small text-ink-3"), None),
                    class_name="min-w-0 text-ink-2",
                ),
                rx.el.dd(line.figure, class_name="tabular-nums whitespace-nowrap"),
                class_name="flex justify-between gap-4",
            ),
        ),
        id=name,
        class_name="mt-3 grid gap-1.5",
    )


_TONES = {
    "": "bg-sunken text-ink-2",
    "accent": "bg-accent-soft text-accent-text",
    "good": "bg-good-soft text-good",
    "warn": "bg-warn-soft text-warn",
    "bad": "bg-bad-soft text-bad",
}


def outcome(sign: str, tone: str, title: Any, text: Any, *actions: Any) -> rx.Component:
    """How it ended, and what one can do next; announced."""
    return rx.el.div(
        rx.el.span(icon(sign, size=22), class_name=f"grid h-11 w-11 place-items-center rounded-full {_TONES[tone]}"),
        rx.el.h2(title, class_name="mt-4 text-[1.25rem] font-[640] leading-tight tracking-[-.02em]"),
        rx.el.p(text, class_name="mt-2 text-ink-2"),
        rx.el.div(*actions, class_name="mt-6 flex flex-wrap gap-2"),
        role="status",
        class_name="rounded-panel border border-line bg-surface p-6 shadow-lift sm:p-8",
    )
