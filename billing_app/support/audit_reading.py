"""The audit log for those who read it (AD10): who did what to what, before and after, and why. Nothing writes here."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.api_keys.models import ApiKey
from billing_app.accounts.models import User
from billing_app.accounts.roles import Principal
from billing_app.journal.models import AuditEntry
from billing_app.support.desk import MAX_PAGE, Desk, checked_limit, reading

# Each action there is, by hops over the index of actions: no matter how long the log is.
_ACTIONS = text(
    """WITH RECURSIVE each AS (
        (SELECT action FROM audit_log ORDER BY action LIMIT 1)
        UNION ALL
        SELECT (SELECT l.action FROM audit_log l WHERE l.action > e.action ORDER BY l.action LIMIT 1)
        FROM each e WHERE e.action IS NOT NULL)
    SELECT action FROM each WHERE action IS NOT NULL LIMIT 500"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What to show; an empty member shows all.

    Attributes:
        actor: `user`, `api_key`, `cli`, `system`, `stripe`, `anonymous`; or one user or key: `user:12`.
        action: whole, or how it begins: `plan.`.
        object: whole: `customer:7`.
        since, until: wall time, the second excluded.
    """

    actor: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line. `actor` names it by id, `actor_name` in words (an address, a key's name), where it has one."""

    id: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    object: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    ip: str | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines, newest first. `next_before` continues the list; None at its end."""

    lines: tuple[AuditLine, ...]
    next_before: int | None


class AuditReading(Desk):
    """Every member of staff may read it."""

    async def audit_log(
        self, by: Principal, wanted: AuditFilter | None = None, *, before: int | None = None, limit: int = 50
    ) -> AuditPage:
        """A page of the log, newest first.

        Raises:
            NotPermitted: no staff. InvalidInput: `limit` is not 1 to 100.
        """
        with reading(by):
            checked_limit(limit)
            async with self._database.transaction() as session:
                lines = await lines_of(session, wanted or AuditFilter(), before=before, limit=limit + 1)
        return AuditPage(lines[:limit], lines[limit - 1].id if len(lines) > limit else None)

    async def every_audit_line(self, by: Principal, wanted: AuditFilter) -> AsyncIterator[AuditLine]:
        """All of them, newest first, page by page: for CSV."""
        before: int | None = None
        while True:
            page = await self.audit_log(by, wanted, before=before, limit=MAX_PAGE)
            for line in page.lines:
                yield line
            if page.next_before is None:
                return
            before = page.next_before

    async def audit_actions(self, by: Principal) -> tuple[str, ...]:
        """The actions that occur in the log, in alphabetical order."""
        with reading(by):
            async with self._database.transaction() as session:
                return tuple(await session.scalars(_ACTIONS))


async def lines_of(
    session: AsyncSession, wanted: AuditFilter, *, before: int | None, limit: int
) -> tuple[AuditLine, ...]:
    """Lines, newest first, with the names of who did it."""
    query = _chosen(select(AuditEntry), wanted).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEntry.id) < before)
    rows = (await session.scalars(query)).all()
    names = await _names(session, rows)
    lines: list[AuditLine] = []
    for row in rows:
        actor = row.actor_kind if row.actor_id is None else f"{row.actor_kind}:{row.actor_id}"
        assert row.id is not None
        lines.append(
            AuditLine(
                row.id, row.at, actor, names.get(actor, ""), row.action, row.object, row.before, row.after, row.reason,
                row.ip,
            )
        )  # fmt: skip
    return tuple(lines)


def _chosen(query: Select[AuditEntry], wanted: AuditFilter) -> Select[AuditEntry]:
    kind, _, actor_id = wanted.actor.partition(":")
    if kind:
        query = query.where(col(AuditEntry.actor_kind) == kind)
    if actor_id:
        query = query.where(col(AuditEntry.actor_id) == actor_id)
    if wanted.action.endswith("."):
        # Between "plan." and "plan/", which comes next: a stretch of the index.
        query = query.where(col(AuditEntry.action) >= wanted.action, col(AuditEntry.action) < f"{wanted.action[:-1]}/")
    elif wanted.action:
        query = query.where(col(AuditEntry.action) == wanted.action)
    if wanted.object:
        query = query.where(col(AuditEntry.object) == wanted.object)
    if wanted.since is not None:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(AuditEntry.at) < wanted.until)
    return query


async def _names(session: AsyncSession, rows: Sequence[AuditEntry]) -> dict[str, str]:
    users, keys = _ids(rows, "user"), _ids(rows, "api_key")
    found: dict[str, str] = {}
    if users:
        people = await session.execute(select(col(User.id), col(User.email)).where(col(User.id).in_(users)))
        found |= {f"user:{row[0]}": row[1] for row in people}
    if keys:
        made = await session.execute(select(col(ApiKey.id), col(ApiKey.name)).where(col(ApiKey.id).in_(keys)))
        found |= {f"api_key:{row[0]}": row[1] for row in made}
    return found


def _ids(rows: Sequence[AuditEntry], kind: str) -> set[int]:
    named = {row.actor_id for row in rows if row.actor_kind == kind and row.actor_id}
    return {int(one) for one in named if one.isascii() and one.isdecimal() and len(one) < 18}
