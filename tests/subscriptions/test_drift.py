"""What is done in Stripe's dashboard and does not fit the catalogue is shown, never followed; a second one is ended."""

import logging
from typing import Any

import pytest

from billing_app import clock
from billing_app.payments.mirroring.second import END_SECOND_TASK
from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers

pytestmark = pytest.mark.row("E6")


async def _a_strange_price(subscribers: Subscribers, amount_minor: int = 123, **params: Any) -> str:
    def make(client: Any) -> str:
        product = client.v1.products.create({"name": "Made by hand"})
        price = {"product": product.id, "currency": "usd", "unit_amount": amount_minor, **params}
        return client.v1.prices.create({"recurring": {"interval": "month"}, **price}).id

    return await subscribers.at_stripe(make)


async def _change(shop: Shop, subscribers: Subscribers, made: str, **item: Any) -> None:
    def change(client: Any) -> None:
        first = client.v1.subscriptions.retrieve(made)["items"].data[0].id
        client.v1.subscriptions.update(made, {"items": [{"id": first, **item}], "proration_behavior": "none"})

    await subscribers.at_stripe(change)
    await shop.settle()


async def test_a_price_the_catalogue_does_not_know_is_an_alarm_and_the_last_known_terms_stay(
    shop: Shop, subscribers: Subscribers, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    strange = await _a_strange_price(subscribers)
    with caplog.at_level(logging.ERROR):
        await _change(shop, subscribers, made, price=strange)
    held = await subscribers.held(made)
    assert (held.plan_code, held.amount_minor, held.status) == ("pro", 3900, "active")
    assert held.drift == (f"price {strange} is not in the catalogue",)
    assert held.has_access(clock.now(), 7)
    assert "does not fit the catalogue" in caplog.text
    (line,) = await shop.rows("SELECT object, after FROM audit_log WHERE action = 'subscription.drifted'")
    assert line == {"object": f"subscription:{held.id}", "after": {"drift": list(held.drift)}}

    await _change(shop, subscribers, made, price=await subscribers.price("starter"))
    held = await subscribers.held(made)
    assert (held.plan_code, held.drift) == ("starter", ())
    assert await subscribers.journal(ada) == ["started", "drifted", "switched", "drift_cleared"]


async def test_another_quantity_and_a_second_price_are_drift_too(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    await _change(shop, subscribers, made, quantity=3)
    assert (await subscribers.held(made)).drift == ("its quantity is 3 instead of 1",)
    await _change(shop, subscribers, made, quantity=1)
    strange = await _a_strange_price(subscribers)
    await subscribers.at_stripe(
        lambda client: client.v1.subscription_items.create({"subscription": made, "price": strange})
    )
    await shop.settle()
    held = await subscribers.held(made)
    assert held.drift == ("it has 2 prices instead of one",)
    assert (held.plan_code, held.amount_minor) == ("pro", 3900)


async def test_one_that_this_product_did_not_make_gives_nothing_blocks_nothing_and_may_be_handed_over(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    theirs = await subscribers.subscribed(ada, metadata={})
    held = await subscribers.held(theirs)
    assert held.drift == ("it was not made by this product",)
    assert (held.plan_code, held.live, await subscribers.mrr()) == (None, False, 0)
    assert await subscribers.live(ada) is None
    assert await shop.rows("SELECT key FROM facts WHERE kind = 'invoice_paid'") == []

    ours = await subscribers.subscribed(ada, "starter")
    live = await subscribers.live(ada)
    assert live is not None
    assert live.stripe_subscription_id == ours
    await subscribers.at_stripe(
        lambda client: client.v1.subscriptions.update(theirs, {"metadata": {"managed_by": "billing_app"}})
    )
    await shop.settle()
    assert (await subscribers.held(theirs)).drift == (
        f"it was handed over, but its customer holds subscription {live.id}: end one of them",
    )

    await subscribers.at_stripe(lambda client: client.v1.subscriptions.cancel(ours))
    await shop.settle()
    live = await subscribers.live(ada)
    assert live is not None
    assert (live.stripe_subscription_id, live.plan_code, live.drift) == (theirs, "pro", ())


async def test_a_subscription_of_a_customer_nobody_knows_is_left_alone(shop: Shop, subscribers: Subscribers) -> None:
    price = await subscribers.price("pro")

    def subscribe(client: Any) -> None:
        somebody = client.v1.customers.create({"email": "somebody@example.com"}).id
        method = client.v1.payment_methods.attach("pm_card_visa", {"customer": somebody}).id
        client.v1.subscriptions.create(
            {"customer": somebody, "items": [{"price": price}], "default_payment_method": method}
        )

    await subscribers.at_stripe(subscribe)
    await shop.settle()
    assert await shop.rows("SELECT id FROM subscriptions") == []
    states = await shop.rows("SELECT DISTINCT state FROM webhook_events WHERE type LIKE 'customer.subscription.%'")
    assert [row["state"] for row in states] == ["ignored"]


async def test_a_second_live_subscription_gives_nothing_and_is_sent_to_its_end(
    shop: Shop, subscribers: Subscribers, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await shop.a_customer()
    first = await subscribers.subscribed(ada)
    second = await subscribers.subscribe(ada, "creator")
    await shop.delivered("invoice.paid", count=2)
    with caplog.at_level(logging.ERROR):
        for event in await shop.rows("SELECT id FROM webhook_events WHERE state = 'received' ORDER BY created_at"):
            await shop.services.applier.apply_event(event["id"])
    held = await subscribers.held(second)
    assert (held.superseded, held.live) == (True, False)
    live = await subscribers.live(ada)
    assert live is not None
    assert live.stripe_subscription_id == first
    paid = await shop.rows(
        "SELECT key FROM facts JOIN invoices ON stripe_invoice_id = key WHERE subscription_id = :id", id=held.id
    )
    assert paid == [], "its invoice gives nothing"
    jobs = await shop.rows("SELECT args FROM procrastinate_jobs WHERE task_name = :task", task=END_SECOND_TASK)
    assert [job["args"] for job in jobs] == [{"subscription_id": second}]
    assert "second live subscription" in caplog.text
    (line,) = await shop.rows("SELECT after FROM audit_log WHERE action = 'subscription.second_found'")
    assert line["after"]["stripe_subscription_id"] == second
    assert await subscribers.mrr() == 3900


async def test_the_one_made_first_stays_also_when_the_second_is_heard_of_first(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    first, second = await subscribers.subscribe(ada), await subscribers.subscribe(ada, "creator")
    await shop.delivered("invoice.paid", count=2)
    created = await shop.raw_events("customer.subscription.created")
    of_second = next(event for event in created if event["data"]["object"]["id"] == second)
    await shop.services.applier.apply_event(of_second["id"])
    live = await subscribers.live(ada)
    assert live is not None
    assert live.stripe_subscription_id == first
    assert (await subscribers.held(second)).superseded


async def test_a_customer_deleted_at_stripe_holds_nothing_any_more(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    owner = await subscribers.stripe_customer(ada, card=None)
    await subscribers.at_stripe(lambda client: client.v1.customers.delete(owner))
    await shop.settle()
    assert (await subscribers.held(made)).status == "canceled"
    assert await subscribers.live(ada) is None
    assert await subscribers.failed_jobs() == []
