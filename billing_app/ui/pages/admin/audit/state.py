"""The State of `/admin/audit`: the filter is in the address, so that a view can be sent to somebody."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.support.audit_reading import AuditFilter
from billing_app.ui.pages.admin.audit.rows import AuditRow, audit_row
from billing_app.ui.session import staff_of

MOST_SHOWN = 500
FIELDS = ("actor", "action", "object", "first", "last")


class AuditState(rx.State):
    """The lines shown, and by which filter."""

    error: rx.Field[str] = rx.field("")
    actor: rx.Field[str] = rx.field("")
    action: rx.Field[str] = rx.field("")
    object: rx.Field[str] = rx.field("")
    first: rx.Field[str] = rx.field("")
    last: rx.Field[str] = rx.field("")
    actions: rx.Field[list[str]] = rx.field(default_factory=list)
    rows: rx.Field[list[AuditRow]] = rx.field(default_factory=list)
    next_before: rx.Field[int] = rx.field(0)
    csv: rx.Field[str] = rx.field("/api/v1/admin/exports/audit.csv")
    filtered: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        """The newest lines of the filter in the address."""
        self.reset()
        asked = self.router.url.query_parameters
        self._take({name: asked.get(name, "") for name in FIELDS})
        try:
            me = await staff_of(self)
            self.actions = list(await current().support.audit_actions(me))
        except DomainError as error:
            self.error = error.detail
            return
        await self._list(None)

    @rx.event
    async def apply(self, form: dict[str, Any]) -> Any:
        """Show what the form asks for, and put it into the address."""
        self._take({name: str(form.get(name, "") or "").strip() for name in FIELDS})
        await self._list(None)
        query = self._query()
        return rx.redirect(f"/admin/audit?{query}" if query else "/admin/audit", replace=True)

    @rx.event
    async def show_more(self) -> None:
        """The lines before those."""
        await self._list(self.next_before or None)

    def _take(self, asked: dict[str, str]) -> None:
        self.actor, self.action, self.object = asked["actor"][:60], asked["action"][:80], asked["object"][:120]
        self.first, self.last = asked["first"][:10], asked["last"][:10]
        query = self._query()
        self.filtered = bool(query)
        self.csv = "/api/v1/admin/exports/audit.csv" + (f"?{query}" if query else "")

    def _query(self) -> str:
        return urlencode({name: value for name in FIELDS if (value := getattr(self, name))})

    async def _list(self, before: int | None) -> None:
        try:
            me = await staff_of(self)
            page = await current().support.audit_log(me, self._wanted(), before=before)
        except DomainError as error:
            self.error, self.rows, self.next_before = error.detail, [], 0
            return
        self.error = ""
        self.rows = [*(self.rows if before else []), *[audit_row(line) for line in page.lines]]
        self.next_before = (page.next_before or 0) if len(self.rows) < MOST_SHOWN else 0

    def _wanted(self) -> AuditFilter:
        first, last = _day(self.first), _day(self.last)
        return AuditFilter(
            actor=self.actor,
            action=self.action,
            object=self.object,
            since=first,
            until=last + timedelta(days=1) if last else None,
        )


def _day(text: str) -> datetime | None:
    """The begin of a day of UTC.

    Raises:
        InvalidInput: it is none.
    """
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError:
        raise InvalidInput("A day is written 2026-12-31.", field="first") from None
