"""A plan bought on Stripe's page: the session links, the paid invoice gives, whichever is heard of first."""

from typing import Any

import pytest

from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers

pytestmark = [pytest.mark.row("B5"), pytest.mark.row("C1")]


async def _start(shop: Shop, customer: int, plan: str = "pro") -> tuple[str, str]:
    """The page's address and the session's id."""
    started = await shop.services.subscriptions.start(customer, plan, "month")
    (row,) = await shop.rows("SELECT stripe_session_id FROM checkouts WHERE public_id = :id", id=started.public_id)
    return started.url, row["stripe_session_id"]


async def _checkout(shop: Shop) -> dict[str, Any]:
    (row,) = await shop.rows("SELECT kind, state, stripe_subscription_id, settled_at FROM checkouts")
    return row


async def test_bought_on_the_page_it_is_held_and_its_credits_are_there(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    url, _ = await _start(shop, ada)
    await shop.sandbox.pay(url)
    await shop.settle()
    held = await subscribers.live(ada)
    assert held is not None
    assert (held.plan_code, held.status, held.drift) == ("pro", "active", ())
    checkout = await _checkout(shop)
    assert (checkout["state"], checkout["stripe_subscription_id"]) == ("paid", held.stripe_subscription_id)
    assert await shop.available(ada) == 400
    assert await subscribers.failed_jobs() == []
    (card,) = await shop.services.payment_methods.of(ada)
    assert (card.brand, card.last4, card.exp_year) == ("visa", "4242", 2040)


async def test_the_completed_session_alone_links_and_grants_nothing(
    silent_shop: Shop, subscribers: Subscribers
) -> None:
    shop = silent_shop
    ada = await shop.a_customer()
    url, _ = await _start(shop, ada)
    await shop.sandbox.pay(url)
    (completed,) = await shop.raw_events("checkout.session.completed")
    await shop.deliver(completed)
    await shop.work()
    checkout = await _checkout(shop)
    assert checkout["state"] == "pending"
    assert checkout["stripe_subscription_id"] is not None
    assert await shop.available(ada) == 0
    assert await subscribers.live(ada) is not None

    for event in await shop.raw_events("invoice.payment_succeeded", "invoice.paid"):
        await shop.deliver(event)
    await shop.work()
    assert (await _checkout(shop))["state"] == "paid"
    assert await shop.available(ada) == 400
    receipts = await shop.rows("SELECT id FROM outbox WHERE kind = 'subscription_receipt'")
    assert len(receipts) == 1


async def test_the_watching_success_page_needs_no_webhook_at_all(silent_shop: Shop, subscribers: Subscribers) -> None:
    shop = silent_shop
    ada = await shop.a_customer()
    url, session_id = await _start(shop, ada)
    await shop.sandbox.pay(url)
    progress = await shop.services.checkout.state(ada, session_id)
    assert progress.settled_at is None
    await shop.work()
    progress = await shop.services.checkout.state(ada, session_id)
    assert (progress.progress.value, progress.available) == ("granted", 400)


async def test_a_refunded_invoice_takes_its_share_of_the_credits_back(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada)
    assert await shop.available(ada) == 400
    (payment,) = await shop.rows("SELECT stripe_payment_intent, captured_minor, checkout_id FROM payments")
    assert (payment["captured_minor"], payment["checkout_id"]) == (3900, None)
    await shop.sandbox.refund(payment["stripe_payment_intent"], 1950)
    await shop.settle()
    assert await shop.available(ada) == 200
    (invoice,) = (await shop.services.invoices.page(ada)).invoices
    assert (invoice.paid_minor, invoice.refunded_minor) == (3900, 1950)
    await shop.sandbox.refund(payment["stripe_payment_intent"])
    await shop.settle()
    assert await shop.available(ada) == 0
    assert await subscribers.failed_jobs() == []


async def test_a_second_subscription_is_cancelled_and_refunded_and_the_first_goes_on(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    first = await subscribers.subscribed(ada)
    second = await subscribers.subscribed(ada, "creator")
    await shop.settle()
    ended = await subscribers.held(second)
    assert (ended.status, ended.superseded) == ("canceled", True)
    refunded = await shop.rows("SELECT refunded_minor FROM invoices WHERE subscription_id = :id", id=ended.id)
    assert [row["refunded_minor"] for row in refunded] == [9900]
    live = await subscribers.live(ada)
    assert live is not None
    assert live.stripe_subscription_id == first
    assert await shop.available(ada) == 400
    assert await subscribers.mrr() == 3900
    assert await subscribers.failed_jobs() == []
