"""How long credits last at the pace they are used: what may be said, when, and what must never change it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.credits.pace import FAR, Outlook, Pace, Stock, pace

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
STEADY = [10] * 30

pytestmark = pytest.mark.row("B7")


def days_off(days: int) -> datetime:
    return NOW + timedelta(days=days)


def shown(used: list[int], left: int, *, window: int = 7, resets_in: int | None = None) -> Pace:
    stock = [Stock(left, None)]
    return pace(used, stock, NOW, window=window, resets_at=None if resets_in is None else days_off(resets_in))


def test_ten_a_day_and_ninety_left_are_nine_days() -> None:
    found = shown(STEADY, 90)
    assert (found.outlook, found.days, found.on) == (Outlook.RUNS_OUT, 9, days_off(9))
    assert (found.soonest, found.latest) == (9, 9)


def test_an_uneven_pace_is_given_as_a_range_around_it() -> None:
    found = shown([4, 16, 8, 12, 10, 6, 14], 90)
    assert (found.soonest, found.days, found.latest) == (7, 9, 11)


def test_under_three_whole_days_nothing_is_said() -> None:
    assert shown([0, 0, 0, 0, 0, 30, 20], 90).outlook is Outlook.COLLECTING
    assert shown([0, 0, 0, 0, 10, 30, 20], 90).outlook is Outlook.RUNS_OUT


def test_a_quiet_week_of_an_old_account_is_no_pace_and_of_a_new_one_neither() -> None:
    assert shown([10] * 23 + [0] * 7, 90).outlook is Outlook.IDLE
    assert shown([], 90).outlook is Outlook.IDLE


def test_a_young_account_is_not_slowed_by_the_days_before_it_began() -> None:
    young, old = shown([0] * 26 + [10] * 4, 90, window=30), shown([10] * 30, 90, window=30)
    assert (young.window, young.days) == (4, old.days)


def test_a_short_window_follows_a_change_of_pace_that_a_long_one_evens_out() -> None:
    used = [0] * 22 + [1] + [10] * 7
    assert shown(used, 90, window=7).days == 9
    assert shown([1, *used[1:]], 90, window=30).days == 38


def test_fresh_credits_that_come_first_win_over_running_out() -> None:
    found = shown(STEADY, 90, resets_in=6)
    assert (found.outlook, found.until_reset, found.days) == (Outlook.LASTS, 60, None)
    assert shown(STEADY, 90, resets_in=10).outlook is Outlook.RUNS_OUT


def test_credits_that_end_before_their_turn_do_not_last_longer() -> None:
    kept, ending = Stock(50, None), Stock(100, days_off(3))
    found = pace(STEADY, [ending, kept], NOW, window=7)
    assert found.on == days_off(8)  # three days of the lot that ends, five of the other


def test_nothing_left_and_far_off_are_said_so() -> None:
    assert shown(STEADY, 0).outlook is Outlook.EMPTY
    assert shown([1] * 30, 1_000_000).outlook is Outlook.FAR_OFF


use = st.lists(st.integers(0, 5_000), min_size=0, max_size=60)
lots = st.lists(
    st.builds(Stock, st.integers(0, 100_000), st.none() | st.integers(0, 400).map(days_off)), min_size=0, max_size=5
)
windows = st.sampled_from([7, 30])


@given(use, lots, windows, st.none() | st.integers(1, 60).map(days_off))
def test_whatever_was_used_the_answer_holds_together(
    used: list[int], stock: list[Stock], window: int, resets_at: datetime | None
) -> None:
    found = pace(used, stock, NOW, window=window, resets_at=resets_at)
    assert 0 <= found.window <= window
    assert found.used <= sum(used)
    if found.outlook is Outlook.RUNS_OUT:
        assert found.on is not None
        assert found.soonest is not None
        assert found.days is not None
        assert NOW <= found.on < NOW + FAR
        assert 0 <= found.soonest <= found.days
        assert found.latest is None or found.days <= found.latest
        assert resets_at is None or found.on < resets_at
        assert found.window >= 3
    else:
        assert (found.days, found.soonest, found.latest, found.on) == (None, None, None, None)
    if found.outlook is Outlook.LASTS:
        assert found.until_reset is not None
        assert 0 <= found.until_reset <= sum(lot.credits for lot in stock)


@given(use, lots, windows, st.integers(1, 50_000), st.none() | st.integers(0, 400).map(days_off))
def test_credits_that_come_never_bring_the_end_nearer(
    used: list[int], stock: list[Stock], window: int, more: int, ends_at: datetime | None
) -> None:
    before = pace(used, stock, NOW, window=window)
    after = pace(used, [*stock, Stock(more, ends_at)], NOW, window=window)
    assert (after.used, after.window) == (before.used, before.window)
    if before.on is not None and after.on is not None:
        assert after.on >= before.on


@given(st.lists(st.integers(0, 5_000), min_size=7, max_size=40), st.integers(1, 5_000), windows)
def test_what_is_given_back_is_no_negative_use(used: list[int], back: int, window: int) -> None:
    given_back = [day if day else -back for day in used]
    assert pace(given_back, [Stock(500, None)], NOW, window=window) == pace(
        used, [Stock(500, None)], NOW, window=window
    )


@given(st.lists(st.integers(1, 500), min_size=7, max_size=40), st.integers(1, 9), st.integers(1, 100_000))
def test_the_same_use_faster_never_lasts_longer(used: list[int], times: int, left: int) -> None:
    slow, fast = shown(used, left), shown([day * times for day in used], left)
    if slow.on is not None:
        assert fast.on is not None
        assert fast.on <= slow.on
