"""The journal: steps between two looks, and revenue that always adds up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.entitlements.subscriptions.journal import Look, steps
from billing_app.entitlements.subscriptions.models import CHANGE_KINDS
from billing_app.entitlements.subscriptions.standing import OVER, STATUSES

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ACTIVE = Look(
    status="active",
    item_id=1,
    period="month",
    net_minor=2000,
    period_start=NOW,
    started_at=NOW,
    trial_start=None,
    trial_end=None,
    ends_at=None,
    canceled_at=None,
    ended_at=None,
    past_due_since=None,
    collection_paused=False,
    next_item_id=None,
    counts=True,
)
PAST_DUE = replace(ACTIVE, status="past_due", past_due_since=NOW)
maybe = st.none() | st.integers(0, 40).map(lambda days: NOW + timedelta(days=days))
looks = st.builds(
    Look,
    status=st.sampled_from(STATUSES),
    item_id=st.sampled_from([1, 2, 3]),
    period=st.sampled_from(["month", "year"]),
    net_minor=st.integers(0, 100_000),
    lapsed_at=maybe,
    period_start=st.integers(0, 90).map(lambda days: NOW + timedelta(days=days)),
    started_at=st.just(NOW),
    trial_start=st.just(NOW) | st.none(),
    trial_end=maybe,
    ends_at=maybe,
    canceled_at=maybe,
    ended_at=maybe,
    past_due_since=maybe,
    collection_paused=st.booleans(),
    next_item_id=st.sampled_from([None, 1, 2, 3]),
    counts=st.booleans(),
    drift=st.sampled_from([(), ("quantity",), ("price",)]),
)


def kinds(before: Look | None, after: Look) -> list[str]:
    return [step.kind for step in steps(before, after, NOW)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, replace(ACTIVE, status="incomplete"), []),
        (None, ACTIVE, ["started"]),
        (replace(ACTIVE, status="incomplete"), ACTIVE, ["started"]),
        (None, replace(ACTIVE, status="trialing", trial_start=NOW), ["trial_started"]),
        (replace(ACTIVE, status="trialing", trial_start=NOW), ACTIVE, ["activated"]),
        (ACTIVE, replace(ACTIVE, period_start=NOW + timedelta(days=31)), ["renewed"]),
        (ACTIVE, replace(ACTIVE, item_id=2, net_minor=3900), ["switched"]),
        (ACTIVE, replace(ACTIVE, net_minor=1500), ["repriced"]),
        (PAST_DUE, replace(PAST_DUE, lapsed_at=NOW), ["lapsed"]),
        (replace(PAST_DUE, lapsed_at=NOW), PAST_DUE, ["recovered"]),
        (replace(PAST_DUE, lapsed_at=NOW), ACTIVE, ["recovered"]),
        (ACTIVE, replace(ACTIVE, status="past_due"), ["past_due"]),
        (replace(ACTIVE, status="past_due"), ACTIVE, ["recovered"]),
        (replace(ACTIVE, status="past_due"), replace(ACTIVE, status="unpaid"), ["unpaid"]),
        (ACTIVE, replace(ACTIVE, ends_at=NOW), ["cancel_scheduled"]),
        (replace(ACTIVE, ends_at=NOW), ACTIVE, ["resumed"]),
        (ACTIVE, replace(ACTIVE, next_item_id=2), ["change_scheduled"]),
        (replace(ACTIVE, next_item_id=2), ACTIVE, ["change_dropped"]),
        (replace(ACTIVE, next_item_id=2), replace(ACTIVE, item_id=2), ["switched"]),
        (replace(ACTIVE, status="trialing"), replace(ACTIVE, status="paused"), ["paused"]),
        (replace(ACTIVE, status="paused"), ACTIVE, ["unpaused"]),
        (ACTIVE, replace(ACTIVE, collection_paused=True), ["paused"]),
        (ACTIVE, replace(ACTIVE, drift=("quantity",)), ["drifted"]),
        (ACTIVE, replace(ACTIVE, status="canceled", ended_at=NOW), ["ended"]),
        (None, replace(ACTIVE, status="canceled", ended_at=NOW), ["started", "ended"]),
        (ACTIVE, ACTIVE, []),
    ],
)
def test_a_step_is_named_after_what_happened(before: Look | None, after: Look, expected: list[str]) -> None:
    assert kinds(before, after) == expected


@given(looks, looks)
def test_the_same_look_twice_is_no_step(first: Look, second: Look) -> None:
    assert kinds(second, second) == []


@given(st.lists(looks, min_size=1, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_revenue_moved_by_all_steps_is_the_revenue_now_however_much_news_was_lost(
    life: list[Look], heard: list[bool]
) -> None:
    before, total = None, 0
    for look, told in zip(possible(life), heard, strict=False):
        if not told and before is not None:
            continue
        made = steps(before, look, NOW)
        assert all(step.kind in CHANGE_KINDS for step in made)
        total += sum(step.mrr_after_minor - step.mrr_before_minor for step in made)
        before = look
    assert before is not None
    assert total == (before.mrr_minor if before.begun else 0)


def possible(life: list[Look]) -> list[Look]:
    """A life as Stripe allows it: an item has one price and its discounts; what began goes on, what is over is over."""
    prices = {1: ("month", 2000), 2: ("month", 3900), 3: ("year", 20_001)}
    kept: list[Look] = []
    for look in life:
        period, amount = prices[look.item_id or 1]
        over = look.status in OVER and kept and kept[-1].item_id == look.item_id
        net = kept[-1].net_minor if over else amount - (look.net_minor or 0) % (amount + 1)
        if not (kept and kept[-1].begun and not look.begun):
            kept.append(replace(look, period=period, net_minor=net))
        if kept[-1].status in OVER:
            break
    return kept
