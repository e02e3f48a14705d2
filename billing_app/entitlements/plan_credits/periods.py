"""Windows of credits and quotas, and the division of a price or of credits over them. Pure.

A month is counted from its anchor, always from the anchor itself: 31 January -> 28 February -> 31 March. So does
Stripe (https://docs.stripe.com/billing/subscriptions/billing-cycle), and both always agree. All moments are UTC.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Self

from billing_app.errors import InvalidInput

MONTHS_IN_A_YEAR = 12
MAX_MONTHS = 12 * 30
"""No period is cut into more windows than that."""
_AVERAGE_MONTH = timedelta(days=30, hours=10, minutes=30)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of time: from `start` on, up to but without `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInput("A window needs times with their time zone.")
        if self.end <= self.start:
            raise InvalidInput("A window ends after it starts.")

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    def share(self, part: Self) -> Fraction:
        """What part of this window's time lies in another, exactly."""
        return Fraction(_microseconds(self.common(part)), _microseconds(self.length))

    def common(self, other: Self) -> timedelta:
        """How much time they have in common."""
        return max(timedelta(0), min(self.end, other.end) - max(self.start, other.start))

    def from_(self, at: datetime) -> Fraction:
        """What part of it is left from a moment on: 1 before it begins, 0 after its end."""
        if at >= self.end:
            return Fraction(0)
        return Fraction(_microseconds(self.end - max(at, self.start)), _microseconds(self.length))


def months_after(anchor: datetime, months: int) -> datetime:
    """The anchor and so many months (or less than none); its day is cut to the length of a shorter month."""
    anchor = anchor.astimezone(UTC)
    index = anchor.year * MONTHS_IN_A_YEAR + anchor.month - 1 + months
    year, month = divmod(index, MONTHS_IN_A_YEAR)
    day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def day(at: datetime) -> Window:
    """The UTC day around a moment."""
    start = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, start + timedelta(days=1))


def iso_week(at: datetime) -> Window:
    """The week around a moment, from Monday 00:00 UTC."""
    start = day(at).start
    start -= timedelta(days=start.weekday())
    return Window(start, start + timedelta(weeks=1))


def calendar_month(at: datetime) -> Window:
    """The calendar month in UTC around a moment."""
    start = day(at).start.replace(day=1)
    return Window(start, months_after(start, 1))


def month(at: datetime, anchor: datetime | None) -> Window:
    """The month around a moment, counted from an anchor before or after it; the calendar's without one."""
    if anchor is None:
        return calendar_month(at)
    passed = _months_between(anchor, at)
    return Window(months_after(anchor, passed), months_after(anchor, passed + 1))


def months_of(period: Window, anchor: datetime) -> list[Window]:
    """A billing period cut into months at its anchor's boundaries: twelve for a year, one for a month.

    What does not fit the anchor (a period that begins or ends between two boundaries) makes shorter windows at the
    ends; together they are the period, without gap or overlap.

    Raises:
        InvalidInput: the period is longer than thirty years.
    """
    if period.length > _AVERAGE_MONTH * MAX_MONTHS:
        raise InvalidInput("A billing period lasts thirty years at most.")
    windows: list[Window] = []
    passed, start = _months_between(anchor, period.start), period.start
    while start < period.end:
        passed += 1
        end = min(months_after(anchor, passed), period.end)
        windows.append(Window(start, end))
        start = end
    return windows


def _months_between(anchor: datetime, at: datetime) -> int:
    """Whole months from the anchor to a moment: the number of the month, from 0, that it lies in."""
    anchor, at = anchor.astimezone(UTC), at.astimezone(UTC)
    passed = (at.year - anchor.year) * MONTHS_IN_A_YEAR + at.month - anchor.month
    return passed if months_after(anchor, passed) <= at else passed - 1


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split a whole amount in proportion to weights, to the last unit: the largest remainders take what is over.

    Of equal remainders the earlier one takes. All weights 0: everything goes to the first.

    Raises:
        InvalidInput: there is nothing to split it over, or something negative.
    """
    if not weights or amount < 0 or min(weights) < 0:
        raise InvalidInput("An amount is split over one or more parts; nothing of it is negative.")
    total = sum(weights)
    if total == 0:
        return [amount, *[0] * (len(weights) - 1)]
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def _microseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
