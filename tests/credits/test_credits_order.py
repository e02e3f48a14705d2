"""The pure rules: burn order, allocation, undoing, prices."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.credits import AddOn, Consume, Price, PriceLine, Rate, quote
from billing_app.credits.lots import Lot, allocate, burn_order, undo
from billing_app.errors import InvalidInput

NOW = datetime(2026, 11, 20, tzinfo=UTC)
QUERY = Rate(
    "query",
    "Query",
    5,
    (
        AddOn("retrieval", "Documentation retrieval", 5),
        AddOn("github", "GitHub tools", 10),
        AddOn("tool", "Further tool", 3, repeatable=True),
    ),
)


def a_lot(number: int, remaining: int = 10, *, ends_in: int | None = None, **facts: object) -> Lot:
    told: dict[str, object] = {"kind": "purchase", "paid_minor": 100, "priority": 50, "effective_at": NOW, **facts}
    return Lot(
        id=number,
        label=f"lot {number}",
        source=str(number),
        payment=None,
        origin_lot_id=None,
        granted=remaining,
        remaining=remaining,
        expired=0,
        revoked=0,
        voided=0,
        due_back=0,
        currency="USD",
        expires_at=None if ends_in is None else NOW + timedelta(days=ends_in),
        debt_limit=None,
        booked=True,
        frozen_at=None,
        created_at=NOW,
        **told,  # pyright: ignore[reportArgumentType]
    )


def test_the_order_is_priority_then_end_then_promotional_then_age_then_number() -> None:
    lots = [
        a_lot(1),
        a_lot(2, kind="gift", paid_minor=0),
        a_lot(3, ends_in=30),
        a_lot(4, ends_in=7),
        a_lot(5, ends_in=7, kind="free", paid_minor=0),
        a_lot(6, priority=10),
        a_lot(7, effective_at=NOW - timedelta(days=1)),
        a_lot(8),
    ]
    assert [lot.id for lot in burn_order(lots)] == [6, 5, 4, 3, 2, 7, 1, 8]


def test_a_gift_that_somebody_paid_for_burns_as_paid() -> None:
    given_away, paid = a_lot(2, kind="gift", paid_minor=0), a_lot(1, kind="gift", paid_minor=500)
    assert [lot.id for lot in burn_order([paid, given_away])] == [2, 1]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.data())
def test_an_allocation_sums_to_what_is_asked_and_empties_each_lot_before_the_next(
    sizes: list[int], data: st.DataObject
) -> None:
    lots = [a_lot(number, size) for number, size in enumerate(sizes)]
    asked = data.draw(st.integers(1, sum(sizes)))
    taken = allocate(lots, asked)
    assert sum(part for _, part in taken) == asked
    assert all(part == lot.remaining for lot, part in taken[:-1])
    assert [lot.id for lot, _ in taken] == list(range(len(taken)))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.data())
def test_undoing_in_parts_gives_back_exactly_what_was_taken(sizes: list[int], data: st.DataObject) -> None:
    taken = list(enumerate(sizes))
    undone, returned = 0, dict.fromkeys(range(len(sizes)), 0)
    while undone < sum(sizes):
        part = data.draw(st.integers(1, sum(sizes) - undone))
        for lot_id, credits in undo(taken, undone, part):
            returned[lot_id] += credits
        undone += part
    assert returned == dict(taken)


def test_the_last_lot_taken_is_the_first_that_gets_back() -> None:
    assert undo([(1, 5), (2, 5)], 0, 3) == [(2, 3)]
    assert undo([(1, 5), (2, 5)], 3, 4) == [(2, 2), (1, 2)]


@pytest.mark.row("B3")
@pytest.mark.parametrize(
    ("add_ons", "credits"),
    [({}, 5), ({"retrieval": 1}, 10), ({"retrieval": 1, "github": 1}, 20), ({"github": 1, "tool": 3}, 24)],
)
def test_a_price_is_the_base_and_each_add_on(add_ons: dict[str, int], credits: int) -> None:
    assert quote(QUERY, "v1", add_ons).credits == credits


@pytest.mark.row("B3")
def test_a_price_survives_being_kept_with_an_entry() -> None:
    price = quote(QUERY, "v7", {"retrieval": 1, "tool": 2})
    assert Price.from_snapshot(price.snapshot()) == price


@pytest.mark.parametrize("add_ons", [{"unknown": 1}, {"retrieval": 2}, {"tool": -1}, {"tool": True}])
def test_a_price_with_what_the_rate_card_does_not_have_is_refused(add_ons: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        quote(QUERY, "v1", add_ons)


def test_a_price_that_disagrees_with_the_credits_beside_it_is_refused() -> None:
    price = Price("query", "v1", (PriceLine("query", "Query", 1, 5),))
    with pytest.raises(InvalidInput, match="send one of them"):
        Consume(customer_id=1, feature="chat", credits=6, price=price)
