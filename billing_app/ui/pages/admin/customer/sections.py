"""The cards of a customer's page."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, empty, icon
from billing_app.ui.pages.admin.audit import audit_line
from billing_app.ui.pages.admin.customer.asking import AskState
from billing_app.ui.pages.admin.customer.lists import (
    DOT,
    ROW,
    amount_with_note,
    facts_list,
    folded,
    happenings,
    more,
    two_lines,
)
from billing_app.ui.pages.admin.customer.refunding import RefundState
from billing_app.ui.pages.admin.customer.state import CustomerState


def ledger() -> rx.Component:
    """Every movement of credits; each line says on a click why it is what it is."""
    return card(
        rx.cond(
            CustomerState.entries.length() > 0,
            rx.el.ol(rx.foreach(CustomerState.entries, _entry)),
            empty("No credits have moved yet."),
        ),
        more(CustomerState.older > 0, CustomerState.show_older),
        title="Credits in and out",
        flush=True,
    )


def _entry(row: Any) -> rx.Component:
    opened = CustomerState.why_id == row.id
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.span(row.what, class_name="block font-[540] [overflow-wrap:anywhere]"),
                rx.el.span(
                    row.at,
                    rx.cond(row.note != "", DOT + row.note, ""),
                    rx.cond(row.by != "", DOT + row.by, ""),
                    class_name="block text-tiny text-ink-3 tabular-nums [overflow-wrap:anywhere]",
                ),
                class_name="min-w-0 flex-1",
            ),
            rx.el.span(
                rx.el.span(
                    row.credits,
                    class_name=rx.cond(row.gives, "block font-[560] text-good", "block font-[560]"),
                ),
                rx.el.span(row.balance, " after", class_name="block text-tiny text-ink-3"),
                class_name="text-right tabular-nums",
            ),
            icon("chevron-down", size=14, class_name="mt-1 shrink-0 text-ink-3"),
            type="button",
            on_click=CustomerState.explain(row.id),
            class_name="flex w-full items-start gap-3 px-[18px] py-2.5 text-left hover:bg-sunken",
            custom_attrs={"aria-expanded": rx.cond(opened, "true", "false"), "data-entry": row.id},
        ),
        rx.cond(
            opened,
            rx.el.div(
                rx.el.p(CustomerState.why.summary, class_name="font-[540]"),
                rx.el.ul(
                    rx.foreach(CustomerState.why.sentences, rx.el.li),
                    class_name="mt-1.5 grid list-disc gap-1 pl-5 text-ink-2",
                ),
                class_name="mx-[18px] mb-3 rounded-control bg-sunken px-3.5 py-3 text-small [overflow-wrap:anywhere]",
                role="status",
            ),
            None,
        ),
        class_name="border-b border-line last:border-b-0",
    )


def lots() -> rx.Component:
    """Where the credits come from, and in which order they go."""
    return card(
        data_table(
            [
                Column("Turn", lambda row: rx.el.span(row.turn, class_name="text-ink-2")),
                Column("Credits of", _lot_name),
                Column("Left", _lot_left, "number"),
                Column("End", lambda row: row.ends, "roomy number"),
                Column("Paid", lambda row: row.paid, "roomy number"),
            ],
            CustomerState.lots,
            "Lots of credits in the order they burn, then those that are over",
            none="This customer never had credits.",
            tall=False,
        ),
        title="Lots, in burn order",
        flush=True,
    )


def _lot_name(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(
            rx.el.span(row.name, class_name="font-[540] [overflow-wrap:anywhere]"),
            rx.cond(row.state != "", badge(row.state, tone=row.tone), None),
            class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
        ),
        rx.el.code(
            row.source, class_name="block max-w-[24ch] truncate text-tiny text-ink-3 sm:max-w-[36ch]", title=row.source
        ),
    )


def _lot_left(row: Any) -> rx.Component:
    return rx.fragment(row.left, rx.el.span(row.of, class_name="block text-tiny text-ink-3"))


def payments_card() -> rx.Component:
    """What was paid, and giving it back."""
    refund = Column(
        "Give back",
        lambda row: rx.cond(
            row.refundable & StaffState.is_support,
            button(
                "Refund",
                rx.el.span(" ", row.what, ", ", row.amount, class_name="sr-only"),
                size="xs",
                on_click=RefundState.begin(row.id),
            ),
            None,
        ),
        "number",
    )
    return card(
        data_table(
            [
                Column("Payment", lambda row: two_lines(row.what, row.at, row.intent)),
                Column("State", lambda row: badge(row.state, tone=row.tone), "roomy"),
                Column("Amount", lambda row: amount_with_note(row.amount, row.refunded), "number"),
                refund,
            ],
            CustomerState.payments,
            "Payments, newest first",
            none="Nothing was paid yet.",
            tall=False,
        ),
        title="Payments",
        flush=True,
    )


def moves_card() -> rx.Component:
    """Refunds, disputes and refused charges; nothing if there were none."""
    return happenings("Refunds, disputes, refusals", CustomerState.moves)


def invoices_card() -> rx.Component:
    """What was billed; nothing if nothing was."""
    return rx.cond(
        CustomerState.invoices.length() > 0,
        card(
            data_table(
                [
                    Column("Invoice", _linked),
                    Column("State", lambda row: badge(row.state, tone=row.tone), "roomy"),
                    Column("Amount", lambda row: row.amount, "number"),
                ],
                CustomerState.invoices,
                "Invoices, newest first",
                tall=False,
            ),
            title="Invoices",
            flush=True,
        ),
        None,
    )


def _linked(row: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(
            row.href != "",
            rx.el.a(row.number, href=row.href, target="_blank", rel="noopener noreferrer", class_name="font-[540]"),
            rx.el.span(row.number, class_name="font-[540]"),
        ),
        rx.el.span(row.at, DOT, row.what, class_name="block text-tiny text-ink-3 [overflow-wrap:anywhere]"),
    )


def events_card() -> rx.Component:
    """What Stripe told about them."""
    return happenings("Events of Stripe", CustomerState.events, closed=True)


def steps_card() -> rx.Component:
    """How the plan changed."""
    return happenings("Life of the plan", CustomerState.steps, closed=True)


def mails_card() -> rx.Component:
    """What was mailed to them."""
    return happenings("Mails to them", CustomerState.mails, closed=True)


def audit_card() -> rx.Component:
    """What staff and the product did to this customer."""
    return folded("Audit log", CustomerState.audit, rx.el.ul(rx.foreach(CustomerState.audit, audit_line)))


def identity() -> rx.Component:
    """Who it is."""
    return card(facts_list(CustomerState.facts), title="Who it is", flush=True)


def plan_card() -> rx.Component:
    """What they have."""
    return card(facts_list(CustomerState.plan), title="Plan", flush=True)


def beside() -> rx.Component:
    """Allowances, and what was bought or given beside the plan."""
    return card(
        rx.el.ul(rx.foreach(CustomerState.quotas, _quota), rx.foreach(CustomerState.owned, _owned)),
        rx.cond(
            (CustomerState.quotas.length() == 0) & (CustomerState.owned.length() == 0),
            empty("Nothing is counted, bought or given."),
            None,
        ),
        title="Allowances and features",
        aside=rx.cond(
            StaffState.is_admin, button("Give a feature", size="s", on_click=AskState.ask("grant", "")), None
        ),
        flush=True,
    )


def _quota(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(row.name, class_name="font-[540]"),
            rx.el.p(
                row.used,
                rx.cond(row.resets != "", DOT + row.resets, ""),
                class_name="text-tiny text-ink-2 tabular-nums",
            ),
            rx.el.div(
                rx.el.div(class_name="h-full rounded-full bg-accent", style={"width": row.width}),
                class_name="mt-1.5 h-[5px] max-w-[220px] overflow-hidden rounded-full bg-line",
                aria_hidden="true",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(
            StaffState.is_support,
            button(
                "Reset",
                rx.el.span(" ", row.name, class_name="sr-only"),
                size="xs",
                on_click=AskState.ask("quota", row.code),
            ),
            None,
        ),
        class_name="flex items-center gap-3 " + ROW,
    )


def _owned(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                rx.el.span(row.name, class_name="font-[540]"),
                rx.cond(row.state != "", badge(row.state, tone=row.tone), None),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.el.p(row.detail, class_name="text-tiny text-ink-2 [overflow-wrap:anywhere]"),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(
            row.given & StaffState.is_admin,
            button(
                "Take back",
                rx.el.span(" ", row.name, class_name="sr-only"),
                size="xs",
                on_click=AskState.ask("revoke", row.code),
            ),
            None,
        ),
        class_name="flex items-center gap-3 " + ROW,
    )


def notes_card() -> rx.Component:
    """What staff wrote down. Customers never see it."""
    return card(
        rx.cond(
            StaffState.is_support,
            rx.el.form(
                rx.el.label("New note", html_for="new-note", class_name="sr-only"),
                rx.el.textarea(
                    id="new-note",
                    name="body",
                    rows="2",
                    max_length=4_000,
                    required=True,
                    placeholder="For the next one who looks here\N{HORIZONTAL ELLIPSIS}",
                    class_name=(
                        "w-full resize-y rounded-control border border-control-line bg-surface px-3 py-2 text-base "
                        "outline-offset-0 focus-visible:border-accent"
                    ),
                ),
                rx.el.div(button("Add note", size="s", type="submit"), class_name="flex justify-end"),
                on_submit=CustomerState.add_note,
                reset_on_submit=True,
                class_name="grid gap-2 border-b border-line p-[18px] pb-3",
            ),
            None,
        ),
        rx.cond(
            CustomerState.notes.length() > 0,
            rx.el.ul(
                rx.foreach(
                    CustomerState.notes,
                    lambda one: rx.el.li(
                        rx.el.p(one.body, class_name="whitespace-pre-wrap [overflow-wrap:anywhere]"),
                        rx.el.p(one.by, class_name="mt-0.5 text-tiny text-ink-3"),
                        class_name=ROW,
                    ),
                )
            ),
            rx.el.p("No note yet.", class_name="px-[18px] py-3.5 text-small text-ink-3"),
        ),
        title="Notes",
        flush=True,
    )
