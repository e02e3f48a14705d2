"""What a status gives, and when it stops giving."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.entitlements.subscriptions.standing import LIVE, STATUSES, access_ends, has_access, mrr_minor

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
moments = st.integers(0, 100_000_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


@pytest.mark.row("C1")
@pytest.mark.parametrize("status", STATUSES)
def test_only_active_trialing_and_past_due_in_its_grace_give_access(status: str) -> None:
    gives = has_access(status, at=NOW, past_due_since=NOW - timedelta(days=2), grace_days=7)
    assert gives == (status in ("active", "trialing", "past_due"))


@pytest.mark.row("C1")
@given(since=moments, grace=st.integers(0, 60), after=st.timedeltas(timedelta(0), timedelta(days=120)))
def test_past_due_gives_access_exactly_for_the_days_of_grace(since: datetime, grace: int, after: timedelta) -> None:
    gives = has_access("past_due", at=since + after, past_due_since=since, grace_days=grace)
    assert gives == (since + after < access_ends(since, grace)) == (after < timedelta(days=grace))


@given(status=st.sampled_from(STATUSES), at=moments, since=st.none() | moments, ends=moments, grace=st.integers(0, 60))
def test_nothing_is_given_from_its_end_on_and_nothing_by_what_is_not_live(
    status: str, at: datetime, since: datetime | None, ends: datetime, grace: int
) -> None:
    gives = has_access(status, at=at, past_due_since=since, grace_days=grace, ends_at=ends)
    assert not (gives and at >= ends)
    assert not (gives and status not in LIVE)


@given(amount=st.integers(0, 10**9), status=st.sampled_from(STATUSES))
def test_a_yearly_price_counts_a_twelfth_and_only_while_it_earns(amount: int, status: str) -> None:
    yearly, monthly = mrr_minor(status, "year", amount), mrr_minor(status, "month", amount)
    assert abs(12 * yearly - monthly) <= 6
    assert (monthly > 0) == (status in ("active", "past_due") and amount > 0)
