"""Refunds, debts and disputes, and jobs that failed: only that payment's lots, never more than was paid for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.credits import (
    Adjust,
    Capture,
    Consume,
    CreditService,
    Freeze,
    Frozen,
    Grant,
    Hold,
    LotKind,
    LotState,
    NothingToReverse,
    Release,
    Reverse,
    Revoke,
    Revoked,
    Spent,
    Thaw,
    Thawed,
    UnknownEntry,
    UnknownLot,
    UnknownPayment,
    Void,
    Voided,
    apply,
    succeeded,
)
from billing_app.db.engine import Database
from tests.credits.ledgers import a_pack, drift, free_credits, rows

ALICE, BOB = 1, 2


async def refund(
    credits: CreditService, refunded: int, captured: int, payment: str = "pi_cs_1", **facts: Any
) -> Revoked:
    operation = Revoke(customer_id=ALICE, payment=payment, refunded=refunded, captured=captured, **facts)
    return succeeded(await credits.do(operation), Revoked)


async def spend(credits: CreditService, amount: int) -> int:
    return (await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=amount))).entry_id


async def available(credits: CreditService) -> int:
    return (await credits.balance(ALICE)).available


@pytest.mark.row("A11")
async def test_a_refund_takes_back_only_that_purchases_lots(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    await a_pack(credits, ALICE, 25, "cs_2")
    done = await refund(credits, 400, 400)
    assert (done.target, done.taken, done.owed, done.available) == (10, 10, 0, 25)
    assert (await drift(database)).clean


async def test_a_part_of_the_money_takes_that_part_of_the_credits_rounded_down(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    assert (await refund(credits, 133, 400)).taken == 3
    assert (await refund(credits, 133, 400)).entries == (), "a second delivery changes nothing"
    assert (await refund(credits, 399, 400)).taken == 9
    assert (await refund(credits, 400, 400)).taken == 10


async def test_spent_credits_become_a_debt_that_later_lots_pay_the_oldest_first(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 7)
    done = await refund(credits, 400, 400)
    assert (done.taken, done.owed) == (3, 7)
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.owed) == (0, 7)

    await a_pack(credits, ALICE, 20, "cs_2")
    assert await available(credits) == 20, "a purchase pays only what its checkout showed"
    await a_pack(credits, ALICE, 20, "cs_3", debt_limit=2)
    assert await available(credits) == 38
    await free_credits(credits, ALICE, 100)
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.owed) == (133, 0)
    assert (await drift(database)).clean


async def test_what_is_kept_may_have_been_spent(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 100)
    await spend(credits, 40)
    done = await refund(credits, 50, 100)
    assert (done.taken, done.owed, done.available) == (50, 0, 10)


async def test_spent_credits_are_forgiven_when_the_policy_says_so(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 7)
    done = await refund(credits, 400, 400, spent=Spent.WRITE_OFF)
    assert (done.taken, done.owed, done.forgiven) == (3, 0, 7)
    await free_credits(credits, ALICE, 5)
    assert await available(credits) == 5


async def test_expired_credits_are_forgiven(credits: CreditService, advance: Callable[..., Any]) -> None:
    await a_pack(credits, ALICE, 10, expires_at=clock.now() + timedelta(days=30))
    await spend(credits, 4)
    await advance(days=31)
    half = await refund(credits, 50, 100)
    assert (half.taken, half.owed, half.forgiven) == (0, 0, 5)
    whole = await refund(credits, 100, 100)
    assert (whole.taken, whole.owed, whole.forgiven) == (0, 4, 6)


async def test_a_failed_refund_gives_back_credits_and_what_its_debt_collected(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 7)
    await refund(credits, 400, 400)
    await free_credits(credits, ALICE, 5)
    assert await available(credits) == 0
    undone = await refund(credits, 0, 400)
    assert (undone.taken, undone.owed, undone.available) == (0, 0, 8)
    assert [lot.remaining for lot in (await credits.balance(ALICE)).lots] == [5, 3]
    assert (await drift(database)).clean


async def test_held_credits_go_when_their_hold_returns_them(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    held = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=6))
    done = await refund(credits, 400, 400)
    assert (done.taken, done.held, done.owed) == (4, 6, 0)
    await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=2))
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.owed) == (0, 2), "four returned and went, two were delivered and are owed"
    assert (await drift(database)).clean


async def test_held_credits_go_at_the_end_of_their_hold_though_nothing_ran(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=6, ttl_s=60, on_expiry=1))
    await refund(credits, 400, 400)
    await advance(minutes=2)
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.held, balance.owed) == (0, 0, 1)
    await free_credits(credits, ALICE, 3)
    assert await available(credits) == 2
    assert (await drift(database)).clean


async def test_a_yearly_payment_is_taken_back_from_the_last_month_backwards(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    start = clock.now()
    edges = [start + timedelta(days=30 * number) for number in range(13)]
    months = [
        Grant(
            customer_id=ALICE,
            credits=100,
            kind=LotKind.PLAN,
            label=f"Month {number}",
            source=f"il:{number}",
            payment="in_1",
            paid_minor=1_000,
            currency="USD",
            effective_at=edges[number],
            expires_at=edges[number + 1],
        )
        for number in range(12)
    ]
    async with database.transaction() as session:
        await apply(session, months)
    await spend(credits, 80)
    await advance(days=31)
    await spend(credits, 30)

    quarter = await refund(credits, 1, 4, "in_1")
    assert (quarter.target, quarter.taken, quarter.available) == (300, 300, 70)
    assert [lot.label for lot in (await credits.balance(ALICE)).lots][-1] == "Month 8"
    whole = await refund(credits, 4, 4, "in_1")
    assert (whole.taken, whole.owed, whole.forgiven) == (1_070, 30, 100), "the closed month makes no debt"
    assert (await drift(database)).clean
    everything = await refund(credits, 4, 4, "in_1", closed_windows=True)
    assert (everything.owed, everything.forgiven) == (110, 20), "unless the admin says so"
    again = await refund(credits, 0, 4, "in_1")
    assert (again.taken, again.owed) == (0, 0)
    await advance(days=31)
    assert await available(credits) == 100, "prepared months begin again"
    assert (await drift(database)).clean


async def test_a_lot_granted_after_its_payment_was_refunded_in_part_is_taken_in_part(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10, payment="pi_both")
    await refund(credits, 1, 2, "pi_both")
    await a_pack(credits, ALICE, 10, "cs_2", payment="pi_both")
    assert await available(credits) == 10


async def test_a_refund_before_its_purchase_is_known_is_refused_to_be_tried_again(credits: CreditService) -> None:
    with pytest.raises(UnknownPayment):
        await refund(credits, 1, 1)


async def test_a_job_that_failed_gives_back_into_its_lots_the_last_first(
    credits: CreditService, database: Database
) -> None:
    await free_credits(credits, ALICE, 5, expires_at=clock.now() + timedelta(days=9))
    await a_pack(credits, ALICE, 10)
    entry_id = await spend(credits, 8)
    part = await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id, credits=4, key="r1"))
    assert (part.left, part.available) == (4, 11)
    assert [lot.remaining for lot in (await credits.balance(ALICE)).lots] == [1, 10]
    with pytest.raises(NothingToReverse, match="at most 4"):
        await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id, credits=5))
    again = await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id, credits=4, key="r1"))
    assert again.replayed
    assert (await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id))).available == 15
    with pytest.raises(NothingToReverse):
        await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id))
    assert (await drift(database)).clean


async def test_what_returns_to_an_ended_lot_is_a_lot_of_seven_days(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    await free_credits(credits, ALICE, 5, expires_at=clock.now() + timedelta(days=1))
    entry_id = await spend(credits, 4)
    await advance(days=2)
    done = await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id))
    assert (done.credits, done.available, len(done.new_lots)) == (4, 4, 1)
    (lot,) = (await credits.balance(ALICE)).lots
    assert (lot.kind, lot.label) == (LotKind.REVERSAL, "Returned: Free credits")
    await advance(days=8)
    assert await available(credits) == 0
    assert (await drift(database)).clean


async def test_only_ones_own_consumption_can_be_reversed(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 5)
    entry_id = await spend(credits, 4)
    for customer_id, number in ((BOB, entry_id), (ALICE, 1), (ALICE, 99)):
        with pytest.raises(UnknownEntry):
            await credits.reverse(Reverse(customer_id=customer_id, entry_id=number))


async def test_a_reversal_after_a_refund_pays_the_debt_it_made(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    entry_id = await spend(credits, 6)
    await refund(credits, 1, 1)
    await free_credits(credits, ALICE, 4)
    done = await credits.reverse(Reverse(customer_id=ALICE, entry_id=entry_id))
    balance = await credits.balance(ALICE)
    assert (done.available, balance.owed) == (4, 0), "the pack is gone in whole, the free credits are back"
    assert (await drift(database)).clean


async def test_a_dispute_freezes_free_credits_and_live_holds_may_still_capture(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await a_pack(credits, ALICE, 3, "cs_2")
    held = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=4))
    frozen = succeeded(await credits.do(Freeze(customer_id=ALICE, payment="pi_cs_1")), Frozen)
    assert (frozen.credits, frozen.available) == (6, 3)
    again = succeeded(await credits.do(Freeze(customer_id=ALICE, payment="pi_cs_1")), Frozen)
    assert (again.credits, again.entry_id) == (6, None)
    assert (await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=1))).available == 3
    balance = await credits.balance(ALICE)
    assert (balance.frozen, [lot.state for lot in balance.lots]) == (9, [LotState.OPEN, LotState.FROZEN])
    assert (await drift(database)).clean


async def test_a_won_dispute_extends_the_lot_by_the_time_it_was_frozen(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    ends = clock.now() + timedelta(days=10)
    await a_pack(credits, ALICE, 10, expires_at=ends)
    await credits.do(Freeze(customer_id=ALICE, payment="pi_cs_1"))
    await advance(days=30)
    assert (await credits.balance(ALICE)).frozen == 10, "time stands still for it"
    thawed = succeeded(await credits.do(Thaw(customer_id=ALICE, payment="pi_cs_1")), Thawed)
    assert (thawed.credits, thawed.available) == (10, 10)
    (lot,) = (await credits.balance(ALICE)).lots
    assert lot.expires_at is not None
    assert timedelta(days=29, hours=23) < lot.expires_at - ends < timedelta(days=30, hours=1)
    await advance(days=11)
    assert await available(credits) == 0
    assert (await drift(database)).clean


async def test_a_lost_dispute_is_a_refund(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 2)
    await credits.do(Freeze(customer_id=ALICE, payment="pi_cs_1"))
    lost = await refund(credits, 1, 1)
    assert (lost.taken, lost.owed) == (8, 2)
    await credits.do(Thaw(customer_id=ALICE, payment="pi_cs_1"))
    assert await available(credits) == 0
    assert (await drift(database)).clean


async def test_frozen_lots_pay_no_debts_until_they_thaw(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 10)
    await a_pack(credits, ALICE, 1, "cs_2", payment="pi_2")
    await refund(credits, 1, 1)
    await credits.do(Freeze(customer_id=ALICE, payment="pi_2"))
    await a_pack(credits, ALICE, 6, "cs_3", payment="pi_2", debt_limit=6)
    assert (await credits.balance(ALICE)).owed == 10
    await credits.do(Thaw(customer_id=ALICE, payment="pi_2"))
    balance = await credits.balance(ALICE)
    assert (balance.owed, balance.available) == (4, 1)


async def test_an_ended_lot_takes_with_it_what_its_holds_return(credits: CreditService, database: Database) -> None:
    await free_credits(credits, ALICE, 10)
    held = await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=4))
    done = succeeded(await credits.do(Void(customer_id=ALICE, source="2026-11", note="A plan began")), Voided)
    assert (done.credits, done.held, done.available) == (6, 4, 0)
    await credits.release(Release(customer_id=ALICE, hold_id=held.hold_id))
    assert await available(credits) == 0
    with pytest.raises(UnknownLot):
        await credits.do(Void(customer_id=ALICE, source="2026-12"))
    assert (await drift(database)).clean


async def test_an_admin_gives_and_takes_with_a_reason_once(credits: CreditService, database: Database) -> None:
    give = Adjust(customer_id=ALICE, credits=8, key="ticket-1", note="Outage", actor="admin:3")
    assert (await credits.adjust(give)).available == 8
    assert (await credits.adjust(give)).replayed
    take = Adjust(customer_id=ALICE, credits=-3, key="ticket-2", note="Too much", actor="admin:3")
    assert (await credits.adjust(take)).available == 5
    assert await rows(database, "SELECT kind, amount, actor, note FROM credit_entries ORDER BY id") == [
        ("grant", 8, "admin:3", "Outage"),
        ("adjust", -3, "admin:3", "Too much"),
    ]
