"""A refund acts while it is pending or succeeded, and is undone when it fails: nothing of it stays."""

import pytest

from billing_app.credits import Consume
from tests.credits.ledgers import drift
from tests.money_back.bank import REFUND_FAILS, Bank
from tests.shop import Shop

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11")]


async def test_a_refund_that_fails_gives_back_credits_and_what_was_collected_for_it(shop: Shop, bank: Bank) -> None:
    """Twenty of twenty-five are spent, so twenty are owed; the next credits pay them; then the refund comes back."""
    customer = await shop.a_customer()
    bought = await shop.start(customer, "pack", "popular")
    await shop.pay(bought, REFUND_FAILS)
    await shop.settle()
    await shop.services.credits.consume(Consume(customer_id=customer, feature="interview_session", credits=20))
    await shop.sandbox.refund(bought.payment_intent)
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.owed) == (0, 20)
    told = await shop.services.money_back.of(customer)
    assert [(one.what, one.owed, one.collected) for one in told.debts] == [("Popular", 20, 0)]
    assert [(one.what, one.amount_minor, one.arrived) for one in told.refunds] == [("Popular", 800, True)]
    await shop.give(customer, 30)
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.owed) == (10, 0)

    await bank.fail_refund(bought.payment_intent)
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.owed) == (5 + 30, 0)
    (line,) = await shop.services.checkout.purchases(customer)
    assert (line.state, line.refunded_minor) == ("paid", 0)
    assert [one.arrived for one in (await shop.services.money_back.of(customer)).refunds] == [False]
    (row,) = await shop.rows("SELECT status, failure_reason, undone_at IS NOT NULL AS undone FROM refunds")
    assert row == {"status": "failed", "failure_reason": "lost_or_stolen_card", "undone": True}
    mails = await shop.rows("SELECT kind FROM outbox WHERE kind LIKE 'refund%' ORDER BY id")
    assert [mail["kind"] for mail in mails] == ["refunded", "refund_failed"]
    assert (await drift(shop.services.database)).clean


async def test_an_unlock_comes_back_when_its_refund_fails(shop: Shop, bank: Bank) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer, "unlock", "ai_qa_generator")
    await shop.pay(bought, REFUND_FAILS)
    await shop.settle()
    await shop.sandbox.refund(bought.payment_intent)
    await shop.settle()
    (unlock,) = await shop.services.entitlements.unlocks(customer)
    assert unlock.revoked_at is not None
    assert not unlock.disputed
    await bank.fail_refund(bought.payment_intent)
    await shop.settle()
    (unlock,) = await shop.services.entitlements.unlocks(customer)
    assert (unlock.revoked_at, unlock.uses_left) == (None, 1)


async def test_what_the_processor_kept_is_written_from_its_own_books(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer, "pack", "popular")
    (row,) = await shop.rows("SELECT fee_minor, fee_currency, settled_minor, settled_currency FROM payments")
    assert row == {"fee_minor": 53, "fee_currency": "USD", "settled_minor": 800, "settled_currency": "USD"}
