"""What happened on a journey through time, and what is still on its way. Reads only; every list has a limit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MAX_LISTED = 200
_PATIENCE_S = 6
"""Jobs that are tried again within so many seconds are waited for; later ones (a mail server that is away) are not."""

_JOBS = text(
    "SELECT count(*), count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) "
    "FROM procrastinate_jobs WHERE status IN ('todo', 'doing') "
    "AND (scheduled_at IS NULL OR scheduled_at <= now() + make_interval(secs => :patience))"
)
_EVENTS = text(
    "SELECT created_at, type, effects, error FROM webhook_events WHERE received_at >= :since AND state <> 'ignored' "
    "ORDER BY received_at, id LIMIT :limit"
)
_EVENT_COUNT = text("SELECT count(*) FROM webhook_events WHERE received_at >= :since")
_INVOICES = text("SELECT count(*) FROM invoices WHERE created_at > :before AND status <> 'deleted'")
_MAILS = text(
    "SELECT o.kind, d.recipient, d.state FROM outbox o JOIN outbox_deliveries d ON d.outbox_id = o.id "
    "WHERE o.id > :last ORDER BY o.id LIMIT :limit"
)
_MAIL_COUNT = text("SELECT count(*) FROM outbox WHERE id > :last")
_LAST_MAIL = text("SELECT coalesce(max(id), 0) FROM outbox")
_CREDITS = text(
    "SELECT coalesce(sum(amount) FILTER (WHERE kind = 'grant'), 0)::bigint AS granted, "
    "coalesce(-sum(amount) FILTER (WHERE kind = 'expire'), 0)::bigint AS expired "
    "FROM credit_entries WHERE at >= :before AND recorded_at >= :since"
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, in words; `at` in billing time, where it is known."""

    kind: Literal["stripe", "mail"]
    what: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Travelled:
    """A journey and what happened on it, for all customers.

    Attributes:
        steps: moments at which the journey stopped to let everything happen.
        credits_granted, credits_expired: as booked on the way; a customer whose credits nobody looks at or uses is
            booked later, with the right dates, and has the right balance already.
        happenings: the first two hundred of each kind.
    """

    begin: datetime
    end: datetime
    steps: int
    events: int
    invoices: int
    mails: int
    credits_granted: int
    credits_expired: int
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a journey began: billing time, wall time, and the last mail owed by then."""

    at: datetime
    wall: datetime
    last_mail: int


async def jobs(session: AsyncSession) -> tuple[int, int]:
    """Jobs that run, are due, or will be in a moment; and those of them that could be begun now."""
    left, due = (await session.execute(_JOBS, {"patience": _PATIENCE_S})).one()
    return left, due


async def depart(session: AsyncSession, at: datetime, wall: datetime) -> Departure:
    """Note where the journey begins."""
    return Departure(at, wall, (await session.execute(_LAST_MAIL)).scalar_one())


async def arrive(session: AsyncSession, begun: Departure, end: datetime, steps: int) -> Travelled:
    """What happened since."""
    since = {"since": begun.wall}
    credits = (await session.execute(_CREDITS, {"before": begun.at, **since})).one()
    events = await session.execute(_EVENTS, {"limit": MAX_LISTED, **since})
    mails = await session.execute(_MAILS, {"last": begun.last_mail, "limit": MAX_LISTED})
    told = [
        Happening("stripe", f"{row.type}: {row.error or '; '.join(row.effects) or 'nothing to do'}", row.created_at)
        for row in events
    ]
    told += [Happening("mail", f"{row.kind} to {row.recipient} ({row.state})") for row in mails]
    return Travelled(
        begin=begun.at,
        end=end,
        steps=steps,
        events=(await session.execute(_EVENT_COUNT, since)).scalar_one(),
        invoices=(await session.execute(_INVOICES, {"before": begun.at})).scalar_one(),
        mails=(await session.execute(_MAIL_COUNT, {"last": begun.last_mail})).scalar_one(),
        credits_granted=credits.granted,
        credits_expired=credits.expired,
        happenings=tuple(told),
    )
