"""`/admin/webhooks`: what Stripe delivered, what became of it, and doing it once more (AD9)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.choosing import chooser
from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, message, notice, stack
from billing_app.ui.components.forms import FIELD
from billing_app.ui.pages.admin.webhooks.one import one_event
from billing_app.ui.pages.admin.webhooks.rows import ONLY
from billing_app.ui.pages.admin.webhooks.state import WebhooksState

__all__ = ["WebhooksState", "webhooks"]


def webhooks() -> rx.Component:
    """The page."""
    return admin_page(
        "Webhooks",
        rx.el.div(message(WebhooksState.error), class_name="mt-4 empty:hidden"),
        rx.cond(
            WebhooksState.said != "", rx.el.div(notice(WebhooksState.said, tone="accent"), class_name="mt-4"), None
        ),
        stack(
            rx.cond(WebhooksState.shown != "", one_event(), None),
            rx.cond(
                WebhooksState.loaded,
                _log(),
                rx.el.div(class_name="h-96 rounded-card border border-line bg-surface", aria_hidden="true"),
            ),
            rx.cond(WebhooksState.refused.length() > 0, _refused(), None),
        ),
        current="/admin/webhooks",
        lead="Every event that Stripe delivered under a valid signature. A replay asks Stripe again and writes how "
        "things stand; what was done before changes nothing.",
        actions=[
            rx.cond(
                StaffState.is_support & (WebhooksState.undone > 0),
                button(
                    rx.cond(WebhooksState.busy, "Replaying…", "Replay what could not be applied"),
                    kind="primary",
                    disabled=WebhooksState.busy,
                    on_click=WebhooksState.replay_undone,
                ),
                None,
            )
        ],
    )


def _log() -> rx.Component:
    return card(
        _filter(),
        data_table(
            [
                Column("Received", lambda row: rx.el.time(row.received, title=row.received_whole), "roomy"),
                Column("Event", _event),
                Column("State", lambda row: badge(row.state, tone=row.tone)),
                Column("What it did", _says, "roomy"),
                Column("Attempts", lambda row: row.attempts, "roomy number"),
                Column("Took", lambda row: row.took, "roomy number"),
            ],
            WebhooksState.rows,
            "Events, last received first",
            none="No event of this kind has come.",
            tall=False,
        ),
        rx.cond(
            WebhooksState.next_before != "",
            rx.el.div(
                button("Show more", size="s", on_click=WebhooksState.show_more),
                class_name="flex justify-center border-t border-line p-3",
            ),
            None,
        ),
        title="Deliveries",
        aside=rx.el.span(WebhooksState.summary, class_name="text-right text-small text-ink-2 tabular-nums"),
        flush=True,
    )


def _filter() -> rx.Component:
    return rx.el.div(
        chooser("state", ONLY, WebhooksState.only, WebhooksState.choose_only, label="State", size="m"),
        rx.el.form(
            _input("kind", "Type begins with", "invoice.", WebhooksState.kind, "w-[120px] sm:w-[180px]"),
            _input("about", "Id of event, object or customer", "evt_…, cs_…, cus_…", WebhooksState.about, "flex-1"),
            button("Find", type="submit"),
            on_submit=WebhooksState.find,
            role="search",
            class_name="flex min-w-0 flex-1 basis-full flex-wrap items-center gap-2 sm:basis-0",
        ),
        class_name="flex flex-wrap items-center gap-2 border-b border-line px-[18px] py-3",
    )


def _input(name: str, label: str, example: str, value: Any, width: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="sr-only"),
        rx.el.input(
            name=name,
            default_value=value,
            key=value,
            placeholder=example,
            title=label,
            max_length=255,
            auto_complete="off",
            class_name=FIELD + " !h-9 !text-base",
        ),
        class_name="min-w-0 " + width,
    )


def _event(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.button(
            row.type,
            type="button",
            on_click=WebhooksState.open_event(row.id),
            class_name="block text-left font-[540] text-accent-text underline-offset-2 hover:underline",
        ),
        rx.el.span(row.id, class_name="block font-mono text-tiny text-ink-3 [overflow-wrap:anywhere]"),
        rx.cond(
            row.customer != "",
            rx.el.a(row.customer, href=row.customer_href, class_name="text-tiny"),
            None,
        ),
    )


def _says(row: Any) -> rx.Component:
    return rx.el.span(
        row.says,
        class_name=rx.cond(
            row.bad,
            "block max-w-[52ch] text-small text-bad [overflow-wrap:anywhere]",
            "block max-w-[52ch] text-small text-ink-2 [overflow-wrap:anywhere]",
        ),
    )


def _refused() -> rx.Component:
    return card(
        data_table(
            [
                Column("When", lambda row: rx.el.span(row.at, class_name="whitespace-nowrap")),
                Column("Why", lambda row: row.reason),
                Column("Body", lambda row: row.size, "roomy number"),
                Column("Headers", _headers, "roomy"),
            ],
            WebhooksState.refused,
            "Deliveries refused for their signature, last first",
        ),
        title="Refused deliveries",
        aside=rx.el.span(
            "No valid signature: headers of the last hundred, never a body", class_name="text-small text-ink-2"
        ),
        flush=True,
    )


def _headers(row: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Show", class_name="cursor-pointer text-small text-accent-text"),
        rx.el.pre(row.headers, class_name="mt-1 max-w-[60ch] overflow-x-auto font-mono text-tiny text-ink-2"),
    )
