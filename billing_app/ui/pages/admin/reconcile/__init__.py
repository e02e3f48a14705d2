"""`/admin/reconcile`: our books beside Stripe's, in sync or not, and what was mended (AD14)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, empty, message, notice, stack
from billing_app.ui.pages.admin.reconcile.state import ReconcileState

__all__ = ["ReconcileState", "reconcile"]


def reconcile() -> rx.Component:
    """The page."""
    return admin_page(
        "Reconcile",
        rx.el.div(message(ReconcileState.error), class_name="mt-4 empty:hidden"),
        rx.cond(
            ReconcileState.said != "", rx.el.div(notice(ReconcileState.said, tone="accent"), class_name="mt-4"), None
        ),
        rx.cond(
            ReconcileState.loaded,
            rx.cond(
                ReconcileState.shown > 0,
                stack(_totals(), _found(), _before()),
                stack(card(empty("Nothing was compared yet: the first comparison comes tonight."), flush=True)),
            ),
            stack(rx.el.div(class_name="h-96 rounded-card border border-line bg-surface", aria_hidden="true")),
        ),
        current="/admin/reconcile",
        lead="Events of the last 30 days, then checkouts, subscriptions, invoices and money, compared with Stripe. "
        "What is safe is mended on the way, by the same rules as webhooks. It runs each night.",
        actions=[
            rx.cond(
                StaffState.is_support,
                button(
                    rx.cond(ReconcileState.busy, "Comparing…", "Compare now"),
                    kind="primary",
                    disabled=ReconcileState.busy,
                    on_click=ReconcileState.compare,
                ),
                None,
            )
        ],
    )


def _state(row: Any) -> rx.Component:
    return badge(row.state, tone=row.tone)


def _totals() -> rx.Component:
    return card(
        rx.el.p(
            badge(ReconcileState.state, tone=ReconcileState.tone),
            rx.el.span(ReconcileState.head, class_name="text-small text-ink-2"),
            rx.cond(
                ReconcileState.stopped != "",
                rx.el.span(ReconcileState.stopped, class_name="basis-full text-small text-warn"),
                None,
            ),
            class_name="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-[18px] py-3",
            role="status",
        ),
        data_table(
            [
                Column("Figure", lambda row: rx.el.span(row.figure, class_name="font-[540]")),
                Column("State", _state),
                Column("Stripe", lambda row: row.stripe, "number"),
                Column("Ours", lambda row: row.ours, "number"),
                Column("Difference", lambda row: row.difference, "number"),
            ],
            ReconcileState.sums,
            "Both sides' totals, by currency",
            none="No money moved in this time.",
            tall=False,
        ),
        rx.el.section(
            rx.el.header(
                rx.el.h3("By day", class_name="flex-1 text-small font-[600]"),
                button(
                    rx.cond(ReconcileState.every_day, "Only what differs", "Show every day"),
                    kind="quiet",
                    size="s",
                    on_click=ReconcileState.show_days,
                ),
                class_name="flex items-center gap-2 px-[18px] py-2",
            ),
            data_table(
                [
                    Column("Day", lambda row: rx.el.span(row.day, class_name="whitespace-nowrap")),
                    Column("Figure", lambda row: row.figure),
                    Column("State", _state, "roomy"),
                    Column("Stripe", lambda row: row.stripe, "number"),
                    Column("Ours", lambda row: row.ours, "number"),
                    Column("Difference", lambda row: row.difference, "roomy number"),
                ],
                ReconcileState.days,
                "Both sides' totals of each day",
                none="Both sides agree on every day.",
            ),
            class_name="border-t border-line",
        ),
        title="Stripe and our books",
        flush=True,
    )


def _found() -> rx.Component:
    return card(
        data_table(
            [
                Column("State", _state),
                Column("What", _what),
                Column("How it was, and is", lambda row: rx.el.span(row.says, class_name="[overflow-wrap:anywhere]")),
            ],
            ReconcileState.findings,
            "What was not as Stripe says",
            none="Nothing differed.",
        ),
        rx.cond(
            ReconcileState.more_findings != "",
            rx.el.p(
                ReconcileState.more_findings, class_name="border-t border-line px-[18px] py-2.5 text-small text-ink-2"
            ),
            None,
        ),
        title="Found",
        flush=True,
    )


def _what(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(row.kind, class_name="block font-[540]"),
        rx.el.span(row.object, class_name="block font-mono text-tiny text-ink-3 [overflow-wrap:anywhere]"),
        rx.cond(row.customer != "", rx.el.a(row.customer, href=row.href, class_name="text-tiny"), None),
    )


def _before() -> rx.Component:
    return card(
        data_table(
            [
                Column("When", _opens),
                Column("State", _state),
                Column("Compared", lambda row: row.looked, "number"),
                Column("Never came", lambda row: row.missing, "roomy number"),
                Column("Mended", lambda row: row.mended, "roomy number"),
                Column("Left", lambda row: row.left, "number"),
                Column("Made", lambda row: row.by, "roomy"),
                Column("Note", lambda row: rx.el.span(row.says, class_name="text-small text-ink-2"), "roomy"),
            ],
            ReconcileState.runs,
            "Comparisons, last first",
        ),
        title="Comparisons",
        flush=True,
    )


def _opens(row: Any) -> rx.Component:
    return rx.el.button(
        row.at,
        type="button",
        on_click=ReconcileState.open_run(row.id),
        class_name="text-left text-accent-text tabular-nums underline-offset-2 hover:underline",
    )
