"""Where a page stands below the playground, and what it is for: the head of every feature's page."""

from typing import Any

import reflex as rx

from billing_app.ui.components.icons import icon


def head(name: Any, lead: Any, *, parents: tuple[tuple[str, str], ...] = (), sign: str = "") -> rx.Component:
    """Breadcrumb, title, one sentence. `parents` stand between the playground and here: (name, path)."""
    return rx.el.div(
        rx.el.nav(
            rx.el.a("Playground", href="/playground"),
            *[rx.fragment(_SLASH, rx.el.a(label, href=path)) for label, path in parents],
            _SLASH,
            rx.el.span(name, custom_attrs={"aria-current": "page"}, class_name="text-ink-3"),
            class_name="text-small",
            custom_attrs={"aria-label": "Breadcrumb"},
        ),
        rx.el.div(
            rx.el.span(
                icon(sign, size=18),
                class_name="grid h-9 w-9 shrink-0 place-items-center rounded-card bg-accent-soft text-accent-text",
            )
            if sign
            else None,
            rx.el.h1(name, class_name="min-w-0 text-h1 [overflow-wrap:anywhere]"),
            class_name="mt-2.5 flex items-center gap-3",
        ),
        rx.el.p(lead, class_name="mt-2 text-ink-2"),
    )


_SLASH = rx.el.span(" / ", class_name="text-ink-3", aria_hidden="true")
