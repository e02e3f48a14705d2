"""A plan that moved in lives on as any other: switched, refunded, failing and mended."""

import asyncio
from typing import Any

import pytest

from tests.moving_in.older import customer_of, move, older
from tests.shop import Shop
from tests.subscriptions.subscribers import DECLINES_LATER, VISA, Subscribers


async def test_an_upgrade_in_the_running_window_brings_the_difference(shop: Shop, subscribers: Subscribers) -> None:
    somebody, made = await older(shop)
    await move(shop, f"user-17,ada@example.com,{somebody},{made},pro,120,plan,11.70,USD,")
    await shop.settle()
    ada = await customer_of(shop)
    preview = await shop.services.subscriptions.preview(ada, "creator", "month")
    assert preview.kind == "upgrade"
    await shop.services.subscriptions.switch(ada, preview.token)
    await shop.settle()
    brought = await shop.available(ada) - 120
    assert 598 <= brought <= 600, "1000 instead of 400 for the rest of the month"
    await subscribers.pass_time(days=32)
    assert await shop.available(ada) == 1000
    assert await subscribers.failed_jobs() == []


async def test_a_refund_of_the_running_period_takes_back_what_is_left_of_it(
    shop: Shop, subscribers: Subscribers
) -> None:
    somebody, made = await older(shop)
    rows = (f"user-17,,{somebody},{made},pro,120,plan,11.70,USD,", "user-17,,,,,50,gift,,,")
    await move(shop, *rows)
    await shop.settle()
    ada = await customer_of(shop)
    (payment,) = await shop.rows("SELECT stripe_payment_intent AS intent FROM payments")
    await shop.sandbox.refund(payment["intent"])
    await shop.settle()
    assert await shop.available(ada) == 50, "the gift is untouched"
    assert await shop.rows("SELECT id FROM credit_debts") == [], "what was spent before the move is nobody's debt here"


async def test_a_period_that_is_not_paid_brings_its_credits_when_it_is(shop: Shop, subscribers: Subscribers) -> None:
    somebody, made = await older(shop, card=VISA)
    method = await subscribers.use_card(somebody, DECLINES_LATER)
    params: Any = {"default_payment_method": method}
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.update(made, params))
    await subscribers.pass_time(days=32)
    told = await asyncio.to_thread(lambda: shop.sandbox.client().v1.subscriptions.retrieve(made))
    assert told.status == "past_due"
    (refused,) = await move(shop, f"user-17,,{somebody},{made},pro,120,plan,,,")
    assert refused.problem is not None
    assert "its running period is not paid" in refused.problem.what
    (moved,) = await move(shop, f"user-17,,{somebody},{made},pro,30,promotion,,,")
    assert moved.problem is None
    await shop.settle()
    ada = await customer_of(shop)
    assert await shop.available(ada) == 30
    working = await subscribers.use_card(somebody, VISA)

    def pay(client: Any) -> None:
        client.v1.subscriptions.update(made, {"default_payment_method": working})
        open_ones = client.v1.invoices.list({"subscription": made, "status": "open"}).data
        client.v1.invoices.pay(open_ones[0].id, {"payment_method": working})

    await subscribers.at_stripe(pay)
    await shop.settle()
    assert await shop.available(ada) == 30 + 400


@pytest.mark.deep
async def test_two_moves_at_once_bring_everything_once(shop: Shop, subscribers: Subscribers) -> None:
    somebody, made = await older(shop)
    row = f"user-17,,{somebody},{made},pro,120,plan,,,"
    answers = await asyncio.gather(*(move(shop, row) for _ in range(4)))
    assert [one.problem for (one,) in answers] == [None] * 4
    await shop.settle()
    assert await shop.available(await customer_of(shop)) == 120
