"""The audit log: who did what to what, before and after, and why."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.journal.models import AuditEntry

ActorKind = Literal["anonymous", "system", "user", "api_key", "stripe", "cli"]
REASON_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something: a user or key by its id, or one of the few who have none. `ip` where one is known."""

    kind: ActorKind
    id: str | None = None
    ip: str | None = None

    @classmethod
    def user(cls, user_id: int, ip: str | None = None) -> "Actor":
        """A signed-in person."""
        return cls("user", str(user_id), ip)


SYSTEM = Actor("system")
CLI = Actor("cli")
STRIPE = Actor("stripe")


async def audit(
    session: AsyncSession,
    actor: Actor,
    action: str,
    object: str,  # noqa: A002 - the word of the field
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> int:
    """Write one line of the audit log in the caller's transaction.

    Args:
        action: what was done, dotted and in the past: `role.changed`.
        object: what it was done to, `kind:id`: `user:12`.
        before, after: what changed, as plain JSON. People by id: no address, name or secret belongs here.
        reason: the words of whoever did it.

    Returns:
        The line's id.
    """
    entry = AuditEntry(
        at=clock.wall(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        object=object,
        before=before,
        after=after,
        reason=reason[:REASON_LIMIT] if reason else None,
        ip=actor.ip,
    )
    session.add(entry)
    await session.flush()
    assert entry.id is not None
    return entry.id
