"""Money given back in Stripe takes back what it paid for, and nothing else."""

import pytest

from billing_app.credits import Consume
from tests.shop import Shop


async def spend(shop: Shop, customer: int, credits: int) -> None:
    await shop.services.credits.consume(Consume(customer_id=customer, feature="interview_session", credits=credits))


@pytest.mark.row("A7")
@pytest.mark.row("A11")
async def test_a_whole_refund_takes_back_that_purchases_credits_and_no_others(shop: Shop) -> None:
    customer = await shop.a_customer()
    first = await shop.buy(customer, "pack", "popular")
    await shop.buy(customer, "pack", "starter")
    await shop.sandbox.refund(first.payment_intent)
    await shop.settle()

    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.owed) == (10, 0)
    lines = await shop.services.checkout.purchases(customer)
    assert [(line.name, line.state) for line in lines] == [("Starter", "paid"), ("Popular", "refunded")]


async def test_partial_refunds_take_back_their_share_cumulatively_and_rounded_down(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")
    for amount_minor, left in ((100, 22), (100, 19), (200, 13), (400, 0)):
        await shop.sandbox.refund(bought.payment_intent, amount_minor)
        await shop.settle()
        assert await shop.available(customer) == left
    (line,) = await shop.services.checkout.purchases(customer)
    assert (line.state, line.refunded_minor) == ("refunded", 800)


async def test_refunded_credits_that_are_spent_are_owed_and_the_balance_never_falls_below_zero(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")
    await spend(shop, customer, 20)
    await shop.sandbox.refund(bought.payment_intent)
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.owed) == (0, 20)


@pytest.mark.row("A7")
@pytest.mark.row("A11")
async def test_an_unlock_goes_when_all_of_its_price_is_given_back_and_not_before(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "unlock", "qa_management")
    await shop.sandbox.refund(bought.payment_intent, 2000)
    await shop.settle()
    assert (await shop.services.entitlements.check(customer, "qa_pairs_crud")).allowed
    await shop.sandbox.refund(bought.payment_intent, 500)
    await shop.settle()
    assert not (await shop.services.entitlements.check(customer, "qa_pairs_crud")).allowed
    (unlock,) = await shop.services.entitlements.unlocks(customer)
    assert unlock.revoked_at is not None
    again = await shop.start(customer, "unlock", "qa_management")
    assert not again.started.reused, "what was refunded may be bought again"


async def test_the_log_says_what_a_refund_did(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")
    await shop.sandbox.refund(bought.payment_intent, 400)
    await shop.settle()
    told = ("refund.created", "charge.refunded")
    lines = [line for line in await shop.services.inbox.events() if line.type in told]
    assert len(lines) == 2, "both events tell of one refund"
    (effects,) = [line.effects for line in lines if line.effects]
    assert effects[0].startswith("refund of ch_")
    assert effects[1].startswith(f"12 credits taken back from customer {customer}")
