"""What a customer has, what comes next, what it costs, and why each charge was made (DB1-DB19)."""

import reflex as rx

from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import badge, page
from billing_app.ui.pages.dashboard.activity import activity
from billing_app.ui.pages.dashboard.limits import limits
from billing_app.ui.pages.dashboard.plan import PlanState, payment_method, plan_card, sells_plans
from billing_app.ui.pages.dashboard.sections import banners, lots, purchases, tiles
from billing_app.ui.pages.dashboard.state import DashboardState
from billing_app.ui.pages.dashboard.use import use
from billing_app.ui.pages.dashboard.why import why_dialog
from billing_app.ui.pages.dashboard.why_state import WhyState
from billing_app.ui.pages.invoices.listed import newest_invoices

__all__ = ["DashboardState", "dashboard"]


def dashboard() -> rx.Component:
    """The dashboard."""
    return framed(
        page(
            _head(),
            rx.el.div(
                message(DashboardState.error),
                message(WhyState.error),
                class_name="mt-4 grid gap-2 empty:hidden",
            ),
            banners(),
            tiles(),
            rx.el.div(
                # What one has comes before where it went: on a phone, and for who hears the page.
                rx.el.div(
                    plan_card() if sells_plans() else None,
                    rx.cond(DashboardState.with_credits, rx.fragment(limits(), lots()), None),
                    newest_invoices(),
                    payment_method(),
                    _purchases(),
                    class_name=_COLUMN + "lg:order-2",
                ),
                rx.el.div(
                    rx.cond(DashboardState.with_credits, rx.fragment(use(), activity()), limits()),
                    class_name=_COLUMN + "lg:order-1",
                ),
                class_name="grid gap-3.5 lg:grid-cols-[1.45fr_1fr]",
            ),
            rx.el.p(
                "As of ",
                DashboardState.as_of,
                ", kept up to date while this page is open. Days and hours are UTC.",
                class_name="mt-4 text-tiny text-ink-3 tabular-nums",
                id="as-of",
            ),
            why_dialog(),
        ),
        current="/dashboard",
    )


_COLUMN = "grid min-w-0 content-start gap-3.5 "


def _purchases() -> rx.Component:
    if built_catalog().packs or built_catalog().unlocks:
        return purchases()
    return rx.cond(DashboardState.purchases.length() > 0, purchases(), None)


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.h1("Billing", class_name="text-h1"),
        rx.cond(PlanState.plan.subscribed, badge(PlanState.plan.title, tone="accent"), None),
        rx.el.span(class_name="flex-1"),
        link_button(
            f"Buy {brand().credit.many}" if built_catalog().packs else "See the plans", href="/pricing", kind="primary"
        ),
        class_name="flex flex-wrap items-center gap-3",
    )
