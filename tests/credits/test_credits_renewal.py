"""From one window to the next: the gap is true when read, its use counts in the next lot, the rest rolls over."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.credits import (
    Capture,
    Consume,
    CreditService,
    EntryKind,
    Freeze,
    Grant,
    Granted,
    Hold,
    LotKind,
    LotState,
    Release,
    Retime,
    Reverse,
    Revoke,
    Thaw,
    UnknownLot,
    Void,
)
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput
from tests.credits.conftest import Advance
from tests.credits.ledgers import drift

ALICE = 1
MONTH = timedelta(days=30)
GAP = timedelta(hours=72)


async def a_window(
    credits: CreditService,
    amount: int = 100,
    *,
    number: int = 1,
    start: datetime | None = None,
    gap: timedelta = GAP,
    **facts: Any,
) -> Granted:
    """A plan's lot of thirty days; the one of the next number follows it."""
    start = start or clock.now()
    told: dict[str, Any] = {
        "label": f"Pro, month {number}",
        "source": f"il_{number}",
        "payment": f"in_{number}",
        "paid_minor": 2_900,
        "currency": "USD",
        "effective_at": start,
        "expires_at": start + MONTH + gap,
        "renews_at": start + MONTH,
        "follows": (f"il_{number - 1}",),
        **facts,
    }
    return await credits.grant(Grant(customer_id=ALICE, credits=amount, kind=LotKind.PLAN, **told))


async def used(credits: CreditService, amount: int, **facts: Any) -> Any:
    return await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=amount, **facts))


async def available(credits: CreditService) -> int:
    return (await credits.balance(ALICE)).available


@pytest.mark.row("B5")
async def test_a_lot_stays_open_until_its_renewal_is_paid_and_what_is_used_meanwhile_counts_in_the_next(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    await used(credits, 60)
    told = await credits.balance(ALICE)
    assert told.lots[0].expires_at == start + MONTH, "the gap is not promised"
    assert told.next_event is not None
    assert told.next_event.at == start + MONTH
    await advance(days=30, hours=1)
    assert await available(credits) == 40, "no clock had to fire"
    await used(credits, 5)
    assert await available(credits) == 35
    await a_window(credits, number=2, start=start + MONTH)

    balance = await credits.balance(ALICE)
    assert balance.available == 95, "reset, not added"
    new, old = (await credits.lots(ALICE)).lots
    assert (new.used, new.remaining, new.expires_at) == (5, 95, start + MONTH * 2)
    assert (old.used, old.expired, old.state) == (60, 40, LotState.EXPIRED)
    kinds = [one.kind for one in (await credits.entries(ALICE)).entries]
    assert kinds == [EntryKind.EXPIRE, EntryKind.CARRY, EntryKind.GRANT, "consume", "consume", "grant"]
    carried = (await credits.entries(ALICE)).entries[1]
    assert carried.amount == 0
    assert "counted in the new window" in (await credits.explain(ALICE, carried.id)).summary
    assert (await drift(database)).clean


@pytest.mark.row("B5")
async def test_without_a_renewal_the_gap_ends_by_itself(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    await advance(days=32, hours=23)
    balance = await credits.balance(ALICE)
    assert balance.available == 100
    assert balance.next_event is not None
    assert balance.next_event.at == start + MONTH + GAP
    await advance(hours=2)
    assert await available(credits) == 0
    await a_window(credits, number=2, start=start + MONTH)
    assert await available(credits) == 100
    assert (await drift(database)).clean


async def test_the_gap_closes_and_opens_as_the_subscription_says(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    end = start + MONTH
    closed = Retime(customer_id=ALICE, source="il_1", expires_at=end)
    opened = Retime(customer_id=ALICE, source="il_1", expires_at=end + GAP, renews_at=end)
    await credits.do(closed)
    await credits.do(opened)
    again: Any = await credits.do(opened)
    assert again.replayed
    await advance(days=30, hours=1)
    assert await available(credits) == 100
    await credits.do(closed)
    assert await available(credits) == 0
    await credits.do(opened)
    assert await available(credits) == 0, "what has ended stays ended"
    assert (await drift(database)).clean
    with pytest.raises(UnknownLot):
        await credits.do(Retime(customer_id=ALICE, source="il_9", expires_at=end))
    with pytest.raises(InvalidInput):
        Retime(customer_id=ALICE, source="il_1", expires_at=end, renews_at=end + GAP)


async def test_holds_of_the_gap_count_in_the_next_lot_and_older_ones_do_not(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    await advance(days=29, hours=23)
    older = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=10, ttl_s=86_400))
    await advance(hours=2)
    younger = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=20, ttl_s=86_400))
    freed = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=30, ttl_s=86_400))
    await a_window(credits, number=2, start=start + MONTH)
    assert await available(credits) == 100
    await credits.capture(Capture(customer_id=ALICE, hold_id=older.hold_id))
    assert await available(credits) == 100, "set aside in its own window"
    await credits.capture(Capture(customer_id=ALICE, hold_id=younger.hold_id, credits=15))
    assert await available(credits) == 85
    await credits.release(Release(customer_id=ALICE, hold_id=freed.hold_id))
    assert await available(credits) == 85
    assert (await drift(database)).clean


async def test_what_is_given_back_in_the_gap_does_not_count(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    earlier = await used(credits, 50)
    await advance(days=30, hours=1)
    failed = await used(credits, 30)
    await used(credits, 7)
    await credits.reverse(Reverse(customer_id=ALICE, entry_id=failed.entry_id))
    await credits.reverse(Reverse(customer_id=ALICE, entry_id=earlier.entry_id, credits=20))
    await a_window(credits, number=2, start=start + MONTH)
    assert await available(credits) == 93
    assert (await drift(database)).clean


async def test_more_used_in_the_gap_than_the_next_lot_has_takes_all_of_it_and_no_more(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    await advance(days=30, hours=1)
    await used(credits, 100)
    assert await available(credits) == 0
    await a_window(credits, 40, number=2, start=start + MONTH)
    assert await available(credits) == 0
    new, old = (await credits.lots(ALICE)).lots
    assert (new.used, old.used, old.expired) == (40, 60, 40)
    assert (await drift(database)).clean


@pytest.mark.row("E2")
@pytest.mark.parametrize(("rolls", "carried"), [(0, 0), (100, 40), (25, 25)], ids=["none", "all", "capped"])
async def test_what_is_left_rolls_over_as_the_policy_says(
    credits: CreditService, database: Database, advance: Advance, rolls: int, carried: int
) -> None:
    start = clock.now()
    await a_window(credits, start=start, rolls=rolls, rolls_days=45)
    await used(credits, 60)
    await advance(days=30, hours=1)
    await a_window(credits, number=2, start=start + MONTH, rolls=rolls, rolls_days=45)
    assert await available(credits) == 100 + carried
    if carried:
        lot = (await credits.lots(ALICE)).lots[0]
        assert (lot.kind, lot.granted, lot.source) == (LotKind.ROLLOVER, carried, "rollover:1")
        assert lot.expires_at is not None
        assert lot.expires_at - lot.effective_at == timedelta(days=45)
        assert lot.label == "Carried over: Pro, month 1"
    await advance(days=60)
    assert await available(credits) == 0, "it rolls over once, and nothing without a next lot"
    assert (await drift(database)).clean


@pytest.mark.row("B5")
async def test_prepared_windows_follow_one_another_and_roll_over_while_nobody_looks(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    for number in range(3):
        begins = start + MONTH * number
        facts = {"expires_at": begins + MONTH, "renews_at": None, "payment": "in_year", "rolls": 10, "rolls_days": 31}
        await a_window(credits, number=number, start=begins, follows=(), **facts)
    await advance(days=31)
    assert await available(credits) == 110
    await advance(days=30, hours=1)
    assert await available(credits) == 110, "the ten of the first month ended, those of the second came"
    await advance(days=30)
    assert await available(credits) == 0
    assert (await drift(database)).clean
    assert await available(credits) == 0


@pytest.mark.row("E6")
async def test_a_refund_takes_what_rolled_over_before_it_asks_for_what_was_spent(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start, rolls=100, rolls_days=31)
    await used(credits, 50)
    await advance(days=30, hours=1)
    await a_window(credits, number=2, start=start + MONTH)
    assert await available(credits) == 150
    half = Revoke(customer_id=ALICE, payment="in_1", refunded=1, captured=2)
    told: Any = await credits.do(half)
    assert (told.target, told.taken, told.owed) == (50, 50, 0)
    assert await available(credits) == 100
    await credits.do(Revoke(customer_id=ALICE, payment="in_1", refunded=0, captured=2))
    assert await available(credits) == 150
    whole: Any = await credits.do(Revoke(customer_id=ALICE, payment="in_1", refunded=2, captured=2))
    assert (whole.target, whole.taken, whole.owed) == (100, 50, 50)
    assert (await drift(database)).clean


async def test_half_refunded_first_the_other_half_rolls_over_untouched(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start, rolls=100, rolls_days=31)
    await credits.do(Revoke(customer_id=ALICE, payment="in_1", refunded=1, captured=2))
    await advance(days=30, hours=1)
    await a_window(credits, number=2, start=start + MONTH)
    assert await available(credits) == 150
    assert (await drift(database)).clean


async def test_a_frozen_lot_keeps_its_time_through_the_renewal(
    credits: CreditService, database: Database, advance: Advance
) -> None:
    start = clock.now()
    await a_window(credits, start=start)
    await advance(days=20)
    await credits.do(Freeze(customer_id=ALICE, payment="in_1"))
    await advance(days=11)
    await a_window(credits, number=2, start=start + MONTH)
    assert await available(credits) == 100
    await credits.do(Thaw(customer_id=ALICE, payment="in_1"))
    assert await available(credits) == 200
    await advance(days=9, hours=23)
    assert await available(credits) == 200
    await advance(hours=2)
    assert await available(credits) == 100
    assert (await drift(database)).clean


async def test_a_voided_lot_has_no_gap(credits: CreditService, database: Database, advance: Advance) -> None:
    await a_window(credits)
    await credits.do(Void(customer_id=ALICE, source="il_1"))
    await advance(days=30, hours=1)
    assert await available(credits) == 0
    assert (await drift(database)).clean
