"""The button of one way on: pay for a pack or an unlock, take a plan, or go where it goes on."""

from datetime import timedelta
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.forms import hidden, post_form
from billing_app.ui.components.offers import buy_form
from billing_app.ui.components.plans import SUBSCRIBE
from billing_app.ui.session import customer_of

WALL = "wall"
"""How a form that stands on a wall says where it stands."""


class WayOn(rx.State):
    """Notes a way on that is a link; one that is a form says by itself that it comes from the wall."""

    @rx.event
    async def taken(self, kind: str, code: str) -> None:
        """A link on the wall was followed."""
        try:
            await current().funnel.note_once(
                "cta_clicked",
                within=timedelta(minutes=1),
                customer_id=await customer_of(self),
                data={"kind": str(kind)[:20], "code": str(code)[:80], "via": WALL},
            )
        except DomainError:
            return


def way_on(option: Any, *, return_to: Any, primary: bool = False, small: bool = False) -> rx.Component:
    """The button of a `WallOption`; what is paid for brings people back to `return_to`."""
    kind, size = "primary" if primary else "plain", "s" if small else "l"
    spoken = {"aria-label": option.spoken}
    subscribe = post_form(
        hidden("plan", option.code),
        hidden("period", option.period),
        hidden("return_to", return_to),
        hidden("via", WALL),
        button(option.label, kind=kind, size=size, wide=not small, type="submit", custom_attrs=spoken),
        action=SUBSCRIBE,
        class_name="" if small else "w-full",
    )
    return rx.cond(
        option.href != "",
        link_button(
            option.label,
            href=option.href,
            kind=kind,
            size=size,
            wide=not small,
            custom_attrs=spoken,
            on_click=WayOn.taken(option.kind, option.code),
        ),
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
                via=WALL,
            ),
        ),
    )
