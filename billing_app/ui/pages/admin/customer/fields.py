"""Fields of the dialogs on a customer's page, and how what was typed in them is read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import reflex as rx

from billing_app.errors import InvalidInput
from billing_app.ui.admin.parts import button
from billing_app.ui.components.forms import FIELD

_LABEL = "text-small font-[550]"


def labelled(label: Any, name: Any, *, hint: Any = "", value: Any = "", **props: Any) -> rx.Component:
    """A text field under its label."""
    props.setdefault("type", "text")
    field_id = f"field-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=field_id, class_name=_LABEL),
        rx.el.input(
            id=field_id,
            name=name,
            default_value=value,
            auto_complete="off",
            class_name=FIELD + " tabular-nums",
            custom_attrs={"aria-describedby": f"{field_id}-hint"} if hint else {},
            **props,
        ),
        rx.el.p(hint, id=f"{field_id}-hint", class_name="text-tiny text-ink-2") if hint else None,
        class_name="grid min-w-0 content-start gap-1",
    )


def choice(name: str, legend: str, options: Sequence[tuple[str, str]], chosen: Any) -> rx.Component:
    """One of a few, in sight."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name=_LABEL),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name=name,
                        value=value,
                        default_checked=chosen == value,
                    ),
                    label,
                    class_name="flex min-h-7 cursor-pointer items-center gap-2",
                )
                for value, label in options
            ],
            class_name="mt-1 flex flex-wrap gap-x-5",
        ),
    )


def tick(name: str, label: Any, *, checked: Any = False) -> rx.Component:
    """A box to tick."""
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, value="yes", default_checked=checked),
        label,
        class_name="flex min-h-7 cursor-pointer items-center gap-2.5",
    )


def buttons(on_leave: Any, go: Any, *, kind: str = "primary") -> rx.Component:
    """The end of a form: leave it, or go on."""
    return rx.el.div(
        button("Leave it", kind="quiet", on_click=on_leave),
        button(go, kind=kind, type="submit"),
        class_name="flex flex-wrap justify-end gap-2",
    )


def read_number(text: str, field: str, why: str) -> int:
    """A whole number, as people type it: `1,000`.

    Raises:
        InvalidInput: it is none; says `why`.
    """
    clean = text.strip().replace(",", "").replace(" ", "").removeprefix("+").removeprefix("-")
    if not (clean.isascii() and clean.isdecimal() and len(clean) <= 15):
        raise InvalidInput(why, field=field)
    return int(clean)


def read_day(text: str, field: str) -> date | None:
    """A day; None for an empty field.

    Raises:
        InvalidInput: it is none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("A day is written 2026-12-31.", field=field) from None
