"""Events doubled, shuffled, late or lost: the books end the same, every payment granted exactly once."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from billing_app.payments.settlement import settle
from billing_app.payments.stripe_objects import Intent, Session, SessionWithPayment
from tests.shop import Bought, Shop


async def a_life(shop: Shop) -> list[Bought]:
    """A decline, two purchases, a partial and a whole refund; nothing is delivered by itself."""
    customer = await shop.a_customer()
    pack = await shop.start(customer, "pack", "popular")
    await shop.pay(pack, "4000 0000 0000 0002", fate="never")
    await shop.pay(pack, fate="never")
    unlock = await shop.start(customer, "unlock", "ai_qa_generator")
    await shop.pay(unlock, fate="never")
    await shop.sandbox.refund(pack.payment_intent, 400)
    await shop.sandbox.refund(unlock.payment_intent)
    return [pack, unlock]


async def summary(shop: Shop, bought: list[Bought]) -> dict[str, Any]:
    """The books in words that do not depend on ids."""
    customer = bought[0].customer_id
    balance = await shop.services.credits.balance(customer)
    decision = await shop.services.entitlements.check(customer, "ai_qa_generation")
    books = await shop.books()
    return {
        "available": balance.available,
        "owed": balance.owed,
        "generator": (decision.allowed, decision.remaining),
        "lots": [(row["granted"], row["remaining"]) for row in books["lots"]],
        "unlocks": [(row["code"], row["live"]) for row in books["unlocks"]],
        "checkouts": [(row["code"], row["state"]) for row in books["checkouts"]],
        "payments": sorted((row["state"], row["captured_minor"], row["refunded_minor"]) for row in books["payments"]),
        "facts": sorted(row["kind"] for row in books["facts"]),
        "receipts": len(books["mails"]),
        "failures": len(await shop.rows("SELECT id FROM payment_failures")),
    }


ORDERLY = {
    "available": 13,
    "owed": 0,
    "generator": (False, 0),
    "lots": [(25, 13)],
    "unlocks": [("ai_qa_generator", False)],
    "checkouts": [("popular", "paid"), ("ai_qa_generator", "paid")],
    "payments": [("succeeded", 800, 400), ("succeeded", 1000, 1000)],
    "facts": ["session_paid", "session_paid"],
    "receipts": 2,
    "failures": 1,
}


async def test_in_order_the_books_are_as_they_should_be(shop: Shop) -> None:
    bought = await a_life(shop)
    for event in await shop.raw_events():
        await shop.deliver(event)
        await shop.work()
    assert await summary(shop, bought) == ORDERLY


@pytest.mark.parametrize("seed", range(5))
async def test_shuffled_and_doubled_the_books_are_the_same(shop: Shop, seed: int) -> None:
    bought = await a_life(shop)
    chance = random.Random(seed)
    events = await shop.raw_events()
    deliveries = events + chance.sample(events, len(events) // 2)
    chance.shuffle(deliveries)
    for number, event in enumerate(deliveries):
        assert (await shop.deliver(event)).status_code == 200
        if number % 3 == 0:
            await shop.work()
    await shop.work()
    assert await summary(shop, bought) == ORDERLY


async def test_delivered_all_at_once_to_four_workers_the_books_are_the_same(shop: Shop) -> None:
    bought = await a_life(shop)
    await asyncio.gather(*[shop.deliver(event) for event in await shop.raw_events() * 2])
    await asyncio.gather(*[shop.work() for _ in range(4)])
    await shop.work()
    assert await summary(shop, bought) == ORDERLY


async def test_the_news_of_the_refund_alone_is_enough(shop: Shop) -> None:
    bought = await a_life(shop)
    for event in await shop.raw_events("charge.refunded"):
        await shop.deliver(event)
    await shop.work()
    assert {**await summary(shop, bought), "failures": 1} == ORDERLY


async def test_the_same_event_twice_is_one_event(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer), fate="twice")
    for _ in range(200):
        (*_, last) = await shop.delivered("checkout.session.completed")
        if last["deliveries"] == 2:
            break
        await asyncio.sleep(0.02)
    await shop.work()
    assert await shop.available(customer) == 25
    rows = await shop.rows("SELECT deliveries FROM webhook_events WHERE type = 'checkout.session.completed'")
    assert rows == [{"deliveries": 2}]


async def test_the_same_fact_under_two_event_ids_is_one_fact(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer)
    (event,) = await shop.raw_events("checkout.session.completed")
    for number in range(3):
        await shop.deliver({**event, "id": f"evt_again{number}"})
    await shop.deliver({**event, "id": "evt_async", "type": "checkout.session.async_payment_succeeded"})
    await shop.work()
    assert await shop.available(customer) == 25
    done = await shop.services.inbox.events(states=["done"], type_prefix="checkout.session.")
    assert sorted(len(line.effects) for line in done) == [0, 0, 0, 0, 2]


async def test_payment_intent_succeeded_confirms_and_never_grants(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer), fate="never")
    (event,) = await shop.raw_events("payment_intent.succeeded")
    await shop.deliver(event)
    await shop.work()
    assert await shop.available(customer) == 0
    assert await shop.rows("SELECT state, captured_minor FROM payments") == [
        {"state": "succeeded", "captured_minor": 800}
    ]


async def test_a_late_webhook_after_the_watching_page_changes_nothing(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought, fate="late", delay="1")
    await shop.services.checkout.state(customer, bought.session_id)
    await shop.work()
    assert await shop.available(customer) == 25
    await shop.delivered("checkout.session.completed")
    await shop.work()
    assert await shop.available(customer) == 25
    (fact,) = await shop.rows("SELECT learnt_from FROM facts")
    assert fact["learnt_from"] == "watch"


def told(bought: Bought, shop: Shop, *, status: str, payment_status: str, intent_status: str) -> SessionWithPayment:
    """What Stripe would say of a payment by bank debit, which takes days."""
    metadata = {"managed_by": "billing_app", "checkout": bought.started.public_id}
    page = Session(
        id=bought.session_id,
        status=status,
        payment_status=payment_status,
        customer="cus_1",
        payment_intent="pi_1",
        subtotal_minor=800,
        total_minor=800,
        tax_minor=0,
        discount_minor=0,
        currency="USD",
        url=None,
        expires_at=datetime.now(UTC),
        metadata=metadata,
    )
    received = 800 if intent_status == "succeeded" else 0
    code = "debit_not_authorized" if intent_status == "requires_payment_method" else None
    return SessionWithPayment(
        page, Intent("pi_1", intent_status, "cus_1", 800, received, "USD", None, code, None, metadata), None
    )


@pytest.mark.parametrize("ends", ["paid", "failed"])
async def test_a_payment_that_takes_days_is_pending_until_it_is_paid_or_failed(shop: Shop, ends: str) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    ledger = shop.services.credits.ledger
    waiting = told(bought, shop, status="complete", payment_status="unpaid", intent_status="processing")
    async with shop.services.database.transaction() as session:
        await settle(session, ledger, waiting, "event:evt_1")
    assert (await shop.services.checkout.state(customer, bought.session_id)).progress.value == "pending"
    assert await shop.available(customer) == 0

    last = (
        told(bought, shop, status="complete", payment_status="paid", intent_status="succeeded")
        if ends == "paid"
        else told(bought, shop, status="complete", payment_status="unpaid", intent_status="requires_payment_method")
    )
    for stale in (last, waiting, last):  # an older answer that arrives late takes nothing back
        async with shop.services.database.transaction() as session:
            await settle(session, ledger, stale, "event:evt_2")
    seen = await shop.services.checkout.state(customer, bought.session_id)
    mails = [row["kind"] for row in await shop.rows("SELECT kind FROM outbox")]
    if ends == "paid":
        assert (seen.progress.value, await shop.available(customer), mails) == ("granted", 25, ["receipt"])
    else:
        assert (seen.progress.value, await shop.available(customer), mails) == ("failed", 0, ["payment_failed"])
