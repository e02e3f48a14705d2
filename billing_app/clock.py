"""Two clocks. `now()` is billing time, which a sandbox may advance; `wall()` is the real time.

Billing time decides windows, expiries, resets. Wall time decides sign-in sessions, tokens, signatures, rate limits,
logs. The offset between them is one stored value, read at the begin of each transaction (see `db.engine`), so that
all processes agree; in live mode it is always zero. It only grows; a sandbox in which nothing has happened yet may
begin in the past, so that what happens there first ends today (see docs/adr/0012-history-before-today.md).
"""

from datetime import UTC, datetime, timedelta

_offset: timedelta | None = None
"""None: this process has not read it yet."""


def wall() -> datetime:
    """The real time, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Billing time, UTC: the real time plus the stored offset."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    """How far billing time is ahead of the real time, as this process last read it; below zero, how far behind."""
    return _offset if _offset is not None else timedelta(0)


def follow(new_offset: timedelta) -> None:
    """Take over the stored offset. Billing time never runs backwards, so a smaller one is ignored."""
    global _offset  # noqa: PLW0603 - one clock per process is the point
    _offset = new_offset if _offset is None else max(_offset, new_offset)


def begin(first_offset: timedelta) -> None:
    """Take over the offset at which a sandbox was told to begin, before anything has happened in it."""
    global _offset  # noqa: PLW0603
    _offset = first_offset


def reset() -> None:
    """Forget the offset. For tests, which give each test a database, and so a clock, of its own."""
    global _offset  # noqa: PLW0603
    _offset = None
