"""Allowances of the plan: how much was used of each, when it starts anew (rows C4, D2)."""

from collections.abc import Sequence

import reflex as rx

from billing_app.bootstrap import current
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.ui.components.meters import Meter, meter, meter_row
from billing_app.ui.components.surfaces import card
from billing_app.ui.format import day


def in_short(usage: Sequence[QuotaUsage]) -> tuple[str, str, str]:
    """The allowance that is used most, with its figures, and when the next one starts anew. Empty without any."""
    bounded = [one for one in usage if one.limit]
    if not bounded:
        return "", "", ""
    most = max(bounded, key=lambda one: one.percent)
    first = min(bounded, key=lambda one: one.resets_at)
    what = "allowances start anew" if len(bounded) > 1 else f"{first.name} starts anew"
    return f"{most.percent}%", f"{most.name}: {most.text}", f"{day(first.resets_at)}: {what}"


class LimitsState(rx.State):
    """One's allowances."""

    meters: rx.Field[list[Meter]] = rx.field(default_factory=list)
    most_used: rx.Field[str] = rx.field("")
    most_used_detail: rx.Field[str] = rx.field("")
    starts_anew: rx.Field[str] = rx.field("")

    async def _refresh(self, customer_id: int) -> None:
        """Read them afresh. The caller has authorised itself for this customer."""
        usage = await current().entitlements.usage(customer_id)
        self.meters = [meter(one) for one in usage]
        self.most_used, self.most_used_detail, self.starts_anew = in_short(usage)


def limits() -> rx.Component:
    """The card; without allowances there is none."""
    return rx.cond(
        LimitsState.meters.length() > 0,
        card(rx.el.ul(rx.foreach(LimitsState.meters, meter_row)), title="What your plan allows", flush=True),
        None,
    )
