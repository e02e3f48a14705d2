"""Two clocks. `now()` is billing time, which a sandbox may advance; `wall()` is the real time.

Billing time decides windows, expiries, resets. Wall time decides sign-in sessions, tokens, signatures, rate limits,
logs. The offset between them is one stored value, read at the begin of each transaction (see `db.engine`), so that
all processes agree; in live mode it is always zero.
"""

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def wall() -> datetime:
    """The real time, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Billing time, UTC: the real time plus the stored offset."""
    return datetime.now(UTC) + _offset


def offset() -> timedelta:
    """How far billing time is ahead of the real time, as this process last read it."""
    return _offset


def follow(new_offset: timedelta) -> None:
    """Take over the stored offset. Billing time never runs backwards, so a smaller one is ignored."""
    global _offset  # noqa: PLW0603 - one clock per process is the point
    _offset = max(_offset, new_offset)


def reset() -> None:
    """Forget the offset. For tests, which give each test a database, and so a clock, of its own."""
    global _offset  # noqa: PLW0603
    _offset = timedelta(0)
