"""How long credits last at the pace they are used (DB19): a pace, not a forecast. Pure: no clock, no database.

Only use counts: what is granted, bought, expired or given back is no negative burn. Whole days of UTC alone are looked
at, because a day that is not over would make everybody look slower in the morning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, isqrt

WINDOWS = (7, 30)
"""Days that may be looked back on, shortest first."""
DAYS_NEEDED = 3
"""Under so many whole days there is no pace to speak of."""
FAR = timedelta(days=365)
"""Further off, a date would say more than anybody knows."""
_DAY, _TICK = timedelta(days=1), timedelta(microseconds=1)


class Outlook(StrEnum):
    """What can be said."""

    COLLECTING = "collecting"  # too few days to tell
    IDLE = "idle"  # nothing was used on those days
    EMPTY = "empty"  # nothing is left to last
    LASTS = "lasts"  # fresh credits come before these run out
    RUNS_OUT = "runs_out"
    FAR_OFF = "far_off"  # more than a year


@dataclass(frozen=True, slots=True)
class Stock:
    """Credits of one lot that can be spent, and when they end."""

    credits: int
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast credits go, and until when they last.

    Attributes:
        window: whole days looked back on, at most what was asked for.
        used: credits used on those days.
        days, soonest, latest: from now until nothing is left: at the pace, and at the pace one standard error faster
            (rounded down) and slower (rounded up). `latest` is None when it may be a year or more. All None unless
            they run out.
        on: when nothing is left, at the pace.
        until_reset: credits used at this pace until fresh ones come, at most what there is; only when they last.
        resets_at: as given.
    """

    outlook: Outlook
    window: int
    used: int
    days: int | None = None
    soonest: int | None = None
    latest: int | None = None
    on: datetime | None = None
    until_reset: int | None = None
    resets_at: datetime | None = None


def pace(
    used_by_day: Sequence[int],
    stock: Iterable[Stock],
    now: datetime,
    *,
    window: int,
    resets_at: datetime | None = None,
) -> Pace:
    """The pace of the last `window` whole days, and how long the stock lasts at it.

    Args:
        used_by_day: credits used on each whole day, oldest first, yesterday last; negative days count as nothing.
        stock: what can be spent now, in burn order.
        window: days to look back on.
        resets_at: when fresh credits come by themselves; they win over running out.
    """
    history = [max(0, day) for day in used_by_day][-window:]
    begun = next((number for number, day in enumerate(history) if day), None)
    if begun is None:
        return Pace(Outlook.IDLE, len(history), 0, resets_at=resets_at)
    # Who used credits before the window began has all of it as history; who began within it, the days since.
    days = history if any(day > 0 for day in used_by_day[: -len(history)]) else history[begun:]
    used, spread = sum(days), _spread(days)
    if len(days) < DAYS_NEEDED:
        return Pace(Outlook.COLLECTING, len(days), used, resets_at=resets_at)
    lots = list(stock)
    left = sum(lot.credits for lot in lots)
    if left <= 0:
        return Pace(Outlook.EMPTY, len(days), used, resets_at=resets_at)
    rate = Fraction(used, len(days))
    on = _run_out(lots, rate, now)
    if resets_at is not None and resets_at > now and (on is None or resets_at <= on):
        meanwhile = floor(rate * _days(resets_at - now))
        return Pace(Outlook.LASTS, len(days), used, until_reset=min(left, meanwhile), resets_at=resets_at)
    if on is None:
        return Pace(Outlook.FAR_OFF, len(days), used, resets_at=resets_at)
    faster = _run_out(lots, Fraction(used + spread, len(days)), now)
    slower = _run_out(lots, Fraction(used - spread, len(days)), now) if used > spread else None
    return Pace(
        Outlook.RUNS_OUT,
        len(days),
        used,
        days=round(_days(on - now)),
        soonest=floor(_days((faster or on) - now)),
        latest=ceil(_days(slower - now)) if slower else None,
        on=on,
        resets_at=resets_at,
    )


def _spread(days: Sequence[int]) -> int:
    """The standard error of the window's total, rounded up: sqrt(n x variance), in whole credits."""
    count, total = len(days), sum(days)
    if count < 2:
        return 0
    squared = ceil(Fraction(count * sum(day * day for day in days) - total * total, count - 1))
    root = isqrt(squared)
    return root if root * root == squared else root + 1


def _run_out(lots: Sequence[Stock], rate: Fraction, now: datetime) -> datetime | None:
    """When the last lot is used up or has ended, burning them in their order; None: not within a year."""
    at = Fraction(0)
    for lot in lots:
        burnt = at + Fraction(lot.credits) / rate
        if lot.ends_at is not None:
            burnt = min(burnt, max(at, _days(lot.ends_at - now)))
        at = burnt
        if at >= _days(FAR):
            return None
    return now + timedelta(seconds=floor(at * 86_400))


def _days(span: timedelta) -> Fraction:
    return Fraction(span // _TICK, _DAY // _TICK)
