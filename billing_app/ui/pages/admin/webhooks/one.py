"""One event: what is known of it, what it wrote to whose ledger, its attempts and its body."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState
from billing_app.ui.admin.parts import Column, badge, button, card, data_table
from billing_app.ui.pages.admin.webhooks.state import WebhooksState


def one_event() -> rx.Component:
    """The event that is open."""
    return card(
        _head(),
        rx.el.div(_actions(), class_name="flex flex-wrap items-center gap-2 border-b border-line px-[18px] py-2.5"),
        rx.el.dl(
            rx.foreach(WebhooksState.facts, _fact),
            class_name="grid grid-cols-2 gap-x-6 gap-y-2.5 px-[18px] py-3.5 sm:grid-cols-3",
        ),
        _part("Ledger entries", _entries()),
        _part("Attempts", _attempts()),
        rx.el.details(
            rx.el.summary("Body", class_name="cursor-pointer px-[18px] py-3 font-[560]"),
            rx.el.pre(
                WebhooksState.body,
                tab_index=0,
                class_name="max-h-[420px] overflow-auto border-t border-line bg-sunken p-[18px] font-mono text-tiny",
                custom_attrs={"aria-label": "Body of the event, secrets masked"},
            ),
            class_name="border-t border-line",
        ),
        title=WebhooksState.shown_type,
        flush=True,
    )


def _head() -> rx.Component:
    return rx.el.p(
        badge(WebhooksState.shown_state, tone=WebhooksState.shown_tone),
        rx.el.span(WebhooksState.shown, class_name="font-mono text-small text-ink-2 [overflow-wrap:anywhere]"),
        rx.cond(
            WebhooksState.shown_customer != "",
            rx.el.a(WebhooksState.shown_customer, href=WebhooksState.shown_href, class_name="text-small"),
            None,
        ),
        rx.cond(
            WebhooksState.shown_error != "",
            rx.el.span(WebhooksState.shown_error, class_name="basis-full text-small text-bad"),
            None,
        ),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-[18px] py-3",
    )


def _actions() -> rx.Component:
    return rx.fragment(
        rx.cond(
            StaffState.is_support & WebhooksState.replayable,
            rx.fragment(
                button(
                    "Try without keeping",
                    size="s",
                    disabled=WebhooksState.busy,
                    on_click=WebhooksState.rehearse(WebhooksState.shown),
                ),
                button(
                    rx.cond(WebhooksState.busy, "Replaying…", "Replay"),
                    kind="primary",
                    size="s",
                    disabled=WebhooksState.busy,
                    on_click=WebhooksState.replay(WebhooksState.shown),
                ),
            ),
            None,
        ),
        button("Close", kind="quiet", size="s", on_click=WebhooksState.close_event),
    )


def _fact(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(row.name, class_name="text-tiny text-ink-3"),
        rx.el.dd(row.value, class_name="text-small tabular-nums [overflow-wrap:anywhere]"),
    )


def _part(title: str, content: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h3(title, class_name="px-[18px] pt-3 pb-1 text-small font-[600]"),
        content,
        class_name="border-t border-line",
    )


def _entries() -> rx.Component:
    return data_table(
        [
            Column("Customer", lambda row: rx.el.a(row.customer, href=row.href)),
            Column("Entry", lambda row: row.entry),
            Column("Kind", lambda row: row.kind, "roomy"),
            Column("Credits", lambda row: row.credits, "number"),
        ],
        WebhooksState.entries,
        "Entries of the ledger this event wrote",
        none="It wrote nothing to any ledger.",
        tall=False,
    )


def _attempts() -> rx.Component:
    return data_table(
        [
            Column("When", lambda row: rx.el.span(row.at, class_name="whitespace-nowrap")),
            Column("State", lambda row: badge(row.state, tone=row.tone)),
            Column("What it did", lambda row: rx.el.span(row.says, class_name="[overflow-wrap:anywhere]")),
            Column("Made", lambda row: row.by, "roomy"),
            Column("Took", lambda row: row.took, "roomy number"),
        ],
        WebhooksState.attempts,
        "Attempts to apply this event, last first",
        none="Nobody has tried to apply it.",
        tall=False,
    )
