"""The days a report is about, in UTC, both ends included; and how it is cut into days, weeks or months. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from billing_app.errors import InvalidInput

MAX_DAYS = 3_660
MAX_PARTS = 400
"""Points of a chart, rows of a table by time: a longer period takes a coarser interval."""


class Interval(StrEnum):
    """How a period is cut: weeks begin on Monday, months on their first day."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the first day to the last, both included.

    Raises:
        InvalidInput: it ends before it begins, or is longer than ten years.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInput("A period ends on its first day or later.", field="last")
        if self.days > MAX_DAYS:
            raise InvalidInput("A period is ten years at most.", field="first")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def begins_at(self) -> datetime:
        """Midnight at its begin, UTC."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        """Midnight after its last day, UTC: what lies in it is before that."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    def starts(self, interval: Interval) -> list[date]:
        """The first day of each part, oldest first. The first part may have begun before the period did.

        Raises:
            InvalidInput: more than 400 parts.
        """
        found: list[date] = []
        day = start_of(self.first, interval)
        while day <= self.last:
            if len(found) == MAX_PARTS:
                raise InvalidInput(f"More than {MAX_PARTS} parts: choose weeks or months.", field="interval")
            found.append(day)
            day = next_start(day, interval)
        return found

    def parts(self, interval: Interval) -> Iterator["Period"]:
        """The period cut at each start, oldest first; the first and the last part may be shorter."""
        for start in self.starts(interval):
            after = next_start(start, interval)
            yield Period(max(start, self.first), min(after - timedelta(days=1), self.last))


def start_of(day: date, interval: Interval) -> date:
    """The first day of the part that a day lies in."""
    match interval:
        case Interval.DAY:
            return day
        case Interval.WEEK:
            return day - timedelta(days=day.weekday())
        case Interval.MONTH:
            return day.replace(day=1)


def next_start(start: date, interval: Interval) -> date:
    """The first day of the part after the one that begins at `start`."""
    match interval:
        case Interval.DAY:
            return start + timedelta(days=1)
        case Interval.WEEK:
            return start + timedelta(days=7)
        case Interval.MONTH:
            return (start.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous(period: Period) -> Period:
    """What a period is compared with: the one of equal length before it; before whole months, as many whole months."""
    before = period.first - timedelta(days=1)
    after = period.last + timedelta(days=1)
    if period.first.day == 1 and after.day == 1:
        months = (after.year - period.first.year) * 12 + after.month - period.first.month
        months_before = period.first.year * 12 + period.first.month - 1 - months
        return Period(date(months_before // 12, months_before % 12 + 1, 1), before)
    return Period(period.first - timedelta(days=period.days), before)
