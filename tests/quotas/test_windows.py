"""Which window a use counts in: days and ISO weeks in UTC, months of the subscription's own day."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.quotas.windows import running_at, window_at

moments = st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC))
kinds = st.sampled_from(["day", "week", "month"])
Kind = Literal["day", "week", "month"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.row("D2")
@pytest.mark.parametrize(
    ("kind", "moment", "start", "end"),
    [
        ("day", "2026-11-21T23:59:59", "2026-11-21", "2026-11-22"),
        ("day", "2026-11-22T00:00:00", "2026-11-22", "2026-11-23"),
        ("week", "2026-11-22T23:59:59", "2026-11-16", "2026-11-23"),
        ("week", "2026-11-23T00:00:00", "2026-11-23", "2026-11-30"),
        ("week", "2027-01-01T12:00:00", "2026-12-28", "2027-01-04"),
        ("month", "2026-12-31T23:59:59", "2026-12-01", "2027-01-01"),
    ],
)
def test_days_begin_at_midnight_weeks_on_monday_and_months_on_the_first(
    kind: Kind, moment: str, start: str, end: str
) -> None:
    assert window_at(kind, at(moment), None) == Window(at(start), at(end))


@pytest.mark.row("C3")
@pytest.mark.parametrize(
    ("anchor", "moment", "start", "end"),
    [
        ("2026-01-15T10:30:00", "2026-02-15T10:29:59", "2026-01-15T10:30:00", "2026-02-15T10:30:00"),
        ("2026-01-15T10:30:00", "2026-02-15T10:30:00", "2026-02-15T10:30:00", "2026-03-15T10:30:00"),
        ("2026-01-31", "2026-02-27", "2026-01-31", "2026-02-28"),
        ("2026-01-31", "2026-03-30", "2026-02-28", "2026-03-31"),
        ("2024-01-31", "2024-02-29", "2024-02-29", "2024-03-31"),
        ("2026-03-15", "2026-01-20", "2026-01-15", "2026-02-15"),
    ],
)
def test_a_month_begins_on_the_subscriptions_day_or_a_short_months_last(
    anchor: str, moment: str, start: str, end: str
) -> None:
    assert window_at("month", at(moment), at(anchor)) == Window(at(start), at(end))


@given(kinds, moments, st.none() | moments)
def test_every_moment_lies_in_one_window_and_the_next_begins_where_it_ends(
    kind: Kind, moment: datetime, anchor: datetime | None
) -> None:
    window = window_at(kind, moment, anchor)
    assert moment in window
    assert window_at(kind, window.end, anchor).start == window.end
    assert window_at(kind, window.end - timedelta(microseconds=1), anchor) == window


@pytest.mark.row("C3")
def test_a_running_window_keeps_its_ends_when_the_anchor_moves() -> None:
    begun = window_at("month", at("2026-01-05"), None)
    upgraded = at("2026-01-20")
    assert running_at("month", at("2026-01-25"), upgraded, begun) == begun
    after = running_at("month", at("2026-02-02"), upgraded, begun)
    assert after == Window(at("2026-02-01"), at("2026-02-20"))
    assert running_at("month", at("2026-02-21"), upgraded, after) == Window(at("2026-02-20"), at("2026-03-20"))


@given(kinds, st.lists(st.tuples(moments, st.none() | moments), min_size=2, max_size=8))
def test_however_the_anchor_moves_no_moment_lies_in_two_windows(
    kind: Kind, steps: list[tuple[datetime, datetime | None]]
) -> None:
    last: Window | None = None
    for moment, anchor in sorted(steps, key=lambda step: step[0]):
        window = running_at(kind, moment, anchor, last)
        assert moment in window
        assert last is None or window == last or window.start >= last.end
        last = window
