"""Which window a moment lies in: the day, the ISO week, the month of the subscription (row D2). Pure, no clock."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

WindowKind = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Window:
    """From `start`, which belongs to it, to `end`, which does not; both UTC."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.start <= at < self.end


def window_at(kind: WindowKind, at: datetime, anchor: datetime | None) -> Window:
    """The window around a moment.

    Args:
        anchor: what months are counted from, as of the subscription; None: the calendar's months in UTC.
    """
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == "day":
        return Window(midnight, midnight + timedelta(days=1))
    if kind == "week":
        monday = midnight - timedelta(days=midnight.weekday())
        return Window(monday, monday + timedelta(days=7))
    from_ = (anchor or midnight.replace(day=1)).astimezone(UTC)
    months = (at.year - from_.year) * 12 + at.month - from_.month
    if months_later(from_, months) > at:
        months -= 1
    return Window(months_later(from_, months), months_later(from_, months + 1))


def months_later(anchor: datetime, months: int) -> datetime:
    """The anchor's day so many months on, or a shorter month's last: 31 Jan, 28 Feb, 31 Mar (row E3)."""
    month = anchor.year * 12 + anchor.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, calendar.monthrange(year, month)[1]))


def running_at(kind: WindowKind, at: datetime, anchor: datetime | None, last: Window | None) -> Window:
    """The window a use counts in.

    One that was begun keeps its ends when the anchor moves. What follows it begins where it ended, so that no moment
    lies in two windows, and ends as the anchor says.

    Args:
        last: the newest window in which anything was used.
    """
    if last is not None and last.holds(at):
        return last
    made = window_at(kind, at, anchor)
    return Window(last.end, made.end) if last is not None and made.start < last.end <= at else made
