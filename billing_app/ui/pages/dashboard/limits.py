"""Allowances of the plan: how much was used of each, when it starts anew (rows C4, D2)."""

import reflex as rx

from billing_app.bootstrap import current
from billing_app.ui.components.meters import Meter, meter, meter_row
from billing_app.ui.components.surfaces import card


class LimitsState(rx.State):
    """One's allowances."""

    meters: rx.Field[list[Meter]] = rx.field(default_factory=list)

    async def _refresh(self, customer_id: int) -> None:
        """Read them afresh. The caller has authorised itself for this customer."""
        self.meters = [meter(one) for one in await current().entitlements.usage(customer_id)]


def limits() -> rx.Component:
    """The card; without allowances there is none."""
    return rx.cond(
        LimitsState.meters.length() > 0,
        card(rx.el.ul(rx.foreach(LimitsState.meters, meter_row)), title="What your plan allows", flush=True),
        None,
    )
