"""`/admin/plans`: recurring revenue, how it moved, and who is on which plan."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.charts import chart_card, steps
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, card, csv_link, data_table, message, period_bar, stack, tiles
from billing_app.ui.admin.period import PeriodState, part_heading
from billing_app.ui.pages.admin.plans.state import PlansState

__all__ = ["PlansState", "plans"]


def plans() -> rx.Component:
    """The page."""
    return admin_page(
        "Plans",
        rx.el.div(message(PlansState.error), class_name="mt-4 empty:hidden"),
        rx.cond(
            PlansState.loaded,
            rx.fragment(
                tiles(PlansState.tiles),
                stack(rx.cond(PlansState.recurs, _movements(), None), _distribution(), _over_time()),
                rx.el.p(
                    "As of ",
                    PlansState.as_of,
                    ". A click on cancel is not yet churn: it counts when access ends.",
                    class_name="mt-4 text-tiny text-ink-3 tabular-nums",
                ),
            ),
            None,
        ),
        current="/admin/plans",
        lead="Recurring revenue after discounts and without tax; a year counts as twelve months.",
        actions=(period_bar(interval=True),),
    )


def _movements() -> rx.Component:
    def quiet(text: Any) -> rx.Component:
        return rx.el.span(text, class_name="text-ink-2")

    return chart_card(
        "How recurring revenue moved",
        rx.el.div(
            rx.el.div(
                steps(
                    PlansState.columns,
                    ticks=PlansState.ticks,
                    labels=PlansState.labels,
                    name="mrr",
                    title="How recurring revenue moved",
                ),
                class_name="min-w-[600px]",
            ),
            role="region",
            tab_index=0,
            custom_attrs={"aria-label": "Columns of recurring revenue"},
            class_name="overflow-x-auto",
        ),
        data_table(
            [
                Column(part_heading(), lambda row: row.at),
                Column("Start", lambda row: quiet(row.start), "number"),
                Column("New", lambda row: row.new, "number"),
                Column("Expansion", lambda row: row.expansion, "number"),
                Column("Reactivated", lambda row: row.reactivation, "number"),
                Column("Contraction", lambda row: row.contraction, "number"),
                Column("Churn", lambda row: row.churn, "number"),
                Column("End", lambda row: row.end, "number"),
                Column("Customers", lambda row: quiet(row.heads), "number"),
            ],
            PlansState.movements,
            "Movements of monthly recurring revenue",
            total=PlansState.total,
        ),
        name="mrr",
        summary=PlansState.summary,
        aside=csv_link("/api/v1/admin/exports/movements.csv?" + PeriodState.export, "the movements"),
    )


def _distribution() -> rx.Component:
    bar = rx.el.span
    return card(
        data_table(
            [
                Column("Plan", lambda row: rx.el.span(row.name, class_name="font-[560]")),
                Column("Customers", lambda row: row.customers, "number"),
                Column(
                    "Share",
                    lambda row: rx.el.span(
                        bar(
                            bar(class_name="block h-full rounded-full bg-c1", style={"width": row.width}),
                            class_name="h-[5px] w-20 overflow-hidden rounded-full bg-line max-sm:hidden",
                            aria_hidden="true",
                        ),
                        row.share,
                        class_name="flex items-center justify-end gap-2.5 text-ink-2",
                    ),
                    "number",
                ),
                Column("Active", lambda row: row.active, "roomy number"),
                Column("On trial", lambda row: row.trialing, "roomy number"),
                Column("Past due", lambda row: row.past_due, "roomy number"),
                Column("By hand", lambda row: row.by_hand, "roomy number"),
                Column("MRR", lambda row: row.mrr, "number"),
            ],
            PlansState.plans,
            "Customers by plan, now",
            none="There are no customers yet.",
        ),
        title="Who is on which plan now",
        aside=rx.fragment(
            rx.el.span(
                PlansState.customers, " customers", class_name="text-small text-ink-2 tabular-nums max-sm:hidden"
            ),
            csv_link("/api/v1/admin/exports/plans.csv?" + PeriodState.export, "customers by plan"),
        ),
        flush=True,
    )


def _once(row: Any) -> rx.Component:
    """The day, once for all plans."""
    return rx.el.span(
        row.at,
        class_name=rx.cond(row.follows, "sr-only", "whitespace-nowrap"),
        custom_attrs={"data-follows": rx.cond(row.follows, "yes", rx.Var("undefined"))},
    )


def _over_time() -> rx.Component:
    return card(
        data_table(
            [
                Column("At the end of", _once),
                Column("Plan", lambda row: row.name),
                Column("Paying customers", lambda row: row.customers, "number"),
                Column("MRR", lambda row: row.mrr, "number"),
            ],
            PlansState.over_time,
            "Paying customers by plan over time, newest first",
            none="Nobody paid for a plan in these days.",
        ),
        title="Paying customers over time",
        aside=csv_link("/api/v1/admin/plan-history.csv?" + PeriodState.export, "paying customers over time"),
        flush=True,
    )
