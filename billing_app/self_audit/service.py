"""Makes self-audits: nightly, by command, or because staff asked; keeps them for 90 days."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, InvalidInput, NotFound
from billing_app.journal.audit import Actor, audit
from billing_app.self_audit.checks import ALL, Around, Look
from billing_app.self_audit.models import SelfAuditRow
from billing_app.self_audit.report import Check, Report, State, check_from

KEPT = timedelta(days=90)
MAX_REPORTS = 100
LOOK_LIMIT_S = 120

logger = logging.getLogger(__name__)


class SelfAudit:
    """Looks at everything, and shows what was found before."""

    def __init__(self, around: Around, looks: Mapping[str, tuple[str, Look]] = ALL) -> None:
        self._around = around
        self._database: Database = around.database
        self._looks = looks

    async def run(self, by: str) -> Report:
        """Look at everything now, and keep what was found. A check that cannot look is a warning, and stops no other.

        Args:
            by: who asked: `job`, `cli`, `user:12`.
        """
        began, at = time.monotonic(), clock.wall()
        checks = [await self._look(name) for name in self._looks]
        report = Report(None, at, by, int((time.monotonic() - began) * 1000), tuple(checks))
        row = SelfAuditRow(
            at=at,
            by=by,
            state=report.state.value,
            took_ms=report.took_ms,
            checks=[check.as_json() for check in report.checks],
        )
        async with self._database.transaction() as session:
            session.add(row)
            await session.execute(delete(SelfAuditRow).where(col(SelfAuditRow.at) < at - KEPT))
        if report.state is not State.OK:
            told = "; ".join(f"{one.name}: {one.figure}" for one in checks if one.state is not State.OK)
            logger.log(logging.ERROR if report.state is State.BAD else logging.WARNING, "self-audit: %s", told)
        return _report(row)

    async def ask(self, by: Principal) -> Report:
        """As `run`, for staff. Audited.

        Raises:
            NotPermitted: not SUPPORT.
        """
        by.require(Role.SUPPORT)
        report = await self.run(f"user:{by.user_id}")
        async with self._database.transaction() as session:
            after = {"state": report.state.value}
            await audit(session, Actor.user(by.user_id), "self_audit.made", f"self_audit:{report.id}", after=after)
        return report

    async def reports(self, by: Principal, *, limit: int = 30) -> list[Report]:
        """Self-audits of the last 90 days, the last first.

        Raises:
            NotPermitted: not staff. InvalidInput: `limit` is not 1 to 100.
        """
        by.require(Role.VIEWER)
        if not 1 <= limit <= MAX_REPORTS:
            raise InvalidInput(f"Ask for 1 to {MAX_REPORTS} reports at once.", field="limit")
        async with self._database.transaction() as session:
            rows = await session.scalars(select(SelfAuditRow).order_by(col(SelfAuditRow.id).desc()).limit(limit))
            return [_report(row) for row in rows]

    async def report(self, by: Principal, report_id: int) -> Report:
        """One of them.

        Raises:
            NotPermitted: not staff. NotFound: no such report, or it was too old to keep.
        """
        by.require(Role.VIEWER)
        async with self._database.transaction() as session:
            row = await session.get(SelfAuditRow, report_id)
        if row is None:
            raise NotFound("There is no such self-audit; they are kept for 90 days.")
        return _report(row)

    async def _look(self, name: str) -> Check:
        title, look = self._looks[name]
        try:
            return await asyncio.wait_for(look(self._around), LOOK_LIMIT_S)
        except TimeoutError:
            said = f"it took more than {LOOK_LIMIT_S} s"
        except DomainError as error:
            said = error.detail
        except TROUBLE as error:
            said = type(error).__name__
        except Exception as error:
            logger.exception("the check %s failed", name)
            said = type(error).__name__
        return Check(name, title, State.WARN, "?", f"This could not be looked at: {said}")


def _report(row: SelfAuditRow) -> Report:
    return Report(row.id, row.at, row.by, row.took_ms, tuple(check_from(one) for one in row.checks))
