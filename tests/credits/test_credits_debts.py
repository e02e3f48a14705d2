"""Who pays which debt: Stripe's times decide, not what was heard of first (ADR 0017)."""

from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.credits import CreditService, Freeze, Frozen, GivenBack, Spent, Thaw, succeeded
from billing_app.db.engine import Database
from tests.credits.ledgers import a_pack, drift, free_credits, rows
from tests.credits.test_credits_refunds import ALICE, refund, spend

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11")]


async def test_credits_that_begin_before_the_money_went_back_pay_nothing_of_the_debt(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 10)
    await free_credits(credits, ALICE, 5, effective_at=clock.now() - timedelta(days=2))
    went_back = clock.now() - timedelta(days=1)
    await free_credits(credits, ALICE, 5, "later", effective_at=went_back + timedelta(hours=1))
    done = await refund(credits, 1, 1, given_back=(GivenBack(went_back, 1),))
    assert (done.owed, done.available) == (10, 5), "the refund is heard of last, and the later credits pay all the same"
    assert (await credits.balance(ALICE)).owed == 5


async def test_what_a_lot_paid_goes_back_when_it_freezes_and_is_paid_again_when_it_thaws(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 10)
    await refund(credits, 1, 1)
    await a_pack(credits, ALICE, 30, "cs_2", debt_limit=10)
    assert (await credits.balance(ALICE)).owed == 0
    frozen = succeeded(await credits.do(Freeze(customer_id=ALICE, payment="pi_cs_2")), Frozen)
    assert (frozen.credits, (await credits.balance(ALICE)).owed) == (30, 10), "frozen credits pay no debts"
    (newest,) = (await credits.entries(ALICE, limit=1)).entries
    assert (newest.amount, newest.label) == (10, "Given back: it had paid what was owed")
    await credits.do(Thaw(customer_id=ALICE, payment="pi_cs_2"))
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.owed) == (20, 0)
    assert (await drift(database)).clean


async def test_a_lots_own_refund_comes_before_the_debts_it_paid(credits: CreditService, database: Database) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 10)
    await refund(credits, 1, 1)
    await a_pack(credits, ALICE, 30, "cs_2", debt_limit=10)
    done = await refund(credits, 1, 1, "pi_cs_2")
    assert (done.taken, done.owed) == (30, 0), "as if it had never paid"
    assert (await credits.balance(ALICE)).owed == 10
    await free_credits(credits, ALICE, 15)
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.owed) == (5, 0)
    assert (await drift(database)).clean


async def test_a_payment_given_back_in_steps_owes_since_each_of_them(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 10)
    now = clock.now()
    await free_credits(credits, ALICE, 8, "between", effective_at=now - timedelta(days=2))
    steps = (GivenBack(now - timedelta(days=3), 4), GivenBack(now - timedelta(days=1), 6))
    done = await refund(credits, 10, 10, given_back=steps)
    assert (done.owed, done.available) == (10, 4), "credits of between the steps pay for the first"
    assert (await credits.balance(ALICE)).owed == 6


async def test_a_debt_that_is_only_of_another_moment_stays_owed_or_written_off(
    credits: CreditService, database: Database
) -> None:
    await a_pack(credits, ALICE, 10)
    await spend(credits, 10)
    now = clock.now()
    first, second, told = now - timedelta(days=9), now - timedelta(days=5), now - timedelta(days=8)
    written_off, owed = GivenBack(first, 4), GivenBack(second, 6)
    await refund(credits, 4, 10, given_back=(written_off,), spent=Spent.WRITE_OFF)
    await refund(credits, 10, 10, given_back=(written_off, owed), spent=Spent.DEBT)
    assert (await credits.balance(ALICE)).owed == 6
    for spent in (Spent.WRITE_OFF, Spent.DEBT):  # whatever the policy is on the day on which Stripe tells the moment
        told += timedelta(hours=1)
        await refund(credits, 10, 10, given_back=(GivenBack(told, 4), owed), spent=spent)
        assert (await credits.balance(ALICE)).owed == 6, "what was written off is not asked for after all"
        owed = GivenBack(owed.at + timedelta(hours=1), 6)
        await refund(credits, 10, 10, given_back=(GivenBack(told, 4), owed), spent=spent)
        assert (await credits.balance(ALICE)).owed == 6, "what is owed is not written off"
    debts = await rows(
        database, "SELECT since, state, credits FROM credit_debts WHERE cancelled < credits ORDER BY since"
    )
    assert debts == [(told, "written_off", 4), (owed.at, "open", 6)]
    assert (await drift(database)).clean
