"""The page for an address that leads nowhere, and what stands in when a page breaks."""

from typing import Any

import reflex as rx

from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed


def _lost(sign: str, title: str, text: str, *actions: Any) -> rx.Component:
    return rx.el.main(
        rx.el.span(
            icon(sign, size=22), class_name="grid h-11 w-11 place-items-center rounded-full bg-sunken text-ink-2"
        ),
        rx.el.h1(title, class_name="mt-4 text-h1"),
        rx.el.p(text, class_name="mt-2 text-ink-2"),
        rx.el.div(*actions, class_name="mt-6 flex flex-wrap gap-2"),
        id="main",
        class_name="mx-auto w-full max-w-[520px] px-4 pt-16 pb-20 sm:pt-28",
    )


def not_found() -> rx.Component:
    """404."""
    return framed(
        _lost(
            "compass",
            "This page does not exist",
            "The address may be old or mistyped. Everything you own is on your dashboard.",
            link_button("See prices", href="/pricing", kind="primary"),
            link_button("Your dashboard", href="/dashboard"),
        )
    )


def broken() -> rx.Component:
    """What a person sees when a page's own code fails: no traceback, a way on."""
    return _lost(
        "unplug",
        "This page broke",
        f"Your account is not touched. Reload the page; if it breaks again, write to {brand().support_email}.",
        link_button("Your dashboard", href="/dashboard", kind="primary"),
        link_button("See prices", href="/pricing"),
    )
