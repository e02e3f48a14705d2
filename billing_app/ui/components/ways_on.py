"""The button of one way on: pay for a pack or an unlock, take a plan, or go where it goes on."""

from typing import Any

import reflex as rx

from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.forms import hidden, post_form
from billing_app.ui.components.offers import buy_form
from billing_app.ui.components.plans import SUBSCRIBE


def way_on(option: Any, *, return_to: Any, primary: bool = False, small: bool = False) -> rx.Component:
    """The button of a `WallOption`; what is paid for brings people back to `return_to`."""
    kind, size = "primary" if primary else "plain", "s" if small else "l"
    spoken = {"aria-label": option.spoken}
    subscribe = post_form(
        hidden("plan", option.code),
        hidden("period", option.period),
        hidden("return_to", return_to),
        button(option.label, kind=kind, size=size, wide=not small, type="submit", custom_attrs=spoken),
        action=SUBSCRIBE,
        class_name="" if small else "w-full",
    )
    return rx.cond(
        option.href != "",
        link_button(option.label, href=option.href, kind=kind, size=size, wide=not small, custom_attrs=spoken),
        rx.cond(
            option.kind == "plan",
            subscribe,
            buy_form(
                option.kind,
                option.code,
                option.label,
                option.spoken,
                primary=primary,
                return_to=return_to,
                small=small,
            ),
        ),
    )
