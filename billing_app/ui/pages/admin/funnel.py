"""`/admin/funnel`: from looking to buying, what came of walls, and why people cancel (AD17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.reports.figures import percent
from billing_app.reports.funnel import FunnelReport, Step, Wall
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, card, csv_link, data_table, empty, message, period_bar, stack
from billing_app.ui.admin.period import PeriodState, chosen
from billing_app.ui.admin.words import share
from billing_app.ui.format import moment, number
from billing_app.ui.session import staff_of

_NOTE = "border-t border-line px-[18px] py-2.5 text-tiny text-ink-3"


@dataclass
class StepRow:
    """One step, and the share of people who took it."""

    key: str
    label: str
    people: str
    of_first: str
    of_previous: str
    width: str


@dataclass
class WallRow:
    """What came of the walls of one feature."""

    name: str
    basis: str
    shown: str
    clicked: str
    opened: str
    paid: str
    resumed: str


@dataclass
class ReasonRow:
    """How many cancelled for a reason in the period."""

    label: str
    count: str
    share: str
    width: str


def step_rows(steps: Sequence[Step]) -> list[StepRow]:
    """The steps, as bars beside their counts."""
    return [
        StepRow(
            one.key,
            one.label,
            number(one.people),
            share(one.of_first) if one.of_first is not None else "",
            share(one.of_previous) if number_of and one.of_previous is not None else "",
            f"{one.of_first or 0}%",
        )
        for number_of, one in enumerate(steps)
    ]


def wall_row(one: Wall) -> WallRow:
    """The line of one feature's walls."""
    counts = (one.shown, one.clicked, one.opened, one.paid, one.resumed)
    return WallRow(one.name or one.feature, one.basis, *[number(count) for count in counts])


def reason_rows(found: FunnelReport) -> list[ReasonRow]:
    """All parts together, the most frequent first."""
    sums: dict[str, int] = {}
    for one in found.reasons:
        label = one.label or "No reason given"
        sums[label] = sums.get(label, 0) + one.cancellations
    everyone = sum(sums.values())
    ordered = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    return [
        ReasonRow(label, number(count), share(percent(count, everyone)), f"{percent(count, everyone) or 0}%")
        for label, count in ordered
    ]


def _arrival(found: FunnelReport) -> str:
    """Who came another way, and how soon payments were known."""
    parts = [
        f"{number(found.opened_elsewhere)} opened a payment page and {number(found.paid_elsewhere)} paid without "
        "having looked at the prices in these days."
        if found.opened_elsewhere or found.paid_elsewhere
        else "",
        f"Of the purchases, {number(found.at_once)} were paid when the buyer came back, {number(found.late)} later."
        if found.at_once or found.late
        else "",
    ]
    return " ".join(part for part in parts if part)


class FunnelState(rx.State):
    """The funnel of the chosen days."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    purchases: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    walls: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    by_feature: rx.Field[list[WallRow]] = rx.field(default_factory=list)
    reasons: rx.Field[list[ReasonRow]] = rx.field(default_factory=list)
    kept: rx.Field[str] = rx.field("")
    arrival: rx.Field[str] = rx.field("")
    as_of: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read it."""
        self.error = ""
        try:
            me = await staff_of(self)
            shown = await chosen(self, me)
            found = await current().funnel_reports.funnel(me, shown.period, shown.interval)
        except DomainError as error:
            self.error = error.detail
            return
        self.purchases, self.walls = step_rows(found.purchases), step_rows(found.walls)
        self.by_feature, self.reasons = [wall_row(one) for one in found.by_feature], reason_rows(found)
        self.kept = f"{number(found.kept)} took their cancellation back." if found.kept else ""
        self.arrival = _arrival(found)
        self.as_of = moment(found.computed_at)
        self.loaded = True


def funnel() -> rx.Component:
    """The page."""
    return admin_page(
        "Funnel",
        rx.el.div(message(FunnelState.error), class_name="mt-4 empty:hidden"),
        rx.cond(
            FunnelState.loaded,
            rx.fragment(
                stack(
                    rx.el.div(
                        _steps("To a purchase", FunnelState.purchases, FunnelState.arrival),
                        _steps("From a wall", FunnelState.walls, ""),
                        class_name="grid min-w-0 gap-3.5 lg:grid-cols-2 [&>*]:min-w-0",
                    ),
                    _by_feature(),
                    _reasons(),
                ),
                rx.el.p("As of ", FunnelState.as_of, class_name="mt-4 text-tiny text-ink-3 tabular-nums"),
            ),
            None,
        ),
        current="/admin/funnel",
        lead="People, not clicks: each step counts those who had taken the one before it.",
        actions=(
            period_bar(currency=False),
            csv_link("/api/v1/admin/exports/funnel.csv?" + PeriodState.export, "the funnel"),
        ),
    )


def _steps(title: str, rows: Any, note: Any) -> rx.Component:
    return card(
        rx.cond(
            rows.length() > 0,
            rx.el.ol(rx.foreach(rows, _step), class_name="grid gap-4 p-[18px]"),
            empty("Nobody in these days."),
        ),
        rx.cond(
            note != "", rx.el.p(note, class_name="border-t border-line px-[18px] py-2.5 text-tiny text-ink-3"), None
        ),
        title=title,
        flush=True,
    )


def _step(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.label, class_name="min-w-0 flex-1"),
            rx.cond(
                row.of_previous != "",
                rx.el.span(row.of_previous, " of those before", class_name="text-tiny text-ink-3"),
                None,
            ),
            rx.el.span(row.people, class_name="w-14 text-right font-[600]"),
            class_name="flex items-baseline gap-3 tabular-nums",
        ),
        rx.el.span(
            rx.el.span(class_name="block h-full rounded-full bg-c1", style={"width": row.width}),
            class_name="mt-1.5 block h-2 overflow-hidden rounded-full bg-line",
            aria_hidden="true",
        ),
        custom_attrs={"data-step": row.key},
    )


def _by_feature() -> rx.Component:
    return card(
        data_table(
            [
                Column("Feature", lambda row: rx.el.span(row.name, class_name="font-[560]")),
                Column("Stopped by", lambda row: rx.el.span(row.basis, class_name="text-ink-2"), "roomy"),
                Column("Saw the wall", lambda row: row.shown, "number"),
                Column("Clicked", lambda row: row.clicked, "number"),
                Column("Opened checkout", lambda row: row.opened, "roomy number"),
                Column("Paid", lambda row: row.paid, "number"),
                Column("Went on", lambda row: row.resumed, "roomy number", "Used the feature afterwards"),
            ],
            FunnelState.by_feature,
            "What came of walls, by feature, the most seen first",
            none="Nobody met a wall in these days.",
        ),
        title="Walls by feature",
        aside=csv_link("/api/v1/admin/walls.csv?" + PeriodState.export, "walls by feature"),
        flush=True,
    )


def _reasons() -> rx.Component:
    return card(
        rx.cond(
            FunnelState.reasons.length() > 0,
            rx.el.ul(
                rx.foreach(
                    FunnelState.reasons,
                    lambda row: rx.el.li(
                        rx.el.span(row.label, class_name="min-w-0 flex-1 basis-[160px]"),
                        rx.el.span(
                            rx.el.span(class_name="block h-full rounded-full bg-c3", style={"width": row.width}),
                            class_name="hidden h-2 w-40 overflow-hidden rounded-full bg-line sm:block",
                            aria_hidden="true",
                        ),
                        rx.el.span(row.share, class_name="w-16 text-right text-ink-2"),
                        rx.el.span(row.count, class_name="w-10 text-right font-[600]"),
                        class_name="flex items-center gap-4 tabular-nums",
                    ),
                ),
                class_name="grid gap-3 p-[18px]",
            ),
            empty("Nobody cancelled in these days."),
        ),
        rx.cond(
            FunnelState.kept != "",
            rx.el.p(FunnelState.kept, class_name=_NOTE),
            None,
        ),
        title="Why people cancel",
        aside=csv_link("/api/v1/admin/cancellations.csv?" + PeriodState.export, "cancellations"),
        flush=True,
    )
