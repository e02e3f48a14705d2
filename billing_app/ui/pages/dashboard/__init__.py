"""What a customer has, what comes next, and why each charge was made (DB1-DB8)."""

import reflex as rx

from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import page
from billing_app.ui.pages.dashboard.sections import activity, lots, purchases, tiles, use
from billing_app.ui.pages.dashboard.state import DashboardState
from billing_app.ui.pages.dashboard.why import why_dialog

__all__ = ["DashboardState", "dashboard"]


def dashboard() -> rx.Component:
    """The dashboard."""
    return framed(
        page(
            rx.el.div(
                rx.el.h1("Billing", class_name="text-h1"),
                rx.el.span(class_name="flex-1"),
                link_button("Buy " + brand().credit.many, href="/pricing", kind="primary"),
                class_name="flex flex-wrap items-center gap-3",
            ),
            rx.el.div(message(DashboardState.error), class_name="mt-4 empty:hidden"),
            tiles(),
            rx.el.div(
                rx.el.div(use(), activity(), class_name="grid min-w-0 content-start gap-3.5"),
                rx.el.div(lots(), purchases(), class_name="grid min-w-0 content-start gap-3.5"),
                class_name="grid gap-3.5 lg:grid-cols-[1.45fr_1fr]",
            ),
            why_dialog(),
        ),
        current="/dashboard",
    )
