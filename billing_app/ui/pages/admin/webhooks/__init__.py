"""`/admin/webhooks`: what Stripe delivered, what became of it, and doing it once more (AD9)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.choosing import chooser
from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, message, notice, stack
from billing_app.ui.components.forms import FIELD
from billing_app.ui.pages.admin.webhooks.one import one_event
from billing_app.ui.pages.admin.webhooks.rows import ONLY
from billing_app.ui.pages.admin.webhooks.state import LOG, OPENED, WebhooksState

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
            rx.el.div(
                rx.cond(WebhooksState.shown != "", one_event(), None),
                id=OPENED,
                tab_index=-1,
                role="region",
                class_name="scroll-mt-20 empty:hidden",
                custom_attrs={"aria-label": "Opened event"},
            ),
            rx.cond(
                WebhooksState.loaded,
                rx.el.div(
                    _log(),
                    id=LOG,
                    tab_index=-1,
                    role="group",
                    class_name="scroll-mt-20 [&>*]:min-w-0",
                    custom_attrs={"aria-label": "Deliveries"},
                ),
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
                Column("Received", _received, "roomy"),
                Column("Event", _event),
                Column("Customer", _customer, "roomy"),
                Column("What it did", _says, "roomy"),
                Column("State", _state),
                Column("Took", lambda row: rx.el.span(row.took, class_name="text-ink-3"), "roomy number"),
            ],
            WebhooksState.rows,
            "Events, last received first",
            none="No event of this kind has come.",
            tall=False,
            under=lambda row: row.heading,
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


def _received(row: Any) -> rx.Component:
    """The minute, once for what came in it for one customer."""
    return rx.el.time(
        row.received,
        title=row.received_whole,
        class_name=rx.cond(row.follows, "sr-only", "text-ink-2 tabular-nums"),
        custom_attrs={"data-follows": rx.cond(row.follows, "yes", rx.Var("undefined"))},
    )


def _event(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.button(
            row.type,
            type="button",
            title=row.id,
            on_click=WebhooksState.open_event(row.id),
            class_name="block text-left font-[540] [overflow-wrap:anywhere] underline-offset-2 hover:underline",
        ),
        rx.el.span(
            row.received,
            rx.cond(row.customer != "", f" \N{MIDDLE DOT} {row.customer}", ""),
            class_name=rx.cond(row.follows, "hidden", "block text-tiny text-ink-3 tabular-nums sm:hidden"),
        ),
        rx.cond(row.bad, rx.el.span(row.says, class_name="block text-small text-bad sm:hidden"), None),
    )


def _customer(row: Any) -> rx.Component:
    return rx.cond(
        (row.customer != "") & ~row.follows,
        rx.el.a(row.customer, href=row.customer_href, class_name="whitespace-nowrap text-ink-2"),
        None,
    )


_LINE = "block max-w-[34ch] truncate text-small leading-[1.3125rem] lg:max-w-[46ch] "


def _says(row: Any) -> rx.Component:
    """One line; an error is told whole."""
    return rx.cond(
        row.bad,
        rx.el.span(row.says, class_name="block max-w-[52ch] text-small text-bad [overflow-wrap:anywhere]"),
        rx.el.span(
            row.says,
            title=row.says,
            class_name=rx.cond(row.quiet, _LINE + "text-ink-3", _LINE + "text-ink-2"),
        ),
    )


def _state(row: Any) -> rx.Component:
    """What is as it should be, is said quietly."""
    return rx.fragment(
        rx.cond(
            row.calm,
            rx.el.span(
                rx.el.span(
                    class_name=rx.cond(
                        row.tone == "good",
                        "h-1.5 w-1.5 rounded-full bg-good",
                        "h-1.5 w-1.5 rounded-full bg-line-strong",
                    ),
                    aria_hidden="true",
                ),
                row.state,
                class_name="inline-flex items-center gap-2 text-small text-ink-2",
            ),
            badge(row.state, tone=row.tone),
        ),
        rx.cond(row.attempts != "", rx.el.span(row.attempts, class_name="block text-tiny text-ink-3"), None),
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
