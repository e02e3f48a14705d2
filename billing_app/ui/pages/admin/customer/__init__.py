"""`/admin/customers/[number]`: one customer, explained and mended (AD5): dense and calm, each action in a dialog."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import button, icon, message
from billing_app.ui.pages.admin.customer.adjusting import AdjustState, adjust_dialog
from billing_app.ui.pages.admin.customer.asking import AskState, ask_dialog
from billing_app.ui.pages.admin.customer.planning import PlanState, plan_dialog
from billing_app.ui.pages.admin.customer.refunding import RefundState, refund_dialog
from billing_app.ui.pages.admin.customer.sections import (
    audit_card,
    beside,
    events_card,
    identity,
    invoices_card,
    ledger,
    lots,
    mails_card,
    moves_card,
    notes_card,
    payments_card,
    plan_card,
    steps_card,
)
from billing_app.ui.pages.admin.customer.state import CustomerState

__all__ = ["AdjustState", "AskState", "CustomerState", "PlanState", "RefundState", "customer"]


def customer() -> rx.Component:
    """The page."""
    return admin_page(
        rx.cond(CustomerState.name != "", CustomerState.name, "Customer"),
        rx.el.div(
            message(CustomerState.error),
            message(CustomerState.done, "good"),
            rx.foreach(CustomerState.warnings, _warning),
            class_name="mt-4 grid gap-2 empty:hidden",
        ),
        rx.cond(
            CustomerState.loaded,
            rx.fragment(
                _figures(),
                rx.el.div(
                    _column(ledger(), lots(), payments_card(), moves_card(), invoices_card(), events_card()),
                    _column(notes_card(), identity(), plan_card(), beside(), steps_card(), mails_card(), audit_card()),
                    class_name="mt-3.5 grid items-start gap-3.5 xl:grid-cols-[1.65fr_1fr] [&>*]:min-w-0",
                ),
            ),
            None,
        ),
        adjust_dialog(),
        refund_dialog(),
        plan_dialog(),
        ask_dialog(),
        current="/admin/customers",
        above=rx.el.a(
            icon("arrow-left", size=14),
            "All customers",
            href="/admin/customers",
            class_name="mb-2 inline-flex items-center gap-1.5 text-small",
        ),
        lead=rx.el.span(CustomerState.about, class_name="[overflow-wrap:anywhere]"),
        actions=(rx.cond(CustomerState.loaded & StaffState.is_support, _actions(), None),),
    )


def _column(*cards: Any) -> rx.Component:
    return rx.el.div(*cards, class_name="grid gap-3.5 [&>*]:min-w-0")


def _warning(text: Any) -> rx.Component:
    return rx.el.p(
        icon("circle-alert", size=15, class_name="mt-0.5 shrink-0 text-warn"),
        rx.el.span(text),
        class_name="flex items-start gap-2.5 rounded-card bg-warn-soft px-4 py-2.5",
    )


def _actions() -> rx.Component:
    return rx.fragment(
        button(icon("eye", size=14), "See as customer", on_click=AskState.ask("look", "")),
        rx.cond(
            StaffState.is_admin & ~CustomerState.subscribed,
            button("Give a plan", on_click=PlanState.begin),
            None,
        ),
        rx.cond(
            StaffState.is_admin & CustomerState.by_hand,
            button("End the plan", on_click=AskState.ask("end", "")),
            None,
        ),
        button("Adjust credits", kind="primary", on_click=AdjustState.begin),
    )


def _figures() -> rx.Component:
    return rx.el.dl(
        rx.foreach(
            CustomerState.figures,
            lambda one: rx.el.div(
                rx.el.dt(one.name, class_name="text-tiny text-ink-2"),
                rx.el.dd(
                    rx.el.span(
                        one.value,
                        class_name=rx.cond(one.tone == "bad", _VALUE + "text-bad", _VALUE),
                        custom_attrs={"data-figure": one.name},
                    ),
                    rx.el.span(one.note, class_name="block text-tiny text-ink-3 tabular-nums"),
                ),
                class_name="min-w-0 flex-1 basis-[150px] bg-surface px-4 py-3.5",
            ),
        ),
        class_name=("mt-4 flex flex-wrap gap-px overflow-hidden rounded-card border border-line bg-line shadow-lift"),
    )


_VALUE = "block text-[1.25rem] leading-7 font-[630] tracking-[-.02em] tabular-nums [overflow-wrap:anywhere] "
