"""`/admin/self-audit`: whether everything still holds, in figures, and how it stood on earlier nights (AD20)."""

from dataclasses import dataclass

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.self_audit.report import Check, Report, State
from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, message, stack
from billing_app.ui.format import moment
from billing_app.ui.session import staff_of

SHOWN = 30
_WORDS = {State.OK: ("Holds", "good"), State.WARN: ("Look at it", "warn"), State.BAD: ("Does not hold", "bad")}
_BY = {"job": "nightly", "cli": "on the command line"}


@dataclass
class CheckRow:
    """One check, as a line."""

    title: str
    figure: str
    words: str
    state: str
    tone: str


@dataclass
class ReportRow:
    """One self-audit, as a line of the list."""

    id: int
    at: str
    by: str
    took: str
    state: str
    tone: str
    summary: str


def check_row(check: Check) -> CheckRow:
    """The line of one check."""
    state, tone = _WORDS[check.state]
    return CheckRow(check.title, check.figure, check.words, state, tone)


def report_row(report: Report) -> ReportRow:
    """The line of one self-audit."""
    state, tone = _WORDS[report.state]
    wrong = [f"{check.title}: {check.figure}" for check in report.checks if check.state is not State.OK]
    return ReportRow(
        id=report.id or 0,
        at=moment(report.at),
        by=_BY.get(report.by, "by staff"),
        took=f"{report.took_ms / 1000:.1f} s",
        state=state,
        tone=tone,
        summary="; ".join(wrong) or "everything holds",
    )


class SelfAuditState(rx.State):
    """The self-audit that is shown, and the list of those before it."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    busy: rx.Field[bool] = rx.field(False)
    head: rx.Field[str] = rx.field("")
    state: rx.Field[str] = rx.field("")
    tone: rx.Field[str] = rx.field("")
    checks: rx.Field[list[CheckRow]] = rx.field(default_factory=list)
    reports: rx.Field[list[ReportRow]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """Show the last one."""
        self.error = ""
        try:
            reports = await current().self_audit.reports(await staff_of(self, Role.VIEWER), limit=SHOWN)
            self.reports = [report_row(report) for report in reports]
            self._show(reports[0] if reports else None)
        except DomainError as error:
            self.error = error.detail
        self.loaded = True

    @rx.event
    async def open_report(self, report_id: int) -> None:
        """Show an earlier one."""
        self.error = ""
        try:
            self._show(await current().self_audit.report(await staff_of(self, Role.VIEWER), report_id))
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def look(self):
        """Look at everything now."""
        self.error = ""
        try:
            who = await staff_of(self, Role.SUPPORT)
        except DomainError as error:
            self.error = error.detail
            return
        self.busy = True
        yield
        try:
            await current().self_audit.ask(who)
        except DomainError as error:
            self.error = error.detail
        finally:
            self.busy = False
        yield SelfAuditState.load

    def _show(self, report: Report | None) -> None:
        if report is None:
            self.head, self.state, self.tone, self.checks = "", "", "", []
            return
        self.state, self.tone = _WORDS[report.state]
        self.head = f"{moment(report.at)}, {_BY.get(report.by, 'by staff')}, in {report.took_ms / 1000:.1f} s"
        self.checks = [check_row(check) for check in report.checks]


def self_audit() -> rx.Component:
    """The page."""
    return admin_page(
        "Self-audit",
        stack(
            message(SelfAuditState.error),
            rx.cond(
                SelfAuditState.loaded,
                card(_checks(), title="Looked at", flush=True),
                rx.el.div(class_name="h-96 rounded-card border border-line bg-surface", aria_hidden="true"),
            ),
            rx.cond(SelfAuditState.reports.length() > 1, card(_reports(), title="Before", flush=True), None),
        ),
        current="/admin/self-audit",
        lead="Every balance computed anew from its entries, and everything around it looked at. Zero is the normal "
        "answer. It runs each night; 'doctor' does the same on the command line.",
        actions=[
            rx.cond(
                StaffState.is_support,
                button(
                    rx.cond(SelfAuditState.busy, "Looking…", "Look now"),
                    kind="primary",
                    disabled=SelfAuditState.busy,
                    on_click=SelfAuditState.look,
                ),
                None,
            )
        ],
    )


def _checks() -> rx.Component:
    return rx.el.div(
        rx.cond(
            SelfAuditState.head != "",
            rx.el.p(
                badge(SelfAuditState.state, tone=SelfAuditState.tone),
                rx.el.span(SelfAuditState.head, class_name="text-small text-ink-2"),
                class_name="flex flex-wrap items-center gap-2 border-b border-line px-[18px] py-3",
                role="status",
            ),
            None,
        ),
        data_table(
            [
                Column("Check", lambda row: rx.el.span(row.title, class_name="font-[520] sm:whitespace-nowrap")),
                Column("Figure", lambda row: row.figure, "number"),
                Column("", lambda row: badge(row.state, tone=row.tone)),
                Column("", lambda row: rx.el.span(row.words, class_name="text-ink-2 break-words"), "roomy"),
            ],
            SelfAuditState.checks,
            "What was looked at",
            none="None was made yet: the first one comes tonight.",
            tall=False,
        ),
        _wrong_on_a_phone(),
    )


def _wrong_on_a_phone() -> rx.Component:
    """A narrow screen has no room for every sentence: those that matter stand below."""
    return rx.el.ul(
        rx.foreach(
            SelfAuditState.checks,
            lambda row: rx.cond(
                row.tone != "good",
                rx.el.li(rx.el.b(row.title), ": ", row.words, class_name="px-[18px] py-2 text-small text-ink-2"),
                None,
            ),
        ),
        class_name="sm:hidden",
    )


def _reports() -> rx.Component:
    return data_table(
        [
            Column(
                "When",
                lambda row: rx.el.button(
                    row.at,
                    type="button",
                    on_click=SelfAuditState.open_report(row.id),
                    class_name="text-accent-text underline-offset-2 hover:underline tabular-nums whitespace-nowrap",
                ),
            ),
            Column("", lambda row: badge(row.state, tone=row.tone)),
            Column("What was not as it should be", lambda row: row.summary, "roomy"),
            Column("Made", lambda row: row.by, "roomy"),
            Column("Took", lambda row: row.took, "number"),
        ],
        SelfAuditState.reports,
        "Earlier self-audits",
    )
