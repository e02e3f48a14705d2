"""The parts of the dashboard that show what one has: banners, tiles, lots, purchases."""

from typing import Any

import reflex as rx

from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import CELL, LEADING, NUMBER, ROOMY, badge, card, empty, table
from billing_app.ui.pages.dashboard.limits import LimitsState
from billing_app.ui.pages.dashboard.plan import PlanState
from billing_app.ui.pages.dashboard.state import DashboardState


def _tile(label: str, *content: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(label, class_name="text-small font-normal text-ink-2"),
        *content,
        class_name="rounded-card border border-line bg-surface p-[18px] shadow-lift",
    )


def tiles() -> rx.Component:
    """What there is, what is in use, what comes next (DB1); of plans without credits: plan, allowance, next."""
    return rx.cond(DashboardState.with_credits, _credit_tiles(), _plan_tiles())


_TILES = "mt-4 mb-3.5 grid gap-3.5 md:grid-cols-[1.3fr_1fr_1.3fr]"


def _plan_tiles() -> rx.Component:
    return rx.el.div(
        _tile(
            "Your plan",
            rx.el.p(PlanState.plan.title, class_name="mt-2 text-[1.25rem] font-[620] leading-tight tracking-[-.02em]"),
            rx.el.p(PlanState.plan.price, class_name="mt-2.5 text-small text-ink-2 tabular-nums"),
        ),
        _tile(
            "Most used",
            rx.el.p(LimitsState.most_used, class_name="mt-1 text-figure tabular-nums"),
            rx.el.p(LimitsState.most_used_detail, class_name="mt-2.5 text-small text-ink-2 tabular-nums"),
        ),
        _next_tile(),
        class_name=_TILES,
        custom_attrs={"aria-live": "polite"},
    )


def _next_tile() -> rx.Component:
    return _tile(
        "Next",
        rx.el.p(DashboardState.next_title, class_name="mt-2 text-[1.25rem] font-[620] leading-tight tracking-[-.02em]"),
        rx.el.p(DashboardState.next_detail, class_name="mt-2.5 text-small text-ink-2"),
    )


def _credit_tiles() -> rx.Component:
    return rx.el.div(
        _tile(
            "Available",
            rx.el.p(DashboardState.available, class_name="mt-1 text-figure tabular-nums", id="available"),
            rx.el.div(
                rx.foreach(
                    DashboardState.shares,
                    lambda share: rx.el.span(
                        class_name="rounded", style={"flex": share.share, "background": share.colour}
                    ),
                ),
                class_name="mt-3.5 flex h-2 gap-0.5 overflow-hidden rounded bg-sunken",
                aria_hidden="true",
            ),
            rx.el.ul(
                rx.foreach(
                    DashboardState.shares,
                    lambda share: rx.el.li(
                        rx.el.span(
                            class_name="mr-1.5 inline-block h-2 w-2 rounded-[3px]", style={"background": share.colour}
                        ),
                        share.label,
                    ),
                ),
                class_name="mt-2 flex flex-wrap gap-x-3.5 gap-y-1 text-tiny text-ink-2 tabular-nums",
            ),
            rx.cond(
                DashboardState.frozen_note != "",
                rx.el.p(DashboardState.frozen_note, class_name="mt-2 text-small text-warn"),
                None,
            ),
        ),
        _tile(
            "In use now",
            rx.el.p(DashboardState.held, class_name="mt-1 text-figure tabular-nums", id="held"),
            rx.el.p(DashboardState.held_by, class_name="mt-2.5 text-small text-ink-2"),
        ),
        _next_tile(),
        class_name=_TILES,
        custom_attrs={"aria-live": "polite"},
    )


def banners() -> rx.Component:
    """What deserves attention, most severe first, each with one thing to do (DB18)."""
    return rx.el.div(
        rx.foreach(DashboardState.banners, _banner), class_name="mt-4 grid gap-2 empty:hidden", id="banners"
    )


def _banner(one: Any) -> rx.Component:
    base = "flex flex-wrap items-center gap-x-3 gap-y-2 rounded-card px-4 py-2.5 "
    look = rx.match(
        one.tone,
        ("bad", base + "bg-bad-soft"),
        ("warn", base + "bg-warn-soft"),
        base + "border border-line bg-surface",
    )
    act = rx.match(
        one.act,
        ("resume", button(one.label, size="s", on_click=PlanState.resume)),
        ("card", button(one.label, size="s", on_click=PlanState.update_card)),
        link_button(one.label, href=one.act, size="s"),
    )
    return rx.el.div(
        icon("circle-alert", class_name="text-ink-2"),
        rx.el.p(one.text, class_name="min-w-0 flex-1 basis-52 text-small"),
        act,
        role="status",
        class_name=look,
        custom_attrs={"data-banner": one.name},
    )


def _lot_rows(rows: Any) -> rx.Component:
    return rx.el.tbody(
        rx.foreach(
            rows,
            lambda lot: rx.el.tr(
                rx.el.td(badge(lot.turn, tone=lot.turn_tone), class_name=CELL),
                rx.el.td(
                    rx.el.span(lot.label, class_name="block font-[520]"),
                    rx.el.span(lot.detail, class_name="block text-tiny text-ink-3"),
                    class_name=CELL + "w-full",
                ),
                rx.el.td(lot.left, class_name=CELL + NUMBER),
                rx.el.td(lot.until, class_name=CELL + "text-right text-ink-2 whitespace-nowrap"),
                class_name="group",
            ),
        )
    )


_LOT_COLUMNS = [("Burns", ""), ("Source", ""), ("Left", "number"), ("Until", "number")]


def lots() -> rx.Component:
    ended = rx.el.details(
        rx.el.summary(
            icon("chevron-right", size=14, class_name="transition-transform group-open:rotate-90"),
            "Used, expired and taken back",
            class_name="flex items-center gap-1.5 border-t border-line px-[18px] py-2.5 text-small text-ink-2",
        ),
        table("Lots that are used up", _LOT_COLUMNS, _lot_rows(DashboardState.ended_lots)),
        class_name="group",
    )
    return card(
        rx.cond(
            DashboardState.lots.length() > 0,
            table("Lots in the order they are used", _LOT_COLUMNS, _lot_rows(DashboardState.lots)),
            empty(f"You have no {brand().credit.many}.", link_button("See prices", href="/pricing", size="s")),
        ),
        rx.cond(DashboardState.ended_lots.length() > 0, ended, None),
        rx.cond(
            DashboardState.resets != "",
            rx.el.p(
                DashboardState.resets,
                class_name="border-t border-line px-[18px] py-2.5 text-tiny text-ink-3 tabular-nums",
                id="resets",
            ),
            None,
        ),
        title=f"Where your {brand().credit.many} come from",
        flush=True,
    )


def purchases() -> rx.Component:
    rows = rx.foreach(
        DashboardState.purchases,
        lambda row: rx.el.tr(
            rx.el.td(row.when, class_name=CELL + ROOMY + "text-ink-2 whitespace-nowrap tabular-nums"),
            rx.el.td(
                rx.el.span(row.what, class_name="block"),
                rx.el.span(row.when, class_name="mr-3 text-tiny text-ink-3 tabular-nums sm:hidden"),
                rx.cond(
                    row.receipt != "",
                    rx.el.a(
                        "Receipt", href=row.receipt, target="_blank", rel="noopener noreferrer", class_name="text-tiny"
                    ),
                    None,
                ),
                class_name=CELL + LEADING + "w-full",
            ),
            rx.el.td(
                rx.el.span(row.amount, class_name="block"),
                rx.cond(row.refunded != "", rx.el.span(row.refunded, class_name="block text-tiny text-ink-3"), None),
                class_name=CELL + NUMBER,
            ),
            rx.el.td(badge(row.state, tone=row.tone), class_name=CELL + "text-right"),
            class_name="group",
        ),
    )
    return card(
        rx.cond(
            DashboardState.purchases.length() > 0,
            table(
                "Purchases, newest first",
                [("When", "roomy"), ("What", ""), ("Paid", "number"), ("", "number")],
                rx.el.tbody(rows),
            ),
            empty("You have not bought anything yet."),
        ),
        title="Purchases",
        flush=True,
    )
