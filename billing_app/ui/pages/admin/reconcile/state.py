"""The State of `/admin/reconcile`. Every handler asks who it is, and the service asks again."""

import asyncio

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.payments.reconciling.views import RunDetail
from billing_app.ui.pages.admin.reconcile.rows import (
    TONES,
    FindingRow,
    RunRow,
    TotalRow,
    days,
    finding_row,
    head_of,
    run_row,
    sums,
)
from billing_app.ui.session import staff_of

SHOWN = 30
MOST_FINDINGS = 200
_LOOK_S = 1.0
_LOOKS = 120


class ReconcileState(rx.State):
    """The comparison that is shown, and those before it."""

    error: rx.Field[str] = rx.field("")
    said: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    busy: rx.Field[bool] = rx.field(False)
    shown: rx.Field[int] = rx.field(0)
    state: rx.Field[str] = rx.field("")
    tone: rx.Field[str] = rx.field("")
    head: rx.Field[str] = rx.field("")
    stopped: rx.Field[str] = rx.field("")
    sums: rx.Field[list[TotalRow]] = rx.field(default_factory=list)
    days: rx.Field[list[TotalRow]] = rx.field(default_factory=list)
    every_day: rx.Field[bool] = rx.field(False)
    findings: rx.Field[list[FindingRow]] = rx.field(default_factory=list)
    more_findings: rx.Field[str] = rx.field("")
    runs: rx.Field[list[RunRow]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """The last comparison."""
        self.reset()
        await self._list()
        if self.runs:
            await self._show(self.runs[0].id)
        self.loaded = True

    @rx.event
    async def open_run(self, run_id: int) -> None:
        """Show an earlier one."""
        self.error = self.said = ""
        await self._show(run_id)

    @rx.event
    async def show_days(self) -> None:
        """All days, or only those that differ."""
        self.every_day = not self.every_day
        await self._show(self.shown)

    @rx.event
    async def compare(self):
        """Have a worker compare now."""
        self.error = self.said = ""
        try:
            await current().comparison.start(await staff_of(self, Role.SUPPORT))
        except DomainError as error:
            self.error = error.detail
            return
        self.busy = True
        yield ReconcileState.watch

    @rx.event
    async def watch(self):
        """Look on while a comparison that was begun here is under way, for two minutes at most."""
        before = self.runs[0].id if self.runs else 0
        looks = _LOOKS if self.busy else 0
        for _ in range(looks):
            await asyncio.sleep(_LOOK_S)
            await self._list()
            if self.error or (self.runs and self.runs[0].id > before and self.runs[0].state != "Under way"):
                break
            yield
        else:
            if self.busy:
                self.said = "It takes longer than two minutes; its result will be here."
        self.busy = False
        await self._list()
        if self.runs:
            await self._show(self.runs[0].id)

    async def _list(self) -> None:
        try:
            me = await staff_of(self)
            self.runs = [run_row(run) for run in await current().comparison.runs(me, limit=SHOWN)]
        except DomainError as error:
            self.error = error.detail

    async def _show(self, run_id: int) -> None:
        try:
            me = await staff_of(self)
            self._set(await current().comparison.detail(me, run_id))
        except DomainError as error:
            self.error = error.detail

    def _set(self, found: RunDetail) -> None:
        self.shown = found.run.id
        self.state, self.tone = found.run.words, TONES[found.run.state]
        self.head, self.stopped = head_of(found), found.run.error or ""
        self.sums = sums(found.totals)
        self.days = days(found.totals, only_different=not self.every_day)
        self.findings = [finding_row(one) for one in found.findings[:MOST_FINDINGS]]
        left = len(found.findings) - MOST_FINDINGS
        self.more_findings = f"and {left:,} more; 'reconcile' on the command line shows them" if left > 0 else ""
