"""Which unlocks pay for a use."""

from hypothesis import given
from hypothesis import strategies as st

from billing_app.entitlements.spreading import OpenUnlock, spread, uses_left

LEFT = st.lists(st.integers(1, 20), max_size=6)


@given(LEFT, st.integers(1, 100))
def test_a_use_is_split_over_the_oldest_that_have_uses_or_not_at_all(left: list[int], units: int) -> None:
    unlocks = [OpenUnlock(number, uses) for number, uses in enumerate(left)]
    parts = spread(unlocks, units)
    if units > sum(left):
        assert parts is None
        return
    assert parts is not None
    assert sum(taken for _, taken in parts) == units
    assert all(0 < taken <= left[number] for number, taken in parts)
    assert [number for number, _ in parts] == list(range(len(parts)))
    assert all(taken == left[number] for number, taken in parts[:-1])


@given(LEFT, st.integers(1, 10**12))
def test_an_unlock_without_limit_pays_before_all_others(left: list[int], units: int) -> None:
    unlocks = [*(OpenUnlock(number, uses) for number, uses in enumerate(left)), OpenUnlock(99, None)]
    assert spread(unlocks, units) == [(99, units)]
    assert uses_left(unlocks) is None
