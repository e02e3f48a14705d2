"""Which window a use counts in: the day, the ISO week, the month of the subscription (row D2). Pure, no clock."""

from datetime import datetime
from typing import Literal

from billing_app.entitlements.plan_credits.periods import Window, day, iso_week, month

WindowKind = Literal["day", "week", "month"]


def window_at(kind: WindowKind, at: datetime, anchor: datetime | None) -> Window:
    """The window around a moment.

    Args:
        anchor: what months are counted from, as of the subscription; None: the calendar's months in UTC.
    """
    match kind:
        case "day":
            return day(at)
        case "week":
            return iso_week(at)
        case "month":
            return month(at, anchor)


def running_at(kind: WindowKind, at: datetime, anchor: datetime | None, last: Window | None) -> Window:
    """The window a use counts in.

    One that was begun keeps its ends when the anchor moves. What follows it begins where it ended, so that no moment
    lies in two windows, and ends as the anchor says.

    Args:
        last: the newest window in which anything was used.
    """
    if last is not None and at in last:
        return last
    made = window_at(kind, at, anchor)
    return Window(last.end, made.end) if last is not None and made.start < last.end <= at else made
