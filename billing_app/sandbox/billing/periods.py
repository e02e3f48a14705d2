"""Billing periods anchored to a moment. Pure: no clock, no store.

https://docs.stripe.com/billing/subscriptions/billing-cycle: a subscription anchored to the 31st bills on the last day
of shorter months and goes back to the 31st after them.
"""

import calendar
from datetime import UTC, datetime

DAY_S = 86_400
_FIXED_S = {"day": DAY_S, "week": 7 * DAY_S}


def plus(anchor: int, interval: str, intervals: int) -> int:
    """`anchor` (Unix time) and that many intervals; the day is cut to the length of a shorter month."""
    if interval in _FIXED_S:
        return anchor + intervals * _FIXED_S[interval]
    start = datetime.fromtimestamp(anchor, UTC)
    months = start.month - 1 + intervals * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def end_after(anchor: int, interval: str, count: int, moment: int) -> int:
    """The first boundary of the cycle that lies after `moment`; the anchor itself when it is later."""
    shortest = {"day": DAY_S, "week": 7 * DAY_S, "month": 28 * DAY_S, "year": 365 * DAY_S}[interval] * count
    # Whole periods surely over by then: a period is never longer than its shortest by more than a ninth.
    passed = max(0, (moment - anchor) * 8 // (9 * shortest) - 1)
    while plus(anchor, interval, passed * count) <= moment:
        passed += 1
    return plus(anchor, interval, passed * count)


def start_before(anchor: int, interval: str, count: int, end: int) -> int:
    """The boundary of the cycle just before the boundary `end`."""
    passed = 0
    step = 1 if end > anchor else -1
    while plus(anchor, interval, passed * count) < end if step > 0 else plus(anchor, interval, passed * count) >= end:
        passed += step
    return plus(anchor, interval, (passed - 1 if step > 0 else passed) * count)
