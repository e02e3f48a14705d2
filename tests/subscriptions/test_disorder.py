"""However the news comes, shuffled, doubled, thinned or not at all: in the end the books are the same (rows A7, D6)."""

import random
from datetime import timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.catalog.loading import Source, read_source
from billing_app.credits import Group
from billing_app.journal.audit import CLI
from billing_app.payments.applying import TryAgain
from tests.shop import Shop
from tests.subscriptions.subscribers import DECLINES_LATER, VISA, Subscribers

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("D6")]


async def books(shop: Shop) -> dict[str, Any]:
    """Everything that must be the same in the end."""
    return {
        "subscriptions": await shop.rows(
            "SELECT stripe_subscription_id, item_id, status, anchor, current_period_start, current_period_end, "
            "trial_end, ended_at, past_due_since, drift, ours, superseded FROM subscriptions ORDER BY 1"
        ),
        "invoices": await shop.rows(
            "SELECT stripe_invoice_id, status, total_minor, paid_minor, refunded_minor, paid_at FROM invoices "
            "WHERE status <> 'draft' ORDER BY 1"
        ),
        "payments": await shop.rows(
            "SELECT stripe_payment_intent, state, captured_minor, refunded_minor FROM payments "
            "WHERE state = 'succeeded' ORDER BY 1"
        ),
        "lots": await shop.rows(
            "SELECT source, payment, granted, paid_minor, effective_at FROM credit_lots WHERE kind = 'plan' ORDER BY 1"
        ),
        "facts": await shop.rows("SELECT kind, key FROM facts ORDER BY 1, 2"),
        "mrr": await Subscribers(shop).mrr(),
        "receipts": await shop.rows("SELECT reference FROM outbox WHERE kind = 'subscription_receipt' ORDER BY 1"),
    }


async def a_life(shop: Shop, subscribers: Subscribers) -> int:
    """Begun, renewed, failed and recovered, upgraded, partly refunded. Nothing of it is delivered but by hand."""
    ada = await shop.a_customer()
    made = await subscribers.subscribe(ada)
    owner = await subscribers.stripe_customer(ada)
    await subscribers.pass_time(days=31, hours=2, settle=False)
    await subscribers.use_card(owner, DECLINES_LATER)
    await subscribers.pass_time(days=31, hours=2, settle=False)
    await subscribers.use_card(owner, VISA)
    await subscribers.pass_time(days=4, settle=False)
    dearer = await subscribers.price("creator")

    def upgrade_and_refund(client: Any) -> None:
        item = client.v1.subscriptions.retrieve(made)["items"].data[0].id
        client.v1.subscriptions.update(
            made, {"items": [{"id": item, "price": dearer}], "proration_behavior": "always_invoice"}
        )
        charges = client.v1.charges.list({"customer": owner, "limit": 10}).data
        first = next(charge for charge in reversed(charges) if charge.status == "succeeded")
        client.v1.refunds.create({"charge": first.id, "amount": first.amount // 2})

    await subscribers.at_stripe(upgrade_and_refund)
    return ada


async def deliver(shop: Shop, events: list[dict[str, Any]], *, again: bool = False) -> None:
    for event in events:
        answer = await shop.deliver(event)
        assert answer.status_code == 200, answer.text
        try:
            await shop.services.applier.apply_event(event["id"], again=again)
        except TryAgain:
            continue


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(1, 8))])
async def test_a_life_heard_in_any_order_ends_in_the_same_books(
    silent_shop: Shop, subscribers: Subscribers, seed: int
) -> None:
    shop, luck = silent_shop, random.Random(seed)
    await a_life(shop, subscribers)
    events = await shop.raw_events()
    luck.shuffle(events)
    heard = [event for event in events if luck.random() > 0.3]
    await deliver(shop, heard + luck.choices(heard, k=len(heard) // 3))
    await deliver(shop, [event for event in events if event not in heard])
    in_disorder = await books(shop)
    assert {row["status"] for row in in_disorder["subscriptions"]} == {"active"}
    assert len([row for row in in_disorder["invoices"] if row["status"] == "paid"]) == 4

    assert len(in_disorder["lots"]) >= 4
    await deliver(shop, await shop.raw_events(), again=True)
    assert await books(shop) == in_disorder, "each applied once more, in order: nothing changes"


async def test_what_never_came_is_found_by_comparing(silent_shop: Shop, subscribers: Subscribers) -> None:
    """One word of it is heard, or none after the beginning: the reconciler finds the rest, refunds apart."""
    shop = silent_shop
    await a_life(shop, subscribers)
    await deliver(shop, (await shop.raw_events("customer.subscription.created"))[:1])
    assert await shop.services.reconciler.subscriptions() == 0, "it was compared just now"
    await shop.rows("UPDATE subscriptions SET asked_at = :then RETURNING id", then=clock.wall() - timedelta(hours=2))
    assert await shop.services.reconciler.subscriptions() == 1
    assert await shop.services.reconciler.subscriptions() == 0, "once in a quarter of an hour"
    await shop.work()
    found = await books(shop)
    await deliver(shop, await shop.raw_events())
    after = await books(shop)
    assert after == found
    assert len([row for row in found["invoices"] if row["status"] == "paid"]) == 4


@pytest.mark.parametrize("late", [False, True], ids=["heard at once", "heard after the end"])
async def test_where_credits_go_with_a_plan_that_is_cancelled_at_once_they_go_however_late_its_payment_is_heard_of(
    silent_shop: Shop, subscribers: Subscribers, late: bool
) -> None:
    shop, preset = silent_shop, read_source("creator")
    goes = '\n[policies]\ncancel_now_credits = "void"\n'
    await shop.services.catalog.apply(Source(preset.name, preset.text + goes), by=CLI)
    ada = await shop.a_customer()
    made = await subscribers.subscribe(ada)
    if not late:
        await deliver(shop, await shop.raw_events())
        assert (await shop.services.credits.balance(ada)).groups[Group.PLAN] > 0
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.cancel(made))
    await deliver(shop, await shop.raw_events())
    assert (await shop.services.credits.balance(ada)).groups[Group.PLAN] == 0
    await deliver(shop, await shop.raw_events(), again=True)
    assert (await shop.services.credits.balance(ada)).groups[Group.PLAN] == 0
    kept = await shop.rows("SELECT credits - deducted - returned AS kept FROM plan_windows")
    assert [row["kept"] for row in kept] == [0]
