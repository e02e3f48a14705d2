"""When an alert is due, and about what. Pure: no clock, no database.

Low balance (ML2) is measured against what there was right after the last credits came in, so each purchase, renewal or
gift begins a new period. Expiring lots (ML3) are told of 30, 7 and 1 days before, but only lots that were valid for at
least twice as long: nobody is told of a week's end on the first day. Credits that come again by themselves (of plans,
free months, trials, and what is carried over) are never written about: they are reset each month, as the page says.
"""

from datetime import datetime, timedelta
from typing import Literal

from billing_app.credits import LotKind
from billing_app.notifications.letters.of_credits import Threshold

THRESHOLDS: tuple[Threshold, ...] = (0, 10, 20)
COOL_DOWN = timedelta(hours=24)
DAYS: tuple[Literal[30, 7, 1], ...] = (30, 7, 1)
TOLD_OF_EXPIRY = (LotKind.PURCHASE, LotKind.PROMOTION, LotKind.REFERRAL, LotKind.GIFT, LotKind.ADJUSTMENT)
TRIAL_BEFORE, TRIAL_FROM = timedelta(days=3), timedelta(days=1)
"""How long before its end a trial is told of at the earliest, and from what length on at all."""
REMINDER_BEFORE = timedelta(days=30)
REMINDED_FROM = timedelta(days=180)
CARD_BEFORE_MONTH_END = timedelta(days=20)


def threshold_reached(available: int, base: int) -> Threshold | None:
    """The lowest threshold that is reached: nothing left, a tenth of `base`, a fifth; None: above all of them."""
    if available <= 0:
        return 0
    return next((percent for percent in THRESHOLDS if percent and available * 100 <= base * percent), None)


def low_balance_due(
    reached: Threshold, told: dict[str, datetime], period: int, last: datetime | None, at: datetime
) -> bool:
    """Whether to write now.

    Args:
        told: keys of what was told in this period already; a lower threshold covers those above it.
        last: when the customer was last written to about a low balance, in whatever period.
    """
    if any(low_balance_key(period, percent) in told for percent in THRESHOLDS if percent <= reached):
        return False
    return last is None or at - last >= COOL_DOWN


def low_balance_key(period: int, threshold: Threshold) -> str:
    """Once per threshold and period."""
    return f"{period}:{threshold}"


def valid_at_least(days: int) -> timedelta:
    """How long a lot must have been valid to be told of so many days before its end; an hour's grace for booking."""
    return 2 * timedelta(days=days) - timedelta(hours=1)


def expiry_window(days: int, at: datetime) -> tuple[datetime, datetime]:
    """Lots that end after the first and up to the second moment are to be told of now, if they were not.

    The windows of 30, 7 and 1 days do not overlap: who was not told in time is told of the nearest date only.
    """
    nearer = max((other for other in DAYS if other < days), default=0)
    return at + timedelta(days=nearer), at + timedelta(days=days)


def trial_notice(trial_start: datetime, trial_end: datetime) -> timedelta | None:
    """How long before its end a trial is told of (ML5): three days; a day when it is shorter; None: it has no day."""
    length = trial_end - trial_start
    if length >= TRIAL_BEFORE:
        return TRIAL_BEFORE
    return timedelta(days=1) if length >= TRIAL_FROM else None


def card_check_due(at: datetime) -> tuple[int, int] | None:
    """Year and month of cards that are to be told of: this month's, from 20 days before it ends (ML9)."""
    following = (at.replace(day=28, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=4)).replace(day=1)
    return (at.year, at.month) if at >= following - CARD_BEFORE_MONTH_END else None
