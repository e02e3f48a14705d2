"""`/admin/keys`: the keys by which a host product's server speaks to the API (HA5, AD: administrators only)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import admin_page
from billing_app.ui.components.buttons import button
from billing_app.ui.components.entry import message
from billing_app.ui.components.forms import FIELD, field
from billing_app.ui.components.surfaces import badge, card, empty
from billing_app.ui.pages.keys.questions import questions
from billing_app.ui.pages.keys.state import SCOPES, KeysState

__all__ = ["KeysState", "keys"]


def keys() -> rx.Component:
    """The page."""
    return admin_page(
        "API keys",
        rx.el.div(
            message(KeysState.error),
            message(KeysState.done, "good"),
            _new_key(),
            class_name="mt-4 grid gap-3 empty:hidden",
        ),
        rx.cond(
            KeysState.allowed,
            rx.el.div(
                rx.el.div(_working(), _ended(), class_name="grid min-w-0 content-start gap-3.5"),
                _make(),
                class_name="mt-4 grid items-start gap-3.5 lg:grid-cols-[1.6fr_1fr]",
            ),
            None,
        ),
        questions(),
        current="/admin/keys",
        actions=(
            rx.cond(
                KeysState.allowed,
                rx.cond(KeysState.live, badge("live", tone="good"), badge("test", tone="warn")),
                None,
            ),
        ),
        lead=rx.fragment(
            "By a key, your product's server speaks to the API. Keep keys on servers: whoever has one can use it. ",
            rx.el.a("How the API works", href="/api/docs", target="_blank", rel="noopener"),
        ),
    )


def _new_key() -> rx.Component:
    """The key just made: a field to copy from, and no way back to it."""
    return rx.cond(
        KeysState.secret != "",
        rx.el.section(
            rx.el.label(
                "Your new key, ",
                KeysState.secret_name,
                html_for="new-key",
                class_name="text-h2 [overflow-wrap:anywhere]",
            ),
            rx.el.p(
                "Copy it now: it is shown this once, and we keep nothing it could be read from. ",
                KeysState.secret_note,
                class_name="text-small text-ink-2",
                role="status",
            ),
            rx.el.input(
                id="new-key",
                value=KeysState.secret,
                read_only=True,
                auto_complete="off",
                spell_check=False,
                class_name=FIELD + " font-mono text-small",
            ),
            rx.el.div(button("I have kept it", kind="primary", on_click=KeysState.put_away)),
            class_name="grid gap-2.5 rounded-card border border-accent bg-accent-soft p-[18px]",
        ),
        None,
    )


def _make() -> rx.Component:
    choices = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="scope",
                value=value,
                default_checked=number == 0,
                class_name="mt-1",
            ),
            rx.el.span(
                rx.el.span(name, class_name="block font-[560]"),
                rx.el.span(detail, class_name="block text-small text-ink-2"),
            ),
            class_name=(
                "flex cursor-pointer gap-3 rounded-card border border-line-strong px-3.5 py-3 "
                "has-[:checked]:border-accent has-[:checked]:bg-accent-soft"
            ),
        )
        for number, (value, name, detail) in enumerate(SCOPES)
    ]
    return card(
        rx.el.form(
            field("Name", "name", hint="Where it will lie: “Production server”.", max_length=100),
            rx.el.fieldset(
                rx.el.legend("What it may do", class_name="mb-1.5 text-small font-[550]"),
                rx.el.div(*choices, class_name="grid gap-2"),
            ),
            rx.el.div(button("Make key", kind="primary", type="submit")),
            on_submit=KeysState.make,
            reset_on_submit=True,
            class_name="grid gap-4",
        ),
        title="New key",
    )


def _working() -> rx.Component:
    return card(
        rx.cond(
            KeysState.rows.length() > 0,
            rx.el.ul(rx.foreach(KeysState.rows, lambda row: _row(row, _actions(row)))),
            empty("No key yet. Make one, and your server can speak to the API."),
        ),
        title="Keys",
        flush=True,
    )


def _ended() -> rx.Component:
    return rx.cond(
        KeysState.ended.length() > 0,
        rx.el.details(
            rx.el.summary("Ended keys", class_name="cursor-pointer px-[18px] py-3 text-small text-ink-2"),
            rx.el.ul(
                rx.foreach(KeysState.ended, lambda row: _row(row, badge(row.state, tone=row.tone))),
                class_name="border-t border-line",
            ),
            class_name="rounded-card border border-line bg-surface shadow-lift",
        ),
        None,
    )


def _row(row: Any, aside: rx.Component) -> rx.Component:
    facts = rx.el.span(
        row.made,
        " \N{MIDDLE DOT} ",
        row.used,
        rx.cond(row.ends != "", " \N{MIDDLE DOT} " + row.ends, ""),
        class_name="block text-tiny text-ink-3 tabular-nums",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(row.name, class_name="font-[560] [overflow-wrap:anywhere]"),
                badge(row.scope),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.el.code(row.shown, class_name="block text-small text-ink-2"),
            facts,
            class_name="min-w-0 flex-1 basis-[220px]",
        ),
        aside,
        class_name="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-[18px] py-3 last:border-b-0",
        custom_attrs={"data-key": row.id},
    )


def _actions(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(row.replaceable, None, badge(row.state, tone=row.tone)),
        rx.cond(
            row.replaceable,
            button(
                "Replace",
                rx.el.span(" ", row.name, class_name="sr-only"),
                size="s",
                on_click=KeysState.ask_replace(row.id),
            ),
            None,
        ),
        button(
            "Revoke",
            rx.el.span(" ", row.name, class_name="sr-only"),
            size="s",
            kind="danger",
            on_click=KeysState.ask_revoke(row.id),
        ),
        class_name="flex items-center gap-2",
    )
