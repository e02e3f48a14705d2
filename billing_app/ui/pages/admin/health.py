"""`/admin/health`: how the installation does right now: queue, webhooks, mails, database, disk (C8)."""

from dataclasses import dataclass

import reflex as rx

from billing_app import clock
from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.self_audit.health import Vital
from billing_app.self_audit.report import State
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, message, stack
from billing_app.ui.format import moment, number
from billing_app.ui.session import staff_of

_TONES = {State.OK: "", State.WARN: "warn", State.BAD: "bad"}


@dataclass
class VitalRow:
    """One figure."""

    name: str
    value: str
    words: str
    tone: str


@dataclass
class SizeRow:
    """One table of the database."""

    name: str
    size: str
    rows: str


@dataclass
class GivenUpRow:
    """Jobs of one kind that failed for good."""

    task: str
    count: str


def vital_row(vital: Vital) -> VitalRow:
    """The tile of one figure."""
    return VitalRow(vital.name, vital.value, vital.words, _TONES[vital.state])


class HealthState(rx.State):
    """The figures of the moment of looking."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    as_of: rx.Field[str] = rx.field("")
    vitals: rx.Field[list[VitalRow]] = rx.field(default_factory=list)
    tables: rx.Field[list[SizeRow]] = rx.field(default_factory=list)
    given_up: rx.Field[list[GivenUpRow]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Look."""
        self.error = ""
        try:
            found = await current().health.vitals(await staff_of(self, Role.VIEWER))
        except DomainError as error:
            self.error = error.detail
            self.loaded = True
            return
        self.vitals = [vital_row(vital) for vital in found.figures]
        self.tables = [
            SizeRow(one.name, f"{one.size_bytes / 1e6:,.1f} MB", f"about {number(one.rows)}") for one in found.tables
        ]
        self.given_up = [GivenUpRow(one.task, number(one.count)) for one in found.given_up]
        self.as_of = moment(clock.wall())
        self.loaded = True


def health() -> rx.Component:
    """The page."""
    return admin_page(
        "Health",
        rx.cond(
            HealthState.loaded,
            rx.el.dl(
                rx.foreach(HealthState.vitals, _vital),
                class_name=(
                    "mt-5 grid grid-cols-1 rounded-card border border-line bg-surface shadow-lift overflow-hidden "
                    "sm:grid-cols-2 xl:grid-cols-4 [&>*]:shadow-[1px_1px_0_0_var(--line)]"
                ),
            ),
            rx.el.div(class_name="mt-5 h-48 rounded-card border border-line bg-surface", aria_hidden="true"),
        ),
        stack(
            message(HealthState.error),
            rx.cond(
                HealthState.given_up.length() > 0,
                card(
                    data_table(
                        [Column("Job", lambda row: row.task), Column("Given up", lambda row: row.count, "number")],
                        HealthState.given_up,
                        "Jobs that failed for good in the last three days",
                        tall=False,
                    ),
                    title="Jobs given up",
                    flush=True,
                ),
                None,
            ),
            card(
                data_table(
                    [
                        Column("Table", lambda row: rx.el.code(row.name, class_name="text-small")),
                        Column("Rows", lambda row: row.rows, "number"),
                        Column("On disk", lambda row: row.size, "number"),
                    ],
                    HealthState.tables,
                    "The largest tables, with their indexes",
                    none="Not looked at yet.",
                    tall=False,
                ),
                title="Largest tables",
                flush=True,
            ),
        ),
        current="/admin/health",
        lead=rx.el.span(
            "As of ", HealthState.as_of, ". Monitoring reads the same from /api/v1/health and /api/v1/metrics."
        ),
        actions=[button("Look again", on_click=HealthState.load)],
    )


def _vital(row: VitalRow) -> rx.Component:
    return rx.el.div(
        rx.el.dt(
            row.name,
            rx.cond(row.tone != "", badge("look at it", tone=row.tone), None),
            class_name="flex items-center gap-2 text-tiny text-ink-2",
        ),
        rx.el.dd(
            rx.el.span(
                row.value, class_name="block text-[1.25rem] leading-7 font-[630] tracking-[-.02em] tabular-nums"
            ),
            rx.el.span(row.words, class_name="block text-tiny text-ink-3"),
        ),
        class_name="min-w-0 px-4 py-3.5",
    )
