"""What the page of keys asks before it acts: how long an old key goes on, and whether one shall stop."""

import reflex as rx

from billing_app.ui.components.buttons import button
from billing_app.ui.components.dialog import dialog
from billing_app.ui.pages.keys.state import OVERLAPS, KeysState


def questions() -> rx.Component:
    """Both dialogs; one at most is open."""
    return rx.fragment(_replace(), _revoke())


def _which() -> rx.Component:
    return rx.el.p(
        rx.el.span(KeysState.asked_name, class_name="font-[560] [overflow-wrap:anywhere]"),
        " ",
        rx.el.code(KeysState.asked_shown, class_name="text-small text-ink-2"),
    )


def _replace() -> rx.Component:
    choices = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="overlap",
                value=value,
                default_checked=value == "1",
            ),
            label,
            class_name="flex min-h-8 cursor-pointer items-center gap-2.5",
        )
        for value, label in OVERLAPS
    ]
    return dialog(
        _which(),
        rx.el.form(
            rx.el.fieldset(
                rx.el.legend("How long the old key goes on", class_name="text-small font-[550]"),
                rx.el.div(*choices, class_name="mt-1 grid"),
            ),
            rx.el.p("The new key has the same name and may do the same.", class_name="text-small text-ink-2"),
            rx.el.div(
                button("Keep the old one", kind="quiet", on_click=KeysState.cancel),
                button("Make its successor", kind="primary", type="submit"),
                class_name="flex flex-wrap justify-end gap-2",
            ),
            on_submit=KeysState.replace_key,
            class_name="grid gap-4",
        ),
        is_open=KeysState.asking == "replace",
        title="Replace this key",
        title_id="replace-title",
        on_close=KeysState.cancel,
    )


def _revoke() -> rx.Component:
    return dialog(
        _which(),
        rx.el.p(
            "It stops within two seconds, everywhere, and cannot be brought back. What still uses it is refused.",
            class_name="text-ink-2",
        ),
        rx.el.div(
            button("Keep it", kind="quiet", on_click=KeysState.cancel),
            button("Revoke it", kind="danger", on_click=KeysState.revoke_key),
            class_name="flex flex-wrap justify-end gap-2",
        ),
        is_open=KeysState.asking == "revoke",
        title="Revoke this key?",
        title_id="revoke-title",
        on_close=KeysState.cancel,
    )
