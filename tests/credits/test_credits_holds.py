"""Holds: set aside, kept alive, captured or released, true at read time; cutting the line is not a free session."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.credits import (
    Capture,
    Consume,
    CreditService,
    EntryKind,
    Extend,
    HeldTooLittle,
    Hold,
    HoldEnded,
    HoldOpen,
    HoldState,
    Release,
    UnknownHold,
)
from billing_app.db.engine import Database
from billing_app.errors import InsufficientCredits, InvalidInput
from tests.credits.ledgers import a_pack, drift, free_credits

ALICE, BOB = 1, 2


def chat(amount: int, **facts: Any) -> Hold:
    return Hold(customer_id=ALICE, feature="chat", credits=amount, **facts)


@pytest.mark.row("B4")
async def test_two_parallel_chats_never_overspend(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 20)
    await credits.hold(chat(15))
    with pytest.raises(InsufficientCredits) as refused:
        await credits.hold(chat(15))
    assert refused.value.extra["held"] == 15
    assert (await credits.balance(ALICE)).held == 15


@pytest.mark.row("B4")
async def test_a_stream_that_breaks_pays_for_what_it_delivered(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 20)
    held = await credits.hold(chat(15))
    done = await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=6))
    assert (done.credits, done.released, done.available) == (6, 9, 14)
    assert (await drift(database)).clean


@pytest.mark.row("B4")
async def test_nothing_delivered_costs_nothing_and_leaves_no_entry(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 20)
    held = await credits.hold(chat(15))
    released = await credits.release(Release(customer_id=ALICE, hold_id=held.hold_id))
    assert released.available == 20
    assert [entry.kind for entry in (await credits.entries(ALICE)).entries] == [EntryKind.GRANT]


@pytest.mark.row("A10")
async def test_a_session_takes_one_credit_when_it_ends_and_none_if_it_never_began(
    credits: CreditService, advance: Callable[..., Any]
) -> None:
    await a_pack(credits, ALICE, 10)
    at_connect = Hold(customer_id=ALICE, feature="interview", credits=1, reference="s-1", ttl_s=120)
    held = await credits.hold(at_connect)
    await advance(minutes=3)
    assert (await credits.balance(ALICE)).available == 10, "it never began"

    held = await credits.hold(at_connect)
    await credits.extend(Extend(customer_id=ALICE, hold_id=held.hold_id, ttl_s=120, on_expiry=1))
    await advance(minutes=3)
    assert (await credits.balance(ALICE)).available == 9, "it had begun when the line was cut"
    with pytest.raises(HoldEnded) as refused:
        await credits.release(Release(customer_id=ALICE, hold_id=held.hold_id))
    assert refused.value.extra["captured"] == 1


@pytest.mark.row("A10")
async def test_a_reconnect_with_the_same_session_finds_its_hold(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    first = await credits.hold(chat(1, reference="s-1"))
    again = await credits.hold(chat(1, reference="s-1"))
    assert (again.hold_id, again.replayed) == (first.hold_id, True)
    with pytest.raises(HoldOpen):
        await credits.hold(chat(2, reference="s-1"))
    with pytest.raises(HoldOpen, match="capture it instead"):
        await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=1, reference="s-1"))


async def test_a_released_reference_may_be_held_again_a_captured_one_not(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    first = await credits.hold(chat(1, reference="s-1"))
    await credits.release(Release(customer_id=ALICE, hold_id=first.hold_id))
    second = await credits.hold(chat(1, reference="s-1"))
    done = await credits.capture(Capture(customer_id=ALICE, hold_id=second.hold_id))
    charged = await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=1, reference="s-1"))
    assert (charged.entry_id, charged.replayed) == (done.entry_id, True)


async def test_a_capture_is_made_once(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    held = await credits.hold(chat(5))
    capture = Capture(customer_id=ALICE, hold_id=held.hold_id, credits=2)
    first, again = await credits.capture(capture), await credits.capture(capture)
    assert (again.entry_id, again.available, again.replayed) == (first.entry_id, first.available, True)
    with pytest.raises(HoldEnded):
        await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=3))


async def test_no_more_can_be_captured_than_is_held(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    held = await credits.hold(chat(5))
    with pytest.raises(HeldTooLittle):
        await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=6))
    assert (await credits.hold_state(ALICE, held.hold_id)).state is HoldState.LIVE


async def test_a_hold_belongs_to_its_customer(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    held = await credits.hold(chat(5))
    for foreign in (
        Capture(customer_id=BOB, hold_id=held.hold_id),
        Release(customer_id=BOB, hold_id=held.hold_id),
        Extend(customer_id=BOB, hold_id=held.hold_id),
    ):
        with pytest.raises(UnknownHold):
            await credits.do(foreign)
    with pytest.raises(UnknownHold):
        await credits.hold_state(BOB, held.hold_id)


async def test_a_heartbeat_keeps_a_hold_alive_up_to_its_cap(
    credits: CreditService, advance: Callable[..., Any]
) -> None:
    await a_pack(credits, ALICE, 10)
    held = await credits.hold(chat(5, ttl_s=60, cap_s=150))
    await advance(seconds=50)
    assert not (await credits.extend(Extend(customer_id=ALICE, hold_id=held.hold_id, ttl_s=60))).at_cap
    await advance(seconds=50)
    assert (await credits.extend(Extend(customer_id=ALICE, hold_id=held.hold_id, ttl_s=60))).at_cap
    assert (await credits.balance(ALICE)).held == 5
    await advance(seconds=60)
    assert (await credits.balance(ALICE)).held == 0
    with pytest.raises(HoldEnded, match="ended by its time limit"):
        await credits.extend(Extend(customer_id=ALICE, hold_id=held.hold_id))


async def test_what_its_end_captures_cannot_be_more_than_is_held(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    held = await credits.hold(chat(5))
    with pytest.raises(InvalidInput):
        await credits.extend(Extend(customer_id=ALICE, hold_id=held.hold_id, on_expiry=6))


async def test_a_hold_outlives_the_end_of_its_lot_and_what_returns_has_expired(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    await free_credits(credits, ALICE, 10, expires_at=clock.now() + timedelta(minutes=5))
    held = await credits.hold(chat(6, ttl_s=3_600))
    await advance(minutes=10)
    assert (await credits.balance(ALICE)).available == 0
    done = await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=4))
    assert (done.released, done.available) == (2, 0)
    told = [(entry.kind, entry.amount) for entry in (await credits.entries(ALICE)).entries]
    assert told == [
        (EntryKind.EXPIRE, -2),
        (EntryKind.CONSUME, -4),
        (EntryKind.EXPIRE, -4),
        (EntryKind.GRANT, 10),
    ]
    assert (await drift(database)).clean


async def test_held_credits_are_captured_in_the_order_they_were_held(credits: CreditService) -> None:
    pack = await a_pack(credits, ALICE, 10)
    soon = await free_credits(credits, ALICE, 3, expires_at=clock.now() + timedelta(days=1))
    held = await credits.hold(chat(8))
    await free_credits(credits, ALICE, 50, "sooner", expires_at=clock.now() + timedelta(hours=1))
    done = await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=5))
    assert [(one.lot_id, one.credits) for one in done.taken] == [(soon.lot_id, 3), (pack.lot_id, 2)]
