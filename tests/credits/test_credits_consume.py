"""Spending: in burn order, once per key and per reference, never below zero; bad input changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.credits import (
    AddOn,
    Adjust,
    AlreadyConsumed,
    Capture,
    Consume,
    CreditService,
    Grant,
    Hold,
    LotKind,
    Price,
    Rate,
    Reverse,
    Revoke,
    SourceMismatch,
    apply,
    quote,
)
from billing_app.db.engine import Database
from billing_app.errors import IdempotencyMismatch, InsufficientCredits, InvalidInput
from tests.credits.ledgers import a_pack, drift, free_credits, rows

ALICE, BOB = 1, 2


def interview(session_id: str, **facts: Any) -> Consume:
    return Consume(customer_id=ALICE, feature="interview", credits=1, reference=session_id, **facts)


@pytest.mark.row("A4")
async def test_the_same_session_never_consumes_twice(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    first = await credits.consume(interview("session-1", key="a"))
    again = await credits.consume(interview("session-1", key="b"))
    third = await credits.consume(interview("session-1"))
    assert (again.entry_id, again.replayed, third.replayed) == (first.entry_id, True, True)
    assert (await credits.balance(ALICE)).available == 9
    assert (await drift(database)).clean


@pytest.mark.row("A4")
async def test_a_session_charged_before_is_not_charged_another_amount(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await credits.consume(interview("session-1"))
    with pytest.raises(AlreadyConsumed, match="charged by entry 2"):
        await credits.consume(Consume(customer_id=ALICE, feature="interview", credits=2, reference="session-1"))
    with pytest.raises(AlreadyConsumed):
        await credits.hold(Hold(customer_id=ALICE, feature="interview", credits=1, reference="session-1"))
    assert (await credits.balance(ALICE)).available == 9


@pytest.mark.row("A4")
async def test_a_session_that_was_given_back_needs_a_new_reference(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    done = await credits.consume(interview("session-1"))
    await credits.reverse(Reverse(customer_id=ALICE, entry_id=done.entry_id))
    with pytest.raises(AlreadyConsumed, match="use a new reference"):
        await credits.consume(interview("session-1"))
    assert (await credits.balance(ALICE)).available == 10


async def test_a_reference_is_a_features_and_a_customers_own(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await a_pack(credits, BOB, 10)
    await credits.consume(interview("session-1"))
    other = await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=1, reference="session-1"))
    theirs = await credits.consume(Consume(customer_id=BOB, feature="interview", credits=1, reference="session-1"))
    assert not other.replayed
    assert not theirs.replayed


@pytest.mark.row("A4")
async def test_the_oldest_pack_burns_first(credits: CreditService) -> None:
    old = await a_pack(credits, ALICE, 2, "cs_old")
    new = await a_pack(credits, ALICE, 5, "cs_new")
    done = await credits.consume(Consume(customer_id=ALICE, feature="interview", credits=4))
    assert [(one.lot_id, one.credits) for one in done.taken] == [(old.lot_id, 2), (new.lot_id, 2)]


@pytest.mark.row("B2")
async def test_a_pack_outlives_the_month_whose_free_credits_burn_first(
    credits: CreditService, advance: Callable[..., Any]
) -> None:
    await a_pack(credits, ALICE, 500, label="Small pack")
    await free_credits(credits, ALICE, 100, expires_at=clock.now() + timedelta(days=10))
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=30))
    assert [lot.remaining for lot in (await credits.balance(ALICE)).lots] == [70, 500]
    await advance(days=40)
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.next_event) == (500, None)


@pytest.mark.row("B3")
async def test_what_is_consumed_is_what_was_quoted_and_the_entry_keeps_the_price(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 100)
    price = quote(Rate("query", "Query", 5, (AddOn("github", "GitHub tools", 10),)), "2026-11", {"github": 1})
    done = await credits.consume(Consume(customer_id=ALICE, feature="chat", price=price))
    assert done.credits == price.credits == 15
    (entry,) = (await credits.entries(ALICE, feature="chat")).entries
    assert (entry.price, entry.amount) == (price, -15)


@pytest.mark.row("B8")
async def test_short_of_credits_says_what_it_costs_and_what_is_left_and_changes_nothing(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 5)
    await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=2))
    before = await rows(database, "SELECT * FROM credit_accounts")
    with pytest.raises(InsufficientCredits, match="This needs 12 credits; 3 are available") as refused:
        await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=12, key="k"))
    assert refused.value.extra == {"required": 12, "available": 3, "held": 2, "shortfall": 9}
    assert await rows(database, "SELECT * FROM credit_accounts") == before
    assert await rows(database, "SELECT * FROM credit_keys WHERE key = 'k'") == []


async def test_a_refused_key_is_not_bound_so_the_retry_after_a_top_up_works(credits: CreditService) -> None:
    operation = Consume(customer_id=ALICE, feature="chat", credits=12, key="k")
    with pytest.raises(InsufficientCredits):
        await credits.consume(operation)
    await a_pack(credits, ALICE, 20)
    assert not (await credits.consume(operation)).replayed
    assert (await credits.consume(operation)).replayed


async def test_a_bound_key_tells_the_first_answer_for_ever(credits: CreditService, advance: Callable[..., Any]) -> None:
    await a_pack(credits, ALICE, 10)
    operation = Consume(customer_id=ALICE, feature="chat", credits=3, key="k")
    first = await credits.consume(operation)
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=5))
    await advance(days=400)
    again = await credits.consume(operation)
    assert (again.entry_id, again.available, again.taken) == (first.entry_id, first.available, first.taken)


@pytest.mark.parametrize(
    "other",
    [
        Consume(customer_id=ALICE, feature="chat", credits=4, key="k"),
        Consume(customer_id=ALICE, feature="interview", credits=3, key="k"),
        Consume(customer_id=ALICE, feature="chat", credits=3, key="k", reference="r"),
        Hold(customer_id=ALICE, feature="chat", credits=3, key="k"),
        Adjust(customer_id=ALICE, credits=-3, key="k", note="no"),
    ],
)
async def test_another_body_under_a_used_key_is_refused(credits: CreditService, other: Any) -> None:
    await a_pack(credits, ALICE, 10)
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=3, key="k"))
    with pytest.raises(IdempotencyMismatch):
        await credits.do(other)
    assert (await credits.balance(ALICE)).available == 7


async def test_the_same_key_twice_in_a_batch_has_one_effect_and_both_are_answered(database: Database) -> None:
    async with database.transaction() as session:
        outcomes = await apply(
            session,
            [
                Grant(customer_id=ALICE, credits=10, kind=LotKind.GIFT, label="Gift", source="g"),
                Consume(customer_id=ALICE, feature="chat", credits=3, key="k"),
                Consume(customer_id=ALICE, feature="chat", credits=3, key="k"),
                Consume(customer_id=ALICE, feature="chat", credits=99),
                Consume(customer_id=BOB, feature="chat", credits=3, key="k"),
            ],
        )
    first, again, short, poor = outcomes[1:]
    assert (first.replayed, again.replayed) == (False, True)  # pyright: ignore[reportAttributeAccessIssue]
    assert first.entry_id == again.entry_id  # pyright: ignore[reportAttributeAccessIssue]
    assert isinstance(short, InsufficientCredits)
    assert isinstance(poor, InsufficientCredits)


async def test_a_source_makes_its_lot_once(credits: CreditService, database: Database) -> None:
    first = await a_pack(credits, ALICE, 10)
    again = await a_pack(credits, ALICE, 10)
    assert (again.lot_id, again.replayed) == (first.lot_id, True)
    with pytest.raises(SourceMismatch):
        await a_pack(credits, ALICE, 11)
    assert (await a_pack(credits, BOB, 11)).lot_id == 1
    assert await rows(database, "SELECT count(*) FROM credit_lots") == [(2,)]


async def test_what_the_caller_rolls_back_never_was(database: Database, credits: CreditService) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"):
        async with database.transaction() as session:
            await apply(session, [Grant(customer_id=ALICE, credits=5, kind=LotKind.GIFT, label="Gift", source="g")])
            raise RuntimeError("changed my mind")
    assert (await credits.balance(ALICE)).available == 0


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing to refuse


@pytest.mark.parametrize(
    "make",
    [
        lambda: Consume(customer_id=ALICE, feature="chat", credits=0),
        lambda: Consume(customer_id=ALICE, feature="chat", credits=-1),
        lambda: Consume(customer_id=ALICE, feature="chat", credits=10**12 + 1),
        lambda: Consume(customer_id=ALICE, feature="chat", credits=1.0),  # pyright: ignore[reportArgumentType]
        lambda: Consume(customer_id=ALICE, feature="chat", credits=True),
        lambda: Consume(customer_id=0, feature="chat", credits=1),
        lambda: Consume(customer_id=2**63, feature="chat", credits=1),
        lambda: Consume(customer_id=ALICE, feature="", credits=1),
        lambda: Consume(customer_id=ALICE, feature="a" * 256, credits=1),
        lambda: Consume(customer_id=ALICE, feature="a\x00b", credits=1),
        lambda: Consume(customer_id=ALICE, feature="\ud800", credits=1),
        lambda: Consume(customer_id=ALICE, feature="chat", credits=1, key=""),
        lambda: Consume(customer_id=ALICE, feature="chat", credits=1, details={"cost": 0.5}),  # pyright: ignore[reportArgumentType]
        lambda: Consume(customer_id=ALICE, feature="chat", credits=1, details={str(n): n for n in range(21)}),
        lambda: Hold(customer_id=ALICE, feature="chat", credits=1, on_expiry=2),
        lambda: Hold(customer_id=ALICE, feature="chat", credits=1, ttl_s=0),
        lambda: Hold(customer_id=ALICE, feature="chat", credits=1, cap_s=8 * 86_400),
        lambda: Capture(customer_id=ALICE, hold_id=0),
        lambda: Adjust(customer_id=ALICE, credits=0, key="k", note="why"),
        lambda: Adjust(customer_id=ALICE, credits=5, note="why"),
        lambda: Adjust(customer_id=ALICE, credits=5, key="k"),
        lambda: Revoke(customer_id=ALICE, payment="pi", refunded=1, captured=0),
        lambda: Grant(customer_id=ALICE, credits=5, kind="gift", label="Gift", source="g"),  # pyright: ignore[reportArgumentType]
        lambda: Grant(customer_id=ALICE, credits=5, kind=LotKind.GIFT, label="Gift", source="g", paid_minor=5),
        lambda: Grant(
            customer_id=ALICE, credits=5, kind=LotKind.GIFT, label="Gift", source="g", paid_minor=5, currency="XXX"
        ),
        lambda: Grant(customer_id=ALICE, credits=5, kind=LotKind.GIFT, label="Gift", source="g", expires_at=NAIVE),
        lambda: Grant(customer_id=ALICE, credits=5, kind=LotKind.GIFT, label="Gift", source="g", priority=101),
        lambda: Price("query", "v1", ()),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_clear_sentence(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.status == 422
    assert " " in refused.value.detail


async def test_text_of_any_script_is_kept_as_it_was_sent(credits: CreditService) -> None:
    note = 'Grüße, "親切" \\ {NULL}, \U0001f98a\nand a line'
    await credits.adjust(Adjust(customer_id=ALICE, credits=5, key="{a,b}", note=note, label="NULL"))
    await credits.consume(
        Consume(customer_id=ALICE, feature='a"b\\c', credits=1, details={"model": '"x"\\', "none": None, "big": 2**60})
    )
    consumed, granted = (await credits.entries(ALICE)).entries
    assert (granted.note, granted.label) == (note, "NULL")
    assert (consumed.feature, consumed.details) == ('a"b\\c', {"model": '"x"\\', "none": None, "big": 2**60})


async def test_the_largest_amounts_add_up(credits: CreditService, database: Database) -> None:
    for number in range(3):
        await a_pack(credits, ALICE, 10**12, f"cs_{number}")
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=10**12))
    assert (await credits.balance(ALICE)).available == 2 * 10**12
    assert (await drift(database)).clean
