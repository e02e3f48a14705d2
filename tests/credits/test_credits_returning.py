"""Refunds that fail after the lot's end, and refunds of credits that were ended early: nobody loses or owes wrongly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.credits import CreditService, Freeze, Grant, LotKind, LotState, Spent, Thaw, Void
from billing_app.db.engine import Database
from tests.credits.ledgers import a_pack, drift
from tests.credits.test_credits_refunds import ALICE, available, refund, spend

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11")]

MONTH = timedelta(days=30)


async def a_month(
    credits: CreditService, payment: str = "in_1", number: int = 1, start: datetime | None = None, **facts: Any
) -> str:
    """One window of 100 credits, for 10.00; how its lot is named."""
    begins = start or clock.now()
    source = f"{payment}:{number}"
    await credits.do(
        Grant(
            customer_id=ALICE,
            credits=100,
            kind=LotKind.PLAN,
            label="Month",
            source=source,
            payment=payment,
            paid_minor=1_000,
            currency="USD",
            effective_at=begins,
            expires_at=begins + MONTH,
            **facts,
        )
    )
    return source


async def test_what_a_lot_paid_for_a_refund_that_failed_after_its_end_can_be_used(
    credits: CreditService, database: Database, advance: Callable[..., Any]
) -> None:
    await a_pack(credits, ALICE, 100)
    await spend(credits, 100)
    await refund(credits, 400, 400)
    await advance(days=1)
    await a_month(credits)
    assert await available(credits) == 0, "all of the month has paid the debt"
    await advance(days=32)
    assert (await refund(credits, 0, 400)).available == 100, "both are paid for, and one was never used"
    (lot,) = (await credits.balance(ALICE)).lots
    assert (lot.state, lot.expired) == (LotState.OPEN, 0)
    assert lot.expires_at is not None
    assert timedelta(days=6, hours=23) < lot.expires_at - clock.now() <= timedelta(days=7)
    await spend(credits, 60)
    await advance(days=8)
    assert await available(credits) == 0
    assert (await drift(database)).clean


async def test_what_a_refund_took_that_failed_after_the_lots_end_can_be_used(
    credits: CreditService, database: Database, advance: Callable[..., Any]
) -> None:
    await a_month(credits)
    await spend(credits, 30)
    await advance(days=20)
    assert (await refund(credits, 1, 1, "in_1")).taken == 70
    await advance(days=14)
    assert (await refund(credits, 0, 1, "in_1")).available == 70
    again = await refund(credits, 1, 1, "in_1")
    assert (again.available, again.taken) == (0, 70), "and what came back is still that payment's"
    assert (await drift(database)).clean


async def test_what_comes_back_to_a_payment_that_is_disputed_waits_for_the_dispute(
    credits: CreditService, database: Database, advance: Callable[..., Any]
) -> None:
    await a_pack(credits, ALICE, 100)
    await spend(credits, 100)
    await refund(credits, 400, 400)
    await a_month(credits)
    await advance(days=31)
    await credits.do(Freeze(customer_id=ALICE, payment="in_1"))
    assert (await refund(credits, 0, 400)).available == 0
    assert (await credits.balance(ALICE)).frozen == 100
    await advance(days=30)
    await credits.do(Thaw(customer_id=ALICE, payment="in_1"))
    assert await available(credits) == 100
    assert (await drift(database)).clean


async def test_months_that_were_taken_back_before_they_began_can_be_used_too(
    credits: CreditService, database: Database, advance: Callable[..., Any]
) -> None:
    start = clock.now()
    for number in range(3):
        await a_month(credits, "in_year", number, start + number * MONTH)
    await spend(credits, 100)
    await refund(credits, 2, 3, "in_year")
    await advance(days=70)
    assert await available(credits) == 0
    assert (await refund(credits, 0, 3, "in_year")).available == 200, "the month that is over, and the one that is not"
    await advance(days=9)
    assert await available(credits) == 100
    assert (await drift(database)).clean


async def test_what_expired_by_itself_stays_expired_when_a_refund_fails(
    credits: CreditService, advance: Callable[..., Any]
) -> None:
    await a_month(credits)
    await advance(days=31)
    await refund(credits, 1, 1, "in_1")
    assert (await refund(credits, 0, 1, "in_1")).available == 0


async def test_what_returns_to_a_plan_that_was_cancelled_at_once_is_gone_with_it(
    credits: CreditService, database: Database
) -> None:
    source = await a_month(credits)
    await refund(credits, 1, 2, "in_1")
    await credits.do(Void(customer_id=ALICE, source=source))
    assert (await refund(credits, 0, 2, "in_1")).available == 0
    assert (await drift(database)).clean


@pytest.mark.parametrize("cancels_first", [True, False])
async def test_a_plan_cancelled_at_once_and_refunded_owes_the_same_in_either_order(
    credits: CreditService, database: Database, cancels_first: bool
) -> None:
    source = await a_month(credits)
    await spend(credits, 50)
    if cancels_first:
        await credits.do(Void(customer_id=ALICE, source=source))
    await refund(credits, 1, 2, "in_1")
    if not cancels_first:
        await credits.do(Void(customer_id=ALICE, source=source))
    balance = await credits.balance(ALICE)
    assert (balance.owed, balance.available) == (0, 0), "who keeps half of what they paid for may have spent that half"
    assert (await refund(credits, 1, 1, "in_1")).owed == 50, "all of it given back, the half that was used is owed"
    assert (await drift(database)).clean


async def test_credits_whose_time_was_credited_in_money_are_not_unused_a_second_time(credits: CreditService) -> None:
    source = await a_month(credits)
    await spend(credits, 50)
    await credits.do(Void(customer_id=ALICE, source=source, credits=50, credited=True))
    assert (await refund(credits, 1, 2, "in_1")).owed == 50


async def test_a_month_that_was_ended_early_was_not_over_when_the_money_went_back(
    credits: CreditService, advance: Callable[..., Any]
) -> None:
    start = clock.now()
    sources = [await a_month(credits, "in_year", number, start + number * MONTH) for number in range(2)]
    await spend(credits, 80)
    for source in sources:
        await credits.do(Void(customer_id=ALICE, source=source))
    await advance(days=2)
    assert (await refund(credits, 1, 1, "in_year")).owed == 80, "as if the refund had come first"
    assert (await refund(credits, 1, 1, "in_year", spent=Spent.DEBT)).entries == ()
