"""Which days, currency and interval a report is asked for: the same parameters for every one of them, and for CSV."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query

from billing_app import clock
from billing_app.api.v1.admin.gate import Asking, Staff
from billing_app.errors import InvalidInput
from billing_app.reports.period import MAX_DAYS, Interval, Period

STANDARD_DAYS = 30


@dataclass(frozen=True, slots=True)
class View:
    """What a report is asked for, and who asks."""

    staff: Staff
    period: Period
    currency: str
    interval: Interval
    limit: int


async def _view(
    *,
    staff: Asking,
    days: Annotated[
        int | None, Query(ge=1, le=MAX_DAYS, description="The last so many days (UTC), today too; 30 if none are said.")
    ] = None,
    first: Annotated[date | None, Query(description="The first day, instead of `days`.")] = None,
    last: Annotated[date | None, Query(description="The last day; today if it is left out.")] = None,
    currency: Annotated[
        str | None,
        Query(pattern="^[A-Za-z]{3}$", description="Figures of this currency alone; the catalogue's if left out."),
    ] = None,
    interval: Annotated[Interval, Query(description="How the period is cut.")] = Interval.DAY,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Rows at most, where a report is a list.")] = 100,
) -> View:
    if days is not None and (first is not None or last is not None):
        raise InvalidInput("Send `days`, or `first` and `last`, not both.", field="days")
    today = clock.now().date()
    end = last or today
    begin = first or end - timedelta(days=(days or STANDARD_DAYS) - 1)
    known = currency.upper() if currency else (await staff.services.catalog.current()).currency
    return View(staff, Period(begin, end), known, interval, limit)


Viewing = Annotated[View, Depends(_view)]
"""What is asked for, as a dependency."""
