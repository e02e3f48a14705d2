"""Switching: what is shown is what happens; better at once, less at the period's end; what fails changes nothing."""

import asyncio
from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.catalog.service import NotForSale
from billing_app.errors import Unavailable
from billing_app.money import Money
from billing_app.payments.subscribing.errors import (
    ByContact,
    CannotSwitch,
    NoCheckoutNeeded,
    NoSubscription,
    PreviewExpired,
    SamePlan,
)
from billing_app.payments.subscribing.turns import ChangeUnderWay
from billing_app.payments.subscribing.views import ChangeKind, ChangeState, RelationKind
from tests.shop import Shop
from tests.subscribing.planners import Planners

DECLINES, NEEDS_HOLDER = "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.mark.row("B5")
@pytest.mark.row("E1")
async def test_an_upgrade_costs_and_gives_exactly_what_its_preview_showed(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.pass_time(days=10)
    before = await shop.available(customer)
    shown = await plans.service.preview(customer, "pro", "month")
    assert (shown.kind, shown.now, shown.price) == (ChangeKind.UPGRADE, True, usd(3_000))
    assert 0 < shown.due_today.minor < 2_000
    assert sum(line.amount.minor for line in shown.lines) == shown.due_today.minor
    assert [line.proration for line in shown.lines] == [True, True]
    assert shown.next_charge == usd(3_000)
    assert (await plans.my(customer)).plan == "basic"
    changed = await plans.service.switch(customer, shown.token)
    assert (changed.state, changed.effective_at) == (ChangeState.DONE, shown.proration_date)
    await shop.settle()
    my = await plans.my(customer)
    assert (my.plan, my.next_charge, my.next_charge_at) == ("pro", shown.next_charge, shown.next_charge_at)
    (paid, *_) = await plans.invoices(customer)
    assert (paid.status, paid.amount_paid, paid.billing_reason) == (
        "paid",
        shown.due_today.minor,
        "subscription_update",
    )
    assert await shop.available(customer) == before + shown.credits_now - shown.credits_lost
    assert shown.credits_carried == before


async def test_the_first_renewal_after_an_upgrade_is_the_one_that_was_shown(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    shown, _ = await plans.switch(customer, "pro")
    await plans.pass_time(days=31, hours=2)
    (renewal, *_) = await plans.invoices(customer)
    assert (renewal.billing_reason, renewal.amount_paid) == ("subscription_cycle", shown.next_charge.minor)
    assert await shop.available(customer) == shown.credits_next


@pytest.mark.row("C1")
async def test_from_month_to_year_a_full_year_begins_now_and_the_unused_time_is_credited(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.pass_time(days=15)
    shown, changed = await plans.switch(customer, "basic", "year")
    assert (shown.kind, shown.now, changed.state) == (ChangeKind.PERIOD, True, ChangeState.DONE)
    assert 9_000 < shown.due_today.minor < 10_000
    assert shown.next_charge == usd(10_000)
    assert shown.next_charge_at - shown.proration_date > timedelta(days=364)
    assert (shown.credits_next, shown.credits_now) == (1_000, 1_000)
    my = await plans.my(customer)
    assert (my.period, my.next_charge_at) == ("year", shown.next_charge_at)
    (paid, *_) = await plans.invoices(customer)
    assert paid.amount_paid == shown.due_today.minor
    assert await shop.available(customer) == shown.credits_now + shown.credits_carried


@pytest.mark.row("B5")
async def test_a_downgrade_waits_for_the_end_of_the_period_and_costs_nothing_today(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "easy", trial_days=0)
    before = await plans.my(customer)
    shown, changed = await plans.switch(customer, "basic")
    assert (shown.kind, shown.now, shown.due_today, shown.lines) == (ChangeKind.DOWNGRADE, False, usd(0), ())
    assert changed.state is ChangeState.SCHEDULED
    my = await plans.my(customer)
    assert (my.plan, my.price, my.period_end) == ("easy", before.price, before.period_end)
    assert my.scheduled is not None
    assert (my.scheduled.plan, my.scheduled.at, my.can_undo) == ("basic", before.period_end, True)
    assert (
        (my.next_charge, my.next_charge_at) == (shown.next_charge, shown.next_charge_at) == (usd(1_000), my.period_end)
    )
    relation = my.relation("basic", "month")
    assert relation is not None
    assert (relation.kind, relation.at) == (RelationKind.SCHEDULED, my.period_end)
    assert len(await plans.invoices(customer)) == 1
    await plans.pass_time(days=31, hours=2)
    my = await plans.my(customer)
    assert (my.plan, my.scheduled) == ("basic", None)
    (renewal, *_) = await plans.invoices(customer)
    assert renewal.amount_paid == shown.next_charge.minor


async def test_a_shorter_period_waits_for_the_end_of_the_longer_one(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic", "year")
    shown, changed = await plans.switch(customer, "basic", "month")
    assert (shown.now, changed.state, shown.due_today) == (False, ChangeState.SCHEDULED, usd(0))
    my = await plans.my(customer)
    assert shown.effective_at == my.period_end
    assert my.next_charge == shown.next_charge == usd(1_000)


@pytest.mark.row("B5")
async def test_a_scheduled_change_is_undone_and_undoing_twice_says_so(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "easy", trial_days=0)
    await plans.switch(customer, "basic")
    with pytest.raises(SamePlan, match="scheduled already"):
        await plans.service.preview(customer, "basic", "month")
    with pytest.raises(SamePlan, match="Undo the change"):
        await plans.service.preview(customer, "easy", "month")
    undone = await plans.service.undo_change(customer)
    assert (undone.already, undone.detail) == (False, "The change is taken back. You keep Easy.")
    await shop.settle()
    assert (await plans.my(customer)).scheduled is None
    again = await plans.service.undo_change(customer)
    assert again.already
    await plans.pass_time(days=31, hours=2)
    assert (await plans.my(customer)).plan == "easy"


async def test_an_upgrade_over_a_scheduled_change_asks_to_undo_it_first(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "pro", trial_days=0)
    await plans.switch(customer, "basic")
    with pytest.raises(CannotSwitch, match="Undo it first"):
        await plans.service.preview(customer, "easy", "month")
    shown, _ = await plans.switch(customer, "basic", "year")
    assert shown.replaces == "Basic"
    scheduled = (await plans.my(customer)).scheduled
    assert scheduled is not None
    assert scheduled.period == "year"


async def test_a_card_that_is_declined_changes_nothing_and_leaves_nothing_open(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.use_card(customer, DECLINES)
    await shop.settle()
    shown, changed = await plans.switch(customer, "pro")
    assert (changed.state, changed.url) == (ChangeState.PAYMENT_FAILED, None)
    assert "Nothing was charged" in changed.detail
    my = await plans.my(customer)
    assert (my.plan, my.status, my.waiting_until) == ("basic", "active", None)
    (tried, *_) = await plans.invoices(customer)
    assert (tried.status, tried.amount_paid) == ("void", 0)
    assert (await plans.subscription(customer)).pending_update is None
    assert await shop.available(customer) == 1_000
    await plans.use_card(customer, "pm_card_visa")
    await shop.settle()
    _, changed = await plans.switch(customer, "pro")
    assert changed.state is ChangeState.DONE
    assert shown.due_today.minor > 0


async def test_a_bank_that_asks_its_holder_gets_its_page_and_the_plan_follows_the_payment(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.use_card(customer, NEEDS_HOLDER)
    await shop.settle()
    _, changed = await plans.switch(customer, "pro")
    assert changed.state is ChangeState.NEEDS_ACTION
    my = await plans.my(customer)
    assert (my.plan, my.waiting_url) == ("basic", changed.url)
    assert my.waiting_until is not None
    with pytest.raises(CannotSwitch, match="waits for its payment"):
        await plans.service.preview(customer, "pro", "month")
    (waiting, *_) = await plans.invoices(customer)
    await plans.use_card(customer, "pm_card_visa")
    held = await plans.subscription(customer)
    card = str(held.default_payment_method)
    await plans.at_stripe(lambda client: client.v1.invoices.pay(str(waiting.id), {"payment_method": card}))
    await shop.settle()
    assert (await plans.my(customer)).plan == "pro"


# What is refused


@pytest.mark.row("D3")
async def test_a_switch_to_what_one_has_to_nothing_or_without_a_plan_is_refused(shop: Shop, plans: Planners) -> None:
    customer, nobody = await shop.a_customer(), await shop.a_customer()
    await plans.take(customer, "basic")
    with pytest.raises(SamePlan, match="already"):
        await plans.service.preview(customer, "basic", "month")
    for plan, period in (("old", "month"), ("nothing", "month"), ("easy", "year"), ("pro", "week")):
        with pytest.raises(NotForSale):
            await plans.service.preview(customer, plan, period)
    with pytest.raises(ByContact):
        await plans.service.preview(customer, "enterprise", "month")
    with pytest.raises(NoCheckoutNeeded, match="cancel your plan"):
        await plans.service.preview(customer, "free", "month")
    with pytest.raises(NoSubscription):
        await plans.service.preview(nobody, "pro", "month")
    with pytest.raises(NoSubscription):
        await plans.service.undo_change(nobody)


async def test_what_was_shown_to_another_or_long_ago_or_before_something_changed_confirms_nothing(
    shop: Shop, plans: Planners
) -> None:
    customer, other = await shop.a_customer(), await shop.a_customer(email="eve@example.com")
    await plans.take(customer, "basic")
    shown = await plans.service.preview(customer, "pro", "month")
    with pytest.raises(PreviewExpired):
        await plans.service.switch(other, shown.token)
    with pytest.raises(PreviewExpired):
        await plans.service.switch(customer, shown.token[:-2])
    owner = await plans.stripe_customer(customer)
    gift = {"amount": -500, "currency": "usd"}
    await plans.at_stripe(lambda client: client.v1.customers.balance_transactions.create(owner, gift))  # pyright: ignore
    with pytest.raises(PreviewExpired, match="changed since"):
        await plans.service.switch(customer, shown.token)
    fresh = await plans.service.preview(customer, "pro", "month")
    assert fresh.due_today == usd(shown.due_today.minor - 500)
    await plans.pass_time(hours=1)
    with pytest.raises(PreviewExpired, match="too old"):
        await plans.service.switch(customer, fresh.token)
    assert (await plans.my(customer)).plan == "basic"
    assert len(await plans.invoices(customer)) == 1


async def test_a_click_twice_switches_once(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    shown = await plans.service.preview(customer, "pro", "month")
    answers = await asyncio.gather(
        *[plans.service.switch(customer, shown.token) for _ in range(3)], return_exceptions=True
    )
    done = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert done
    assert all(isinstance(answer, ChangeUnderWay) for answer in answers if isinstance(answer, BaseException))
    assert (await plans.service.switch(customer, shown.token)).state is ChangeState.DONE
    await shop.settle()
    assert len(await plans.invoices(customer)) == 2


async def test_a_cancelled_or_unpaid_plan_says_what_to_do_before_a_switch(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    await plans.service.cancel(customer)
    await shop.settle()
    with pytest.raises(CannotSwitch, match="Resume it first"):
        await plans.service.preview(customer, "pro", "month")
    await plans.service.resume(customer)
    await plans.use_card(customer, DECLINES)
    await plans.pass_time(days=31, hours=2)
    my = await plans.my(customer)
    assert (my.status, my.can_switch) == ("past_due", False)
    with pytest.raises(CannotSwitch, match="Pay it first"):
        await plans.service.preview(customer, "pro", "month")


async def test_a_preview_is_not_trusted_over_a_change_made_in_stripes_dashboard(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    shown = await plans.service.preview(customer, "pro", "month")
    held = await plans.subscription(customer)
    await plans.at_stripe(lambda client: client.v1.subscriptions.update(held.id, {"cancel_at_period_end": True}))
    with pytest.raises(PreviewExpired):
        await plans.service.switch(customer, shown.token)
    await shop.settle()
    assert (await plans.my(customer)).ends_at is not None


async def test_within_a_trial_an_upgrade_keeps_the_trial_and_bills_nothing(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "pro")
    before = await plans.my(customer)
    shown, changed = await plans.switch(customer, "easy")
    assert (shown.due_today, shown.trial_until, changed.state) == (usd(0), before.trial_ends_at, ChangeState.DONE)
    my = await plans.my(customer)
    assert (my.plan, my.status, my.trial_ends_at) == ("easy", "trialing", before.trial_ends_at)
    assert (my.next_charge, my.next_charge_at) == (shown.next_charge, shown.next_charge_at)
    assert all(invoice.amount_paid == 0 for invoice in await plans.invoices(customer))
    assert clock.now() < shown.next_charge_at


async def test_within_a_trial_a_plan_without_one_ends_it_and_its_first_period_is_paid(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "pro")
    await plans.pass_time(days=2)
    shown, changed = await plans.switch(customer, "max")
    assert (shown.due_today, shown.trial_until, changed.state) == (usd(6_000), None, ChangeState.DONE)
    my = await plans.my(customer)
    assert (my.plan, my.status) == ("max", "active")
    assert my.next_charge_at is not None
    assert shown.next_charge_at is not None
    # The period begins when it is done, a moment after it was shown.
    assert timedelta(0) <= my.next_charge_at - shown.next_charge_at < timedelta(minutes=1)
    assert (await plans.invoices(customer))[0].amount_paid == 6_000
    assert await shop.available(customer) == shown.credits_now + shown.credits_carried


async def test_within_a_trial_a_lesser_plan_begins_when_the_trial_ends(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "pro")
    trial_ends_at = (await plans.my(customer)).trial_ends_at
    shown, changed = await plans.switch(customer, "basic")
    assert (shown.due_today, changed.state, changed.effective_at) == (usd(0), ChangeState.SCHEDULED, trial_ends_at)
    my = await plans.my(customer)
    assert (my.plan, my.status, my.trial_ends_at) == ("pro", "trialing", trial_ends_at)
    await plans.pass_time(days=14, hours=2)
    my = await plans.my(customer)
    assert (my.plan, my.status) == ("basic", "active")
    assert (await plans.invoices(customer))[0].amount_paid == shown.next_charge.minor == 1_000


async def test_when_stripes_answer_is_lost_confirming_again_switches_once(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    held = await plans.subscription(customer)
    shown = await plans.service.preview(customer, "pro", "month")
    path = f"/v1/subscriptions/{held.id}"
    await plans.trouble(answer="drop", path=path, method="POST", after_work=True, times=3)
    with pytest.raises(Unavailable, match="confirm again"):
        await plans.service.switch(customer, shown.token)
    assert (await plans.service.switch(customer, shown.token)).state is ChangeState.DONE
    await shop.settle()
    assert (await plans.my(customer)).plan == "pro"
    assert [invoice.amount_paid for invoice in await plans.invoices(customer)] == [shown.due_today.minor, 1_000]


async def test_while_stripe_is_down_nothing_is_previewed_or_changed_and_the_card_still_shows(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    shown = await plans.service.preview(customer, "pro", "month")
    await plans.trouble(answer="500", times=100)
    for wish in (
        plans.service.preview(customer, "pro", "month"),
        plans.service.switch(customer, shown.token),
        plans.service.cancel(customer),
        plans.service.portal(customer),
    ):
        with pytest.raises(Unavailable):
            await wish
    assert (await plans.my(customer)).plan == "basic"
    await plans.trouble(None)
    assert (await plans.service.switch(customer, shown.token)).state is ChangeState.DONE


async def test_after_a_declined_card_the_same_confirmation_works_with_another_card(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    shown = await plans.service.preview(customer, "pro", "month")
    await plans.use_card(customer, DECLINES)
    assert (await plans.service.switch(customer, shown.token)).state is ChangeState.PAYMENT_FAILED
    await plans.use_card(customer, "pm_card_visa")
    await shop.settle()
    assert (await plans.service.switch(customer, shown.token)).state is ChangeState.DONE
    await shop.settle()
    assert (await plans.my(customer)).plan == "pro"
