"""A subscription's life at Stripe, and what our mirror makes of it."""

from datetime import timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.entitlements.subscriptions.in_force import plan_in_force
from billing_app.entitlements.subscriptions.views import PlanInForce
from tests.shop import Shop
from tests.subscriptions.subscribers import DECLINES_LATER, NEEDS_HOLDER, VISA, Subscribers, soon


async def in_force(shop: Shop, customer: int) -> PlanInForce | None:
    catalog = await shop.services.catalog.current()
    async with shop.services.database.as_customer(customer) as session:
        return await plan_in_force(session, customer, clock.now(), catalog)


@pytest.mark.row("B5")
@pytest.mark.row("A7")
async def test_a_subscription_is_mirrored_with_the_terms_it_was_sold_at(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    held = await subscribers.held(made)
    assert (held.plan_code, held.period, held.amount_minor, held.currency) == ("pro", "month", 3900, "USD")
    assert (held.status, held.live, held.drift) == ("active", True, ())
    assert soon(held.anchor)
    assert held.period_end is not None
    assert timedelta(days=28) <= held.period_end - held.period_start <= timedelta(days=31)
    assert await subscribers.live(ada) == held
    assert await subscribers.live(await shop.a_customer()) is None
    assert await subscribers.journal(ada) == ["started"]
    assert await subscribers.mrr() == 3900
    plan = await in_force(shop, ada)
    assert plan is not None
    assert (plan.plan.code, plan.access, plan.anchor) == ("pro", True, held.anchor)
    assert await subscribers.failed_jobs() == []


@pytest.mark.row("B5")
@pytest.mark.row("D6")
async def test_only_the_paid_invoice_claims_its_fact_and_each_just_once(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    await subscribers.pass_time(days=32)
    facts = await shop.rows("SELECT key FROM facts WHERE kind = 'invoice_paid'")
    paid = await shop.rows("SELECT stripe_invoice_id AS key FROM invoices WHERE status = 'paid'")
    assert len(facts) == 2
    assert sorted(row["key"] for row in facts) == sorted(row["key"] for row in paid)
    held = await subscribers.held(made)
    assert held.period_start <= clock.now() < (held.period_end or clock.now())
    assert await subscribers.journal(ada) == ["started", "renewed"]


@pytest.mark.row("C1")
async def test_a_failed_renewal_is_past_due_with_grace_and_recovers(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    owner = await subscribers.stripe_customer(ada, DECLINES_LATER)
    await subscribers.pass_time(days=31, hours=3)
    held = await subscribers.held(made)
    assert held.status == "past_due"
    assert held.past_due_since is not None
    assert held.past_due_since - held.period_start <= timedelta(hours=2), "it counts from when it was first to be paid"
    plan = await in_force(shop, ada)
    assert plan is not None
    assert (plan.plan.code, plan.access) == ("pro", True)
    (invoice,) = await shop.rows("SELECT id, attempt_count, next_attempt_at FROM invoices WHERE status = 'open'")
    assert invoice["attempt_count"] == 1
    assert invoice["next_attempt_at"] > clock.now()
    failures = await shop.rows("SELECT code, invoice_id FROM payment_failures")
    assert [(row["code"], row["invoice_id"]) for row in failures] == [("generic_decline", invoice["id"])]

    await subscribers.use_card(owner, VISA)
    await subscribers.pass_time(days=4)
    held = await subscribers.held(made)
    assert (held.status, held.past_due_since) == ("active", None)
    assert await subscribers.journal(ada) == ["started", "past_due", "recovered"]
    assert await subscribers.mrr() == 3900
    assert await subscribers.failed_jobs() == []


@pytest.mark.row("C1")
async def test_after_the_grace_past_due_is_as_free_and_after_the_last_try_it_ends(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    await subscribers.stripe_customer(ada, DECLINES_LATER)
    await subscribers.pass_time(days=31, hours=3)
    await subscribers.pass_time(days=7)
    held = await subscribers.held(made)
    assert held.status == "past_due"
    assert not held.has_access(clock.now(), 7)
    await subscribers.pass_time(days=20)
    held = await subscribers.held(made)
    assert held.status == "canceled"
    assert held.ended_at is not None
    assert await subscribers.live(ada) is None
    assert await subscribers.journal(ada) == ["started", "past_due", "ended"]
    assert await subscribers.mrr() == 0


@pytest.mark.row("C1")
async def test_a_first_payment_that_never_comes_holds_nothing(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada, card=DECLINES_LATER, payment_behavior="allow_incomplete")
    assert (await subscribers.held(made)).status == "incomplete"
    assert await subscribers.live(ada) is None
    await subscribers.pass_time(days=1)
    assert (await subscribers.held(made)).status == "incomplete_expired"
    assert await subscribers.journal(ada) == []
    assert await shop.rows("SELECT key FROM facts WHERE kind = 'invoice_paid'") == []


@pytest.mark.row("C1")
async def test_a_trial_is_live_earns_nothing_and_becomes_active(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada, trial_period_days=7)
    held = await subscribers.held(made)
    assert (held.status, held.live) == ("trialing", True)
    assert held.trial_end is not None
    assert await subscribers.mrr() == 0
    await subscribers.pass_time(days=7, hours=2)
    assert (await subscribers.held(made)).status == "active"
    assert await subscribers.journal(ada) == ["trial_started", "activated"]
    assert await subscribers.mrr() == 3900
    assert await subscribers.failed_jobs() == []


@pytest.mark.row("C1")
async def test_a_trial_without_a_card_is_paused_gives_nothing_and_resumes(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(
        ada,
        card=None,
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    await subscribers.pass_time(days=8)
    held = await subscribers.held(made)
    assert (held.status, held.live) == ("paused", True)
    assert not held.has_access(clock.now(), 7)
    await subscribers.stripe_customer(ada)
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.resume(made))
    await shop.settle()
    assert (await subscribers.held(made)).status == "active"
    assert await subscribers.journal(ada) == ["trial_started", "paused", "unpaused"]
    assert await subscribers.failed_jobs() == []


@pytest.mark.row("E6")
async def test_cancelled_to_the_end_resumed_and_ended_are_steps(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)

    async def change(**params: Any) -> None:
        await subscribers.at_stripe(lambda client: client.v1.subscriptions.update(made, params))  # pyright: ignore
        await shop.settle()

    await change(cancel_at_period_end=True)
    held = await subscribers.held(made)
    assert held.ends_at == held.period_end
    assert held.has_access(clock.now(), 7)
    await change(cancel_at_period_end=False)
    assert (await subscribers.held(made)).ends_at is None
    await change(cancel_at_period_end=True)
    await subscribers.pass_time(days=32)
    assert (await subscribers.held(made)).status == "canceled"
    assert await subscribers.journal(ada) == ["started", "cancel_scheduled", "resumed", "cancel_scheduled", "ended"]
    assert await subscribers.mrr() == 0


@pytest.mark.row("E6")
async def test_an_upgrade_at_stripe_is_followed_and_a_downgrade_is_known_before_it_happens(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    dearer, cheaper = await subscribers.price("creator"), await subscribers.price("starter")

    def upgrade(client: Any) -> None:
        item = client.v1.subscriptions.retrieve(made)["items"].data[0].id
        client.v1.subscriptions.update(
            made, {"items": [{"id": item, "price": dearer}], "proration_behavior": "always_invoice"}
        )

    await subscribers.at_stripe(upgrade)
    await shop.settle()
    held = await subscribers.held(made)
    assert (held.plan_code, held.amount_minor) == ("creator", 9900)

    def downgrade(client: Any) -> None:
        schedule = client.v1.subscription_schedules.create({"from_subscription": made})
        running = schedule.phases[0]
        client.v1.subscription_schedules.update(
            schedule.id,
            {
                "end_behavior": "release",
                "phases": [
                    {"items": [{"price": dearer, "quantity": 1}], "start_date": running.start_date,
                     "end_date": running.end_date},
                    {"items": [{"price": cheaper, "quantity": 1}], "duration": {"interval": "month"}},
                ],
            },
        )  # fmt: skip

    await subscribers.at_stripe(downgrade)
    await shop.settle()
    held = await subscribers.held(made)
    assert held.plan_code == "creator"
    assert held.next_at == held.period_end
    (coming,) = await shop.rows("SELECT code FROM catalog_items WHERE id = :id", id=held.next_item_id)
    assert coming["code"] == "starter"
    await subscribers.pass_time(days=31, hours=2)
    held = await subscribers.held(made)
    assert (held.plan_code, held.next_item_id, held.next_at) == ("starter", None, None)
    assert await subscribers.journal(ada) == ["started", "switched", "change_scheduled", "switched", "renewed"]
    assert await subscribers.mrr() == 2000
    assert await subscribers.failed_jobs() == []


@pytest.mark.row("A7")
async def test_a_renewal_that_needs_its_holder_is_kept_with_its_page(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    await subscribers.stripe_customer(ada, NEEDS_HOLDER)
    await subscribers.pass_time(days=31, hours=3)
    assert (await subscribers.held(made)).status == "past_due"
    (event,) = await shop.rows("SELECT state FROM webhook_events WHERE type = 'invoice.payment_action_required'")
    assert event["state"] == "done"
    (invoice,) = (await shop.services.invoices.page(ada, limit=1)).invoices
    assert invoice.status == "open"
    assert invoice.hosted_url
    mails = await shop.rows("SELECT kind FROM outbox WHERE kind IN ('payment_action_required', 'renewal_failed')")
    assert [row["kind"] for row in mails] == ["payment_action_required"]


@pytest.mark.row("E6")
async def test_a_collection_paused_in_the_dashboard_is_drift_and_the_plan_stays(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    await subscribers.at_stripe(
        lambda client: client.v1.subscriptions.update(made, {"pause_collection": {"behavior": "void"}})
    )
    await shop.settle()
    held = await subscribers.held(made)
    assert held.collection_paused
    assert held.drift == ("collection is paused in Stripe (void)",)
    assert held.has_access(clock.now(), 7)
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.update(made, {"pause_collection": ""}))
    await shop.settle()
    assert (await subscribers.held(made)).drift == ()
    assert await subscribers.journal(ada) == ["started", "paused", "drifted", "unpaused", "drift_cleared"]
