"""`/invoices`: everything that was billed, with its PDF, and as CSV (DB13, D4)."""

import reflex as rx

from billing_app.ui.components.buttons import button
from billing_app.ui.components.entry import message
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import card, page
from billing_app.ui.pages.invoices.listed import csv_link, invoice_table, none_yet
from billing_app.ui.pages.invoices.state import InvoicesState
from billing_app.ui.pages.plan.parts import back_to_billing

__all__ = ["InvoicesState", "invoices"]


def invoices() -> rx.Component:
    """The page."""
    return framed(
        page(
            back_to_billing("Invoices"),
            rx.el.div(
                rx.el.h1("Invoices", class_name="text-h1"),
                rx.el.span(class_name="flex-1"),
                rx.cond(
                    InvoicesState.has_portal,
                    button("Billing details", on_click=InvoicesState.details, title="Name and tax number, at Stripe"),
                    None,
                ),
                class_name="mt-2.5 flex flex-wrap items-center gap-3",
            ),
            rx.el.div(message(InvoicesState.error), class_name="mt-4 empty:hidden"),
            rx.el.div(
                card(
                    rx.cond(
                        InvoicesState.rows.length() > 0,
                        rx.fragment(
                            invoice_table(InvoicesState.rows, wide=True),
                            rx.cond(
                                InvoicesState.more_before > 0,
                                rx.el.div(
                                    button("Show more", kind="quiet", size="s", on_click=InvoicesState.show_more),
                                    class_name="border-t border-line p-2 text-center",
                                ),
                                None,
                            ),
                        ),
                        rx.cond(InvoicesState.loaded, none_yet(), None),
                    ),
                    title="All invoices",
                    aside=csv_link(),
                    flush=True,
                ),
                class_name="mt-5",
            ),
            rx.el.p(
                "Packs and unlocks are one payment each; their receipts are with your ",
                rx.el.a("purchases", href="/dashboard"),
                ".",
                class_name="mt-3 text-small text-ink-3",
            ),
        ),
        current="/dashboard",
    )
