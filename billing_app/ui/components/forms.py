"""Form parts. `post_form` is a plain HTML form: it works before, and without, the page's live connection."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

FIELD = (
    "h-10 w-full rounded-control border border-control-line bg-surface px-3 text-[.9375rem] text-ink "
    "outline-offset-0 focus-visible:border-accent"
)


class _PlainForm(BaseHTML):
    """A `<form>` the browser itself submits. Reflex's own form element always prevents that."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def post_form(*children: rx.Component | rx.Var, action: str, **props: Any) -> rx.Component:
    """A form that posts to one of our own routes, which answers with a redirect."""
    return _PlainForm.create(*children, action=action, method="post", **props)


def hidden(name: str, value: str | rx.Var) -> rx.Component:
    """A value that travels with the form."""
    return rx.el.input(type="hidden", name=name, default_value=value, key=value)


def field(
    label: str,
    name: str,
    *,
    kind: Literal["text", "email", "password"] = "text",
    auto_complete: str = "",
    hint: str | rx.Var = "",
    required: bool = True,
    **props: Any,
) -> rx.Component:
    """A labelled input with its hint below."""
    hint_id = f"{name}-hint"
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name="text-small font-[550] text-ink"),
        rx.el.input(
            id=name,
            name=name,
            type=kind,
            auto_complete=auto_complete or "off",
            required=required,
            class_name=FIELD,
            custom_attrs={"aria-describedby": hint_id} if not isinstance(hint, str) or hint else {},
            **props,
        ),
        rx.el.p(hint, id=hint_id, class_name="text-small text-ink-2") if not isinstance(hint, str) or hint else None,
        class_name="grid gap-1.5",
    )
