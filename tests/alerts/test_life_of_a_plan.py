"""The mails in the life of a plan, as time brings them: receipts, reminders, trials, failures, endings."""

from datetime import timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.payments.time_travel import TimeTravel
from tests.shop import Shop
from tests.subscriptions.subscribers import DECLINES_LATER, NEEDS_HOLDER, VISA, Subscribers

OF_PLANS = (
    "subscription_receipt", "renewal_failed", "payment_action_required", "trial_ending", "renewal_reminder",
    "plan_cancelled", "plan_resumed", "plan_switched", "card_expiring",
)  # fmt: skip


async def mails(shop: Shop, *kinds: str) -> list[dict[str, Any]]:
    """What was owed, oldest first: kind and data; all of it was kept in the mailbox."""
    rows = await shop.rows(
        "SELECT o.kind, o.data, d.state FROM outbox o JOIN outbox_deliveries d ON d.outbox_id = o.id ORDER BY o.id"
    )
    assert {row["state"] for row in rows} <= {"kept"}
    return [row for row in rows if row["kind"] in (kinds or OF_PLANS)]


async def test_each_paid_month_has_a_receipt_with_its_credits(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel
) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada, "pro")
    (first,) = await mails(shop)
    assert first["kind"] == "subscription_receipt"
    assert first["data"]["plan"] == "Pro"
    assert first["data"]["total_minor"] == 3900
    assert first["data"]["credits_granted"] == first["data"]["balance_after"] == 400
    assert first["data"]["each_month"] is False
    assert first["data"]["pdf_url"]
    assert first["data"]["renews_at"]
    await travel.advance(days=62)
    assert [mail["kind"] for mail in await mails(shop)] == ["subscription_receipt"] * 3
    (kept, *_) = await shop.services.notifications.mailbox()
    text = (await shop.services.notifications.mail(kept.id)).text
    assert "Paid: $39.00" in text
    assert "You can cancel at any time, in two clicks" in text


async def test_a_year_is_reminded_of_a_month_before_once_however_often_one_looks(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel
) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada, "pro", "year")
    (receipt,) = await mails(shop)
    assert receipt["data"]["each_month"] is True
    await travel.advance(days=333)
    assert len(await mails(shop)) == 1
    await travel.advance(days=4)
    reminder = (await mails(shop))[-1]
    assert reminder["kind"] == "renewal_reminder"
    assert (reminder["data"]["amount_minor"], reminder["data"]["every"]) == (39_000, "year")
    for _ in range(3):
        assert await shop.services.alerts.sweep() == 0
    await travel.advance(days=3)
    assert len(await mails(shop, "renewal_reminder")) == 1


async def test_who_cancelled_is_not_reminded_but_told_what_that_means(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel
) -> None:
    ada = await shop.a_customer()
    plan = await subscribers.subscribed(ada, "pro", "year")
    for at_end in (True, False, True):
        await subscribers.at_stripe(
            lambda client, at_end=at_end: client.v1.subscriptions.update(plan, {"cancel_at_period_end": at_end})
        )
        await shop.settle()
    told = [mail["kind"] for mail in await mails(shop)]
    assert told == ["subscription_receipt", "plan_cancelled", "plan_resumed", "plan_cancelled"]
    await travel.advance(to=clock.now() + timedelta(days=366))
    ended = (await mails(shop))[-1]
    assert (ended["kind"], ended["data"]["ended"], ended["data"]["unpaid"]) == ("plan_cancelled", True, False)
    assert not await mails(shop, "renewal_reminder")


@pytest.mark.parametrize(("days", "before"), [(14, 3), (2, 1)])
async def test_a_trials_end_is_told_in_time_without_any_webhook(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel, days: int, before: int
) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada, "pro", trial_period_days=days)
    assert not await mails(shop, "trial_ending") or before == days
    end = clock.now() + timedelta(days=days)
    await travel.advance(to=end - timedelta(days=before, hours=2))
    assert not await mails(shop, "trial_ending")
    await travel.advance(to=end - timedelta(days=before) + timedelta(hours=1))
    (mail,) = await mails(shop, "trial_ending")
    assert mail["data"]["charged"] is True
    assert mail["data"]["amount_minor"] == 3900
    await travel.advance(days=before + 1)
    assert len(await mails(shop, "trial_ending")) == 1
    assert len(await mails(shop, "subscription_receipt")) == 1


@pytest.mark.row("B5")
async def test_each_failed_attempt_is_told_with_its_dates_and_then_the_end(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel
) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada, "pro")
    await subscribers.use_card(await subscribers.stripe_customer(ada, None), DECLINES_LATER)
    await travel.advance(days=33)
    (failed,) = await mails(shop, "renewal_failed")
    assert failed["data"]["attempt"] == 1
    assert failed["data"]["reason"].endswith(".")
    assert failed["data"]["next_try_at"] < failed["data"]["access_ends_at"], "grace outlasts the first pause"
    assert failed["data"]["pay_url"]
    await travel.advance(days=20)
    told = await mails(shop, "renewal_failed", "plan_cancelled")
    assert [mail["data"].get("attempt") for mail in told][:3] == [1, 2, 3]
    assert told[-1]["kind"] == "plan_cancelled"
    assert told[-1]["data"]["unpaid"] is True


@pytest.mark.row("D7")
async def test_a_bank_that_wants_its_holder_is_told_of_as_that(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel
) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada, "pro")
    owner = await subscribers.stripe_customer(ada, None)
    await subscribers.use_card(owner, NEEDS_HOLDER)
    await travel.advance(days=33)
    told = [mail["kind"] for mail in await mails(shop)][1:]
    assert told == ["payment_action_required"]
    await subscribers.use_card(owner, VISA)
    await travel.advance(days=5)
    assert [mail["kind"] for mail in await mails(shop)][-1] == "subscription_receipt"


async def test_a_card_that_ends_with_the_month_is_told_of_once_and_only_if_it_pays_for_something(
    shop: Shop, subscribers: Subscribers, travel: TimeTravel
) -> None:
    ada, bob = await shop.a_customer(), await shop.a_customer(email="bob@example.com")
    await subscribers.subscribed(ada, "pro")
    plan = await subscribers.subscribed(bob, "pro")
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.update(plan, {"cancel_at_period_end": True}))
    await shop.settle()
    last_day = (clock.now().replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if last_day - clock.now() > timedelta(days=19):
        await travel.advance(to=last_day - timedelta(days=15))
    ends = {"year": clock.now().year, "month": clock.now().month}
    assert await shop.rows("UPDATE payment_methods SET exp_year = :year, exp_month = :month RETURNING id", **ends)
    for _ in range(2):
        await shop.services.alerts.sweep()
    await shop.work()
    (mail,) = await mails(shop, "card_expiring")
    assert (mail["data"]["brand"], mail["data"]["last4"]) == ("Visa", "4242")
