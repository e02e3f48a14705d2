"""Windows: anchored, without gap or overlap, whatever the day, the month and the year; and exact division."""

import calendar
import itertools
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing_app.entitlements.plan_credits.periods import (
    Window,
    calendar_month,
    day,
    iso_week,
    month,
    months_after,
    months_of,
    spread,
)
from billing_app.errors import InvalidInput

moments = st.datetimes(  # hypothesis takes its bounds without a time zone
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))


@pytest.mark.row("B5")
@pytest.mark.parametrize(
    ("anchor", "days"),
    [
        (datetime(2027, 1, 31, tzinfo=UTC), [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]),
        (datetime(2028, 1, 31, tzinfo=UTC), [29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]),
        (datetime(2027, 1, 29, tzinfo=UTC), [28, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29]),
        (datetime(2028, 1, 30, tzinfo=UTC), [29, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30]),
        (datetime(2028, 2, 29, tzinfo=UTC), [29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 28]),
    ],
)
def test_months_keep_the_anchors_day_and_are_cut_to_short_months(anchor: datetime, days: list[int]) -> None:
    assert [months_after(anchor, number).day for number in range(1, 13)] == days


@given(anchor=moments, number=st.integers(-600, 600))
def test_a_month_after_is_derived_from_the_anchor_itself(anchor: datetime, number: int) -> None:
    found = months_after(anchor, number)
    last = calendar.monthrange(found.year, found.month)[1]
    assert found.day == min(anchor.day, last)
    assert (found.hour, found.minute, found.second) == (anchor.hour, anchor.minute, anchor.second)
    assert (found.year * 12 + found.month) - (anchor.year * 12 + anchor.month) == number
    assert months_after(anchor, number) < months_after(anchor, number + 1)


@given(anchor=moments, at=moments)
def test_each_moment_lies_in_one_month_of_an_anchor_before_or_after_it(anchor: datetime, at: datetime) -> None:
    window = month(at, anchor)
    assert at in window
    assert timedelta(28) <= window.length <= timedelta(31)
    assert month(window.end, anchor).start == window.end
    assert month(window.end - timedelta(microseconds=1), anchor) == window


@given(anchor=moments, first=st.integers(0, 240), count=st.sampled_from([1, 12, 12, 24]))
def test_a_billing_period_is_cut_into_its_months(anchor: datetime, first: int, count: int) -> None:
    period = Window(months_after(anchor, first), months_after(anchor, first + count))
    windows = months_of(period, anchor)
    assert len(windows) == count
    assert windows[0].start == period.start
    assert windows[-1].end == period.end
    assert all(one.end == two.start for one, two in itertools.pairwise(windows))


@given(anchor=moments, start=moments, days=st.integers(1, 800), seconds=st.integers(0, 86_399))
def test_a_period_that_does_not_fit_is_cut_without_gap_or_overlap(
    anchor: datetime, start: datetime, days: int, seconds: int
) -> None:
    period = Window(start, start + timedelta(days=days, seconds=seconds))
    windows = months_of(period, anchor)
    assert windows[0].start == period.start
    assert windows[-1].end == period.end
    assert all(one.end == two.start for one, two in itertools.pairwise(windows))
    assert sum((one.length for one in windows), timedelta(0)) == period.length
    assert all(month(one.start, anchor).share(one) <= 1 for one in windows)


@given(at=moments)
def test_days_weeks_and_calendar_months_are_those_of_utc(at: datetime) -> None:
    for window, starts in (
        (day(at), at.date()),
        (iso_week(at), (at - timedelta(days=at.isoweekday() - 1)).date()),
        (calendar_month(at), at.date().replace(day=1)),
    ):
        assert at in window
        assert (window.start.date(), window.start.timetz()) == (starts, datetime(2000, 1, 1, tzinfo=UTC).timetz())
    assert iso_week(at).length == timedelta(weeks=1)
    assert month(at, None) == calendar_month(at)


def test_a_moment_elsewhere_lies_in_the_window_of_utc() -> None:
    auckland = datetime(2027, 3, 1, 8, tzinfo=timezone(timedelta(hours=13)))
    assert day(auckland).start == datetime(2027, 2, 28, tzinfo=UTC)
    assert calendar_month(auckland).start == datetime(2027, 2, 1, tzinfo=UTC)


@given(anchor=moments, at=moments)
def test_what_is_left_of_a_window_and_what_has_passed_are_the_whole(anchor: datetime, at: datetime) -> None:
    window = month(at, anchor)
    left = window.from_(at)
    assert 0 < left <= 1
    assert window.from_(window.end) == 0
    assert window.from_(window.start - timedelta(days=9)) == 1
    if at > window.start:
        assert left + window.share(Window(window.start, at)) == 1


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_split_sums_to_the_whole_and_each_part_is_less_than_one_unit_off(amount: int, weights: list[int]) -> None:
    assume(sum(weights))
    parts = spread(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


def test_what_cannot_be_a_window_or_a_split_is_refused() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    for wrong in (
        lambda: Window(start, start),
        lambda: Window(datetime(2027, 1, 1), start),  # noqa: DTZ001
        lambda: months_of(Window(start, start.replace(year=2058)), start),
        lambda: spread(5, []),
        lambda: spread(-1, [1]),
        lambda: spread(5, [1, -1]),
    ):
        with pytest.raises(InvalidInput):
            wrong()
    assert spread(5, [0, 0]) == [5, 0]
