"""`/admin/customers`: find anybody by anything (AD6), and the list of all with what they pay, have and cost."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.choosing import chooser
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, csv_link, data_table, icon, message, stack
from billing_app.ui.components.forms import FIELD
from billing_app.ui.pages.admin.customers.state import ONLY, CustomersState

__all__ = ["CustomersState", "customers"]


def customers() -> rx.Component:
    """The page."""
    return admin_page(
        "Customers",
        _search(),
        rx.el.div(message(CustomersState.error), class_name="mt-4 empty:hidden"),
        stack(_found(), _list()),
        current="/admin/customers",
        lead="Paste anything: an address, part of a name, any id of yours, ours or of Stripe, an invoice number, a "
        "request id, a reference.",
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.label("Find a customer", html_for="customer-search", class_name="sr-only"),
        rx.el.div(
            icon("search", size=16, class_name="pointer-events-none absolute top-3 left-3 text-ink-3"),
            rx.el.input(
                id="customer-search",
                name="text",
                type="search",
                default_value=CustomersState.text,
                key=CustomersState.text,
                placeholder="ada@example.com, cus_\N{HORIZONTAL ELLIPSIS}, 4711, INV-0042",
                max_length=250,
                auto_complete="off",
                class_name=FIELD + " pl-9",
            ),
            class_name="relative min-w-0 flex-1",
        ),
        button("Find", kind="primary", type="submit"),
        rx.cond(
            CustomersState.text != "",
            button("Clear", kind="quiet", on_click=CustomersState.clear),
            None,
        ),
        on_submit=CustomersState.find,
        role="search",
        class_name="mt-4 flex max-w-[720px] items-center gap-2 [&_button]:h-10",
    )


def _found() -> rx.Component:
    return rx.cond(
        CustomersState.searched,
        card(
            rx.cond(
                CustomersState.hits.length() > 0,
                rx.el.ul(rx.foreach(CustomersState.hits, _hit)),
                rx.el.p(CustomersState.nothing, class_name="px-[18px] py-6 text-ink-2"),
            ),
            rx.cond(
                CustomersState.more_hits != "",
                rx.el.p(
                    CustomersState.more_hits, class_name="border-t border-line px-[18px] py-2.5 text-small text-ink-2"
                ),
                None,
            ),
            title="Found",
            flush=True,
        ),
        None,
    )


def _hit(hit: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.a(hit.name, href=hit.href, class_name="font-[560] text-ink [overflow-wrap:anywhere]"),
            rx.el.span(hit.about, class_name="block text-small text-ink-2 [overflow-wrap:anywhere]"),
            class_name="min-w-0 flex-1 basis-[220px]",
        ),
        rx.el.span(
            badge(hit.matched, tone="accent"),
            rx.cond(
                hit.what != "", rx.el.span(hit.what, class_name="text-small text-ink-2 [overflow-wrap:anywhere]"), None
            ),
            class_name="flex min-w-0 flex-wrap items-center gap-2",
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-[18px] py-3 last:border-b-0",
        custom_attrs={"data-hit": hit.id},
    )


def _who(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.a(row.name, href=row.href, class_name="block font-[560] text-ink [overflow-wrap:anywhere]"),
        rx.cond(
            (row.plan != "") | (row.state != ""),
            rx.el.span(
                row.plan,
                rx.cond(row.state != "", badge(row.state, tone=row.tone), None),
                class_name="flex flex-wrap items-center gap-x-2 gap-y-1 text-tiny text-ink-2 sm:hidden",
            ),
            None,
        ),
        rx.el.span(row.about, class_name="block max-w-[19ch] truncate text-tiny text-ink-3 sm:max-w-[44ch]"),
    )


def _plan(row: Any) -> rx.Component:
    return rx.el.span(
        rx.cond(row.plan != "", row.plan, rx.el.span("free", class_name="text-ink-3")),
        rx.cond(row.state != "", badge(row.state, tone=row.tone), None),
        class_name="flex flex-wrap items-center gap-2",
    )


def _margin(row: Any) -> rx.Component:
    """A share of revenue is for who listens or points; why there is no margin, for everybody."""
    return rx.cond(
        row.no_margin,
        rx.fragment(
            rx.el.span(row.margin, aria_hidden="true"),
            rx.el.span(
                row.margin_note,
                class_name="ml-auto block max-w-[18ch] text-tiny whitespace-normal text-ink-3 sm:max-w-[26ch]",
            ),
        ),
        rx.el.span(
            row.margin,
            rx.el.span(" (", row.margin_note, ")", class_name="sr-only"),
            title=row.margin_note,
            class_name=rx.cond(row.margin_tone == "bad", "text-bad", ""),
        ),
    )


def _list() -> rx.Component:
    return card(
        data_table(
            [
                Column("Customer", _who),
                Column("Plan", _plan, "roomy"),
                Column("MRR", lambda row: row.mrr, "roomy number"),
                Column("Credits", lambda row: row.available, "number"),
                Column("Cost, 30 days", lambda row: row.cost, "roomy number"),
                Column("Margin, 30 days", _margin, "number", "Recognised revenue less cost of goods, before fees"),
                Column("Since", lambda row: row.since, "roomy number"),
            ],
            CustomersState.rows,
            "Customers, newest first",
            none="Nobody of this kind.",
            tall=False,
        ),
        rx.cond(
            CustomersState.next_before > 0,
            rx.el.div(
                button("Show more", size="s", on_click=CustomersState.show_more),
                class_name="flex justify-center border-t border-line p-3",
            ),
            None,
        ),
        title="All customers",
        aside=rx.el.div(
            chooser("only", ONLY, CustomersState.only, CustomersState.choose_only, label="Which customers"),
            csv_link(CustomersState.csv, "these customers", name="customers.csv"),
            class_name="flex flex-wrap items-center justify-end gap-2",
        ),
        flush=True,
    )
