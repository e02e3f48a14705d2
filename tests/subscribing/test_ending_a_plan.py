"""Cancelling, resuming, the portal, and the rule of one live subscription."""

from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.errors import InvalidInput
from billing_app.payments.subscribing.errors import NoStripeCustomer, NoSubscription
from billing_app.payments.subscribing.second import end_second_subscription
from billing_app.payments.subscribing.views import RelationKind
from tests.shop import Shop
from tests.subscribing.planners import Planners

DECLINES, PAYS_AGAIN = "pm_card_chargeCustomerFail", "pm_card_visa"


@pytest.mark.row("B5")
@pytest.mark.row("D3")
async def test_a_cancelled_plan_stays_until_its_last_day_and_can_be_resumed(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    before = await plans.my(customer)
    ending = await plans.service.cancel(customer, reason="too_expensive", comment="  A bit much for me. ")
    assert (ending.ends_at, ending.already) == (before.period_end, False)
    await shop.settle()
    my = await plans.my(customer)
    assert (my.plan, my.access, my.ends_at, my.next_charge) == ("basic", True, before.period_end, None)
    assert (my.can_resume, my.can_cancel) == (True, False)
    relation = my.relation("basic", "month")
    assert relation is not None
    assert (relation.kind, relation.at) == (RelationKind.RENEW, before.period_end)
    (kept,) = await shop.rows("SELECT reason, comment, at_once FROM plan_cancellations")
    assert kept == {"reason": "too_expensive", "comment": "A bit much for me.", "at_once": False}
    details = (await plans.subscription(customer)).cancellation_details
    assert details is not None
    assert (details.feedback, details.comment) == ("too_expensive", "A bit much for me.")
    resumed = await plans.service.resume(customer)
    assert (resumed.already, resumed.ends_at) == (False, None)
    await shop.settle()
    my = await plans.my(customer)
    assert (my.ends_at, my.next_charge) == (None, before.price)


async def test_cancelling_and_resuming_twice_is_harmless_and_says_so(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    assert (await plans.service.resume(customer)).already
    first = await plans.service.cancel(customer)
    again = await plans.service.cancel(customer)
    assert (again.already, again.ends_at) == (True, first.ends_at)
    assert "cancelled already" in again.detail
    assert len(await shop.rows("SELECT id FROM plan_cancellations")) == 1
    await plans.service.cancel(customer, at_once=True)
    await shop.settle()
    over = await plans.service.cancel(customer, at_once=True)
    assert (over.already, "has ended already" in over.detail) == (True, True)
    with pytest.raises(NoSubscription, match="start anew"):
        await plans.service.resume(customer)


async def test_a_plan_that_ran_out_leaves_the_free_one_and_can_be_taken_again(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.service.cancel(customer)
    await shop.settle()
    await plans.pass_time(days=32)
    my = await plans.my(customer)
    assert (my.plan, my.status, my.can_cancel) == ("free", "free", False)
    assert my.ended_at is not None
    await plans.take(customer, "pro")
    assert (await plans.my(customer)).plan == "pro"


async def test_cancelled_at_once_it_is_over_at_once_and_nothing_is_billed(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.pass_time(days=3)
    ending = await plans.service.cancel(customer, at_once=True)
    assert ending.ends_at is not None
    assert abs(ending.ends_at - clock.now()) < timedelta(minutes=1)
    await shop.settle()
    assert (await plans.my(customer)).plan == "free"
    assert len(await plans.invoices(customer)) == 1


@pytest.mark.row("B5")
async def test_past_due_it_names_the_open_payment_and_cancelling_at_once_stops_its_collection(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.use_card(customer, DECLINES)
    await plans.pass_time(days=31, hours=2)
    my = await plans.my(customer)
    assert (my.status, my.access) == ("past_due", True)
    assert my.past_due is not None
    assert my.past_due.due is not None
    assert my.past_due.due.minor == 1_000
    assert my.past_due.since is not None
    assert my.past_due.access_ends_at == my.past_due.since + timedelta(days=7)
    assert my.past_due.next_try_at is not None
    assert (my.past_due.pay_url or "").startswith(shop.sandbox.url)
    ending = await plans.service.cancel(customer, at_once=True)
    assert "not collected any more" in ending.detail
    await shop.settle()
    assert [invoice.status for invoice in await plans.invoices(customer)] == ["void", "paid"]
    my = await plans.my(customer)
    assert (my.plan, my.past_due) == ("free", None)
    await plans.pass_time(days=20)
    assert [invoice.status for invoice in await plans.invoices(customer)] == ["void", "paid"]


async def test_cancelling_drops_what_was_scheduled_and_resuming_does_not_bring_it_back(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "easy", trial_days=0)
    await plans.switch(customer, "basic")
    await plans.service.cancel(customer)
    await shop.settle()
    my = await plans.my(customer)
    assert (my.scheduled, my.ends_at) == (None, my.period_end)
    await plans.service.resume(customer)
    await shop.settle()
    my = await plans.my(customer)
    assert (my.plan, my.scheduled, my.ends_at) == ("easy", None, None)


async def test_a_wrong_reason_or_an_endless_comment_cancels_nothing(shop: Shop, plans: Planners) -> None:
    customer, nobody = await shop.a_customer(), await shop.a_customer()
    await plans.take(customer, "basic")
    with pytest.raises(InvalidInput, match="too_expensive"):
        await plans.service.cancel(customer, reason="because")
    with pytest.raises(InvalidInput, match="500"):
        await plans.service.cancel(customer, comment="x" * 501)
    with pytest.raises(NoSubscription):
        await plans.service.cancel(nobody)
    with pytest.raises(NoSubscription):
        await plans.service.resume(nobody)
    assert not (await plans.subscription(customer)).cancel_at_period_end
    assert await shop.rows("SELECT id FROM plan_cancellations") == []


# The portal


@pytest.mark.row("D3")
async def test_the_portal_opens_for_customers_that_stripe_knows_and_leads_back(shop: Shop, plans: Planners) -> None:
    customer, nobody = await shop.a_customer(), await shop.a_customer()
    with pytest.raises(NoStripeCustomer, match="not bought anything yet"):
        await plans.service.portal(nobody)
    await plans.take(customer, "basic")
    assert (await plans.my(customer)).has_portal
    url = await plans.service.portal(customer, "/invoices")
    assert url.startswith(f"{shop.sandbox.url}/p/session/")
    card = await plans.service.update_payment_method_url(customer)
    assert card.startswith(f"{shop.sandbox.url}/p/session/")
    for foreign in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        with pytest.raises(InvalidInput):
            await plans.service.portal(customer, foreign)


async def test_the_portal_obeys_our_rules_plans_end_with_their_period_and_are_not_switched_there(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.service.portal(customer)
    await plans.service.portal(customer)
    (made,) = await plans.at_stripe(lambda client: client.v1.billing_portal.configurations.list({"limit": 10}).data)
    features = made.features
    assert (features.subscription_cancel.enabled, features.subscription_cancel.mode) == (True, "at_period_end")
    assert (features.subscription_update.enabled, features.payment_method_update.enabled) == (False, True)


async def test_the_card_a_plan_is_paid_with_is_shown(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    assert await plans.service.payment_method(customer) is None
    await plans.take(customer, "basic")
    card = await plans.service.payment_method(customer)
    assert card is not None
    assert (card.type, card.brand, card.last4, card.exp_year) == ("card", "visa", "4242", 2040)
    assert (card.expired, card.expires_soon) == (False, False)
    await plans.pass_time(hours=1)


# What comes next, as Stripe would bill it


async def test_the_next_charge_is_told_by_stripe_to_the_cent_and_is_none_after_cancelling(
    shop: Shop, plans: Planners
) -> None:
    customer, nobody = await shop.a_customer(), await shop.a_customer()
    assert await plans.service.upcoming(nobody) is None
    await plans.take(customer, "basic")
    told = await plans.service.upcoming(customer)
    assert told is not None
    assert (told.due.minor, told.at, len(told.lines)) == (1_000, (await plans.my(customer)).period_end, 1)
    await plans.service.cancel(customer)
    await shop.settle()
    assert await plans.service.upcoming(customer) is None


# One live subscription


@pytest.mark.row("E1")
async def test_a_second_subscription_is_cancelled_refunded_and_the_admin_is_told_once(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    first = await plans.subscription(customer)
    owner, card = await plans.stripe_customer(customer), str(first.default_payment_method)
    second = await plans.at_stripe(
        lambda client: client.v1.subscriptions.create(
            {
                "customer": owner,
                "items": [{"price": first["items"].data[0].price.id}],
                "default_payment_method": card,
                "metadata": {"managed_by": "billing_app"},
            }
        )
    )
    await shop.settle()
    await shop.settle()
    ended = await plans.at_stripe(lambda client: client.v1.subscriptions.retrieve(second.id))
    assert ended.status == "canceled"
    refunds = await plans.at_stripe(lambda client: client.v1.refunds.list({"limit": 5}).data)
    assert [(refund.amount, refund.status) for refund in refunds] == [(1_000, "succeeded")]
    my = await plans.my(customer)
    assert (my.plan, my.status, my.ends_at) == ("basic", "active", None)
    told = await shop.rows("SELECT action FROM audit_log WHERE action LIKE 'subscription.second%' ORDER BY id")
    assert [row["action"] for row in told] == ["subscription.second_found", "subscription.second_ended"]
    again = await end_second_subscription(shop.services.database, shop.services.gateway, second.id)
    assert again == []
    assert await end_second_subscription(shop.services.database, shop.services.gateway, first.id) == []
    assert (await plans.subscription(customer)).id in {first.id, second.id}
    kept = await plans.at_stripe(lambda client: client.v1.subscriptions.retrieve(first.id))
    assert kept.status == "active"


async def test_cancelled_at_once_while_the_renewal_is_being_written_it_is_not_charged_any_more(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    bought = await plans.subscription(customer)
    left = bought["items"].data[0].current_period_end - int(clock.now().timestamp())
    await plans.pass_time(seconds=left + 600)
    assert [invoice.status for invoice in await plans.invoices(customer)] == ["draft", "paid"]
    ending = await plans.service.cancel(customer, at_once=True)
    assert "not collected any more" in ending.detail
    await shop.settle()
    await plans.pass_time(days=5)
    assert [invoice.status for invoice in await plans.invoices(customer)] == ["draft", "paid"]
    assert (await plans.my(customer)).plan == "free"


@pytest.mark.row("B5")
async def test_cancelled_to_the_periods_end_with_a_payment_open_page_and_mail_say_that_it_stays_due(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.use_card(customer, DECLINES)
    await plans.pass_time(days=31, hours=2)
    assert (await plans.my(customer)).status == "past_due"
    ending = await plans.service.cancel(customer)
    assert ending.detail.endswith("The payment that is open stays due and may still be collected.")
    await shop.settle()
    (owed,) = await shop.rows("SELECT data FROM outbox WHERE kind = 'plan_cancelled'")
    assert owed["data"]["owing"] is True
    await plans.use_card(customer, PAYS_AGAIN)
    await plans.pass_time(days=8)
    assert {invoice.status for invoice in await plans.invoices(customer)} == {"paid"}, "and so it was"
