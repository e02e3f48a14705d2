"""Meters of what a plan allows: how much was used, when it starts anew (rows C4, D2)."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.entitlements.quotas.views import QuotaUsage, counted, in_units
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import badge
from billing_app.ui.format import moment

_NEAR_PERCENT = 80


@dataclass
class Meter:
    """One allowance."""

    code: str
    name: str
    icon: str
    text: str
    width: str
    tone: str
    mark: str
    note: str
    included: bool
    bounded: bool


def meter(usage: QuotaUsage) -> Meter:
    """An allowance in words; nothing is told by colour alone."""
    full = usage.limit is not None and usage.used >= usage.limit > 0
    mark, tone = "", ""
    if usage.over:
        mark, tone = f"{in_units(usage.over, usage.counts_per_unit)} over", "warn"
    elif full:
        mark, tone = "Used up", "warn" if usage.soft else "bad"
    elif usage.limit and usage.percent >= _NEAR_PERCENT:
        mark, tone = "Nearly used up", "warn"
    elif usage.limit is None:
        mark, tone = "Unlimited", "good"
    notes = [f"Starts anew {moment(usage.resets_at)}."] if usage.limit else []
    if usage.rollover_in:
        notes.append(f"{counted(usage.rollover_in, usage.counts_per_unit, usage.unit)} came over from before.")
    if usage.over:
        notes.append("You can go on: what is over the limit is only noted.")
    return Meter(
        code=usage.feature,
        name=usage.name,
        icon=usage.icon,
        text=usage.text,
        width=f"{usage.percent}%",
        tone=tone,
        mark=mark,
        note=" ".join(notes),
        included=usage.included,
        bounded=bool(usage.limit),
    )


def meter_row(one: Any) -> rx.Component:
    """One allowance in a list: name, what is used of how much, when it starts anew."""
    fill = rx.match(
        one.tone,
        *[(tone, f"h-full rounded-full bg-{tone}") for tone in ("bad", "warn")],
        "h-full rounded-full bg-accent",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.name, class_name="font-[520]"),
            rx.cond(one.mark != "", badge(one.mark, tone=one.tone), None),
            rx.el.span(class_name="flex-1"),
            rx.cond(
                one.included,
                rx.el.span(one.text, class_name="text-small text-ink-2 tabular-nums"),
                rx.el.span(
                    icon("lock", size=13),
                    one.text,
                    link_button("See the plans", href="/pricing", kind="quiet", size="s"),
                    class_name="flex items-center gap-1.5 text-small text-ink-3",
                ),
            ),
            class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
        ),
        rx.cond(
            one.bounded,
            rx.el.div(
                rx.el.div(class_name=fill, style={"width": one.width}),
                class_name="mt-2 h-1.5 overflow-hidden rounded-full bg-line",
                aria_hidden="true",
            ),
            None,
        ),
        rx.cond(one.note != "", rx.el.p(one.note, class_name="mt-1.5 text-tiny text-ink-3 tabular-nums"), None),
        class_name="border-b border-line px-[18px] py-3 last:border-b-0",
        custom_attrs={"data-quota": one.code},
    )
