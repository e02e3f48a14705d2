"""`/admin/money`: bookings, cash and recognised beside one another, and what customers are owed (C8, AD15)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, badge, card, csv_link, data_table, message, period_bar, stack
from billing_app.ui.admin.period import PeriodState, part_heading
from billing_app.ui.pages.admin.money.state import MoneyState

__all__ = ["MoneyState", "money"]

_MEANING = (
    ("Bookings", "What was sold, net of tax and discount, on the day it was sold."),
    ("Cash", "What customers paid, tax included, less what went back to them; kept is what is left after fees."),
    ("Recognised", "What was earned: credits by use, the rest when it expires; plans without credits by day."),
)


def money() -> rx.Component:
    """The page."""
    return admin_page(
        "Money",
        rx.el.div(message(MoneyState.error), class_name="mt-4 empty:hidden"),
        rx.cond(MoneyState.loaded, stack(_three_ways(), _owed(), _roll_forward(), _ageing()), None),
        current="/admin/money",
        lead="Sold, received and earned are three numbers. None of them alone is the revenue.",
        actions=(period_bar(interval=True),),
    )


def _quiet(text: Any) -> rx.Component:
    return rx.el.span(text, class_name="text-ink-2")


def _three_ways() -> rx.Component:
    return card(
        data_table(
            [
                Column(part_heading(), lambda row: row.at),
                Column("Bookings", lambda row: row.booked, "number", _MEANING[0][1]),
                Column("Sales", lambda row: _quiet(row.sales), "roomy number"),
                Column("Cash in", lambda row: row.captured, "number", "Payments that were captured"),
                Column("Given back", lambda row: _quiet(row.given_back), "roomy number", "Refunds, and disputes"),
                Column("Fees", lambda row: _quiet(row.fees), "roomy number", "Of payments and disputes"),
                Column("Kept", lambda row: row.kept, "roomy number", _MEANING[1][1]),
                Column("Recognised", lambda row: row.recognised, "number", _MEANING[2][1]),
                Column("of it breakage", lambda row: _quiet(row.breakage), "roomy number", "Credits that expired"),
            ],
            MoneyState.sides,
            "Bookings, cash and recognised, newest first",
            total=MoneyState.total,
            none="Nothing was sold, paid or earned in these days.",
        ),
        rx.el.dl(
            *[
                rx.el.div(
                    rx.el.dt(name, class_name="text-tiny font-[560] text-ink-2"),
                    rx.el.dd(meaning, class_name="text-tiny text-ink-3"),
                )
                for name, meaning in _MEANING
            ],
            rx.cond(
                MoneyState.modelled,
                rx.el.div(
                    rx.el.dt("* modelled", class_name="text-tiny font-[560] text-ink-2"),
                    rx.el.dd(
                        "Partly by the catalogue's fee model, where the processor has not told its fee yet.",
                        class_name="text-tiny text-ink-3",
                    ),
                ),
                None,
            ),
            class_name="grid gap-x-6 gap-y-2 border-t border-line px-[18px] py-3 sm:grid-cols-3",
        ),
        title="Three ways to look at it",
        aside=csv_link("/api/v1/admin/exports/money.csv?" + PeriodState.export, "bookings, cash and recognised"),
        flush=True,
    )


def _owed() -> rx.Component:
    return card(
        rx.el.dl(
            _figure("Owed to customers", MoneyState.owed, "what they paid for and have not had"),
            _figure("for credits", MoneyState.owed_for_credits, MoneyState.owed_credits, " paid credits left"),
            _figure("for days of plans", MoneyState.owed_for_days, "paid and to come"),
            _figure("for uses of unlocks", MoneyState.owed_for_uses, "paid and left"),
            _figure(
                "Given away",
                MoneyState.exposure,
                MoneyState.promotional,
                " credits left, no liability. ",
                MoneyState.exposure_reason,
            ),
            class_name="grid grid-cols-2 gap-x-6 gap-y-4 px-[18px] py-4 sm:grid-cols-3 lg:grid-cols-5",
        ),
        rx.el.div(
            data_table(
                [
                    Column(
                        "Item",
                        lambda row: rx.fragment(row.name, rx.el.span(" ", row.kind, class_name="text-tiny text-ink-3")),
                    ),
                    Column("Credits left", lambda row: _quiet(row.credits), "number"),
                    Column("Owed", lambda row: row.value, "number"),
                ],
                MoneyState.owed_rows,
                "What is owed, by item, the most first",
                none="Nothing is owed: everything sold was used, or nothing was sold.",
            ),
            class_name="border-t border-line",
        ),
        title="Credit liability now",
        aside=rx.fragment(
            rx.el.span("computed ", MoneyState.as_of, class_name="text-tiny text-ink-3 tabular-nums max-sm:hidden"),
            csv_link("/api/v1/admin/exports/liability.csv?" + PeriodState.export, "the liability"),
        ),
        flush=True,
    )


def _figure(name: str, value: Any, *note: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="text-tiny text-ink-2"),
        rx.el.dd(value, class_name="text-[1.125rem] font-[620] tracking-[-.015em] tabular-nums"),
        rx.el.dd(*note, class_name="text-tiny text-ink-3 tabular-nums"),
    )


def _roll_forward() -> rx.Component:
    return card(
        data_table(
            [
                Column("Month", lambda row: rx.el.span(row.at, class_name="whitespace-nowrap")),
                Column("Opening", lambda row: _quiet(row.opening), "roomy number"),
                Column("Sold", lambda row: row.sold, "number"),
                Column("Earned", lambda row: row.earned, "number"),
                Column("Expired", lambda row: row.expired, "roomy number"),
                Column("Ended", lambda row: row.ended, "roomy number", "Ended early, or deducted by hand"),
                Column("Refunded", lambda row: row.refunded, "roomy number"),
                Column("Closing", lambda row: rx.el.span(row.closing, class_name="font-[560]"), "number"),
                Column("Credits", lambda row: _quiet(row.credits), "roomy number"),
            ],
            MoneyState.rolled,
            "How the liability rolled forward, newest month first",
            none="Nothing was owed in these months.",
        ),
        rx.el.p(
            badge(MoneyState.tie, tone=MoneyState.tie_tone),
            class_name="border-t border-line px-[18px] py-2.5",
            id="tie",
        ),
        title="Roll-forward",
        aside=csv_link("/api/v1/admin/exports/roll-forward.csv?" + PeriodState.export, "the roll-forward"),
        flush=True,
    )


def _ageing() -> rx.Component:
    return card(
        data_table(
            [
                Column("Expires", lambda row: row.at),
                Column("Lots", lambda row: _quiet(row.lots), "roomy number"),
                Column("Paid credits left", lambda row: row.credits, "number"),
                Column("Owed", lambda row: row.value, "number"),
                Column("of them frozen", lambda row: _quiet(row.frozen), "roomy number", "While disputed"),
                Column("Given away", lambda row: _quiet(row.promotional), "roomy number"),
            ],
            MoneyState.ageing,
            "Credits left by the month in which they expire, soonest first",
            none="No credits are left.",
        ),
        title="When what is left expires",
        aside=csv_link("/api/v1/admin/exports/ageing.csv?" + PeriodState.export, "credits by expiry"),
        flush=True,
    )
