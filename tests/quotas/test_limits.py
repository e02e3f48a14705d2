"""What a limit allows, what a soft cap lets through, what rolls over: the rules alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.catalog.schema import Noun
from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.quotas.limits import Allowance, Recorded, best, carried_over
from billing_app.entitlements.quotas.views import counted

START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = Window(START, START + timedelta(days=30))
BEFORE = Window(START - timedelta(days=31), START)
LONG_AGO = START - timedelta(days=365)
MINUTES = Noun(one="minute", many="minutes")


def allowance(*, limit: int | None, used: int = 0, soft: bool = False) -> Allowance:
    return Allowance("cv", NOW, limit, limit, limit, used, 0, 0, soft, None)


def recorded(*, used: int, quota: int | None = 10, plan: str = "basic", carried: int = 0) -> Recorded:
    return Recorded(1, BEFORE, used, 0, quota, plan, carried, plan if carried else None, 0)


@pytest.mark.row("C2")
@pytest.mark.row("C3")
@pytest.mark.parametrize(
    ("limit", "used", "soft", "units", "allowed", "beyond"),
    [
        (10, 9, False, 1, True, 0),
        (10, 10, False, 1, False, 1),
        (10, 8, False, 3, False, 1),
        (10, 12, False, 1, False, 1),
        (10, 8, True, 3, True, 1),
        (10, 12, True, 3, True, 3),
        (None, 10**9, False, 10**9, True, 0),
        (0, 0, False, 1, False, 1),
        (0, 0, True, 1, False, 1),
    ],
)
def test_a_hard_cap_blocks_a_soft_one_marks_nothing_is_no_limit_and_zero_is_off(
    limit: int | None, used: int, soft: bool, units: int, allowed: bool, beyond: int
) -> None:
    asked = allowance(limit=limit, used=used, soft=soft)
    assert (asked.allows(units), asked.beyond(units)) == (allowed, beyond)


@given(st.integers(0, 100), st.lists(st.integers(1, 40), max_size=20))
def test_a_hard_cap_is_never_passed_and_a_soft_one_marks_exactly_the_rest(limit: int, uses: list[int]) -> None:
    hard = soft = marked = 0
    for units in uses:
        if allowance(limit=limit, used=hard).allows(units):
            hard += units
        asked = allowance(limit=limit, used=soft, soft=True)
        if asked.allows(units):
            marked += asked.beyond(units)
            soft += units
    assert hard <= limit
    assert marked == (max(0, soft - limit) if limit else 0)


@pytest.mark.row("C3")
@pytest.mark.parametrize(
    ("last", "carried"),
    [
        (recorded(used=4), 6),
        (recorded(used=10), 0),
        (recorded(used=14), 0),
        (recorded(used=2, carried=5), 10),  # 13 were unused; no more than a quota comes over
        (recorded(used=4, plan="free"), 0),
        (recorded(used=4, quota=None), 0),
        (None, 10),  # nothing was used at all
    ],
)
def test_what_was_unused_in_the_window_before_rolls_over_up_to_one_quota(last: Recorded | None, carried: int) -> None:
    assert carried_over(NOW, last, quota=10, plan_code="basic", held_since=LONG_AGO) == carried


@pytest.mark.row("C3")
def test_nothing_rolls_over_into_a_plan_from_before_it_was_held() -> None:
    assert carried_over(NOW, recorded(used=4), quota=10, plan_code="basic", held_since=START) == 0
    assert carried_over(NOW, None, quota=10, plan_code="basic", held_since=None) == 0
    assert carried_over(NOW, recorded(used=4), quota=None, plan_code="basic", held_since=LONG_AGO) == 0
    assert carried_over(NOW, recorded(used=4), quota=0, plan_code="basic", held_since=LONG_AGO) == 0


def test_the_best_of_plan_and_grants_holds() -> None:
    assert best([3, 10, 0]) == 10
    assert best([3, None]) is None
    assert best([]) == 0


@pytest.mark.row("D2")
@pytest.mark.parametrize(
    ("seconds", "left", "text"),
    [(60, False, "1 minute"), (1800, False, "30 minutes"), (61, False, "1.1 minutes"), (61, True, "1 minute")],
)
def test_minutes_are_counted_in_seconds_and_shown_without_flattery(seconds: int, left: bool, text: str) -> None:
    assert counted(seconds, 60, MINUTES, left=left) == text
