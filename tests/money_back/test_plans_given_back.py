"""Refunds and disputes of plans: lots go by their invoice, a year from its last month backwards."""

from datetime import timedelta

import pytest

from billing_app.accounts.roles import Role
from billing_app.credits import Consume, Group
from tests.credits.ledgers import drift
from tests.money_back.bank import Bank
from tests.shop import Shop
from tests.staff import staff
from tests.subscriptions.subscribers import Subscribers

pytestmark = [pytest.mark.row("A7")]


async def intent_of(shop: Shop, number: int = 0) -> tuple[int, str]:
    """Our id and Stripe's of the so-manieth payment."""
    rows = await shop.rows("SELECT id, stripe_payment_intent AS intent FROM payments ORDER BY id")
    return rows[number]["id"], rows[number]["intent"]


async def test_a_year_goes_from_its_last_month_and_past_months_make_no_debt_unless_staff_says_so(
    plans: Shop, subscribers: Subscribers
) -> None:
    """Half of a year is given back after a month whose credits were spent: the last six months go, nothing is owed."""
    ada = await plans.a_customer()
    await subscribers.subscribed(ada, "pro", "year")
    credits = (await plans.services.credits.balance(ada)).available
    await plans.services.credits.consume(Consume(customer_id=ada, feature="picture", credits=credits))
    await subscribers.pass_time(days=32)
    payment, intent = await intent_of(plans)
    (paid,) = await plans.rows("SELECT captured_minor FROM payments")
    await plans.sandbox.refund(intent, paid["captured_minor"] // 2)
    await plans.settle()
    lots = await plans.rows("SELECT revoked FROM credit_lots WHERE kind = 'plan' ORDER BY effective_at")
    assert [lot["revoked"] for lot in lots] == [0] * 6 + [credits] * 6
    balance = await plans.services.credits.balance(ada)
    assert (balance.available, balance.owed) == (credits, 0)

    refunds, admin = plans.services.refunds, staff(Role.ADMIN)
    rest = await refunds.quote(admin, payment)
    assert (rest.owes, rest.closed_windows, rest.plan) == (0, credits, "Pro")
    with_debt = await refunds.quote(admin, payment, closed_windows=True)
    assert (with_debt.owes, with_debt.closed_windows) == (credits, 0)
    await refunds.make(
        admin, payment, rest.left_minor, reason="A year they did not want", key="year", closed_windows=True
    )
    await plans.settle()
    assert (await plans.services.credits.balance(ada)).owed == credits
    assert (await drift(plans.services.database)).clean


async def test_a_disputed_renewal_freezes_that_month_and_thaws_as_long_as_it_had_left(
    plans: Shop, subscribers: Subscribers, bank: Bank
) -> None:
    ada = await plans.a_customer()
    await subscribers.subscribed(ada)
    await subscribers.pass_time(days=31, hours=2)
    _, intent = await intent_of(plans, 1)
    before = (await plans.services.credits.balance(ada)).lots
    dispute = await bank.dispute(intent)
    await plans.settle()
    balance = await plans.services.credits.balance(ada)
    assert (balance.available, balance.frozen) == (0, 400)
    await subscribers.pass_time(days=9)
    await bank.decide(dispute, "won")
    await plans.settle()
    balance = await plans.services.credits.balance(ada)
    assert balance.groups[Group.PLAN] == 400
    (was,), (now,) = [one for one in before if one.remaining], [one for one in balance.lots if one.remaining]
    assert was.expires_at is not None
    assert now.expires_at is not None
    assert abs(now.expires_at - was.expires_at - timedelta(days=9)) < timedelta(minutes=1)
    assert await subscribers.failed_jobs() == []
    assert (await drift(plans.services.database)).clean


async def test_a_pack_pays_a_debt_only_as_far_as_its_page_said(plans: Shop, subscribers: Subscribers) -> None:
    ada = await plans.a_customer()
    first = await plans.buy(ada, "pack", "small")
    opened = await plans.start(ada, "pack", "medium")
    await plans.services.credits.consume(Consume(customer_id=ada, feature="picture", credits=60))
    await plans.sandbox.refund(first.payment_intent)
    await plans.settle()
    assert (await plans.services.credits.balance(ada)).owed == 60
    again = await plans.start(ada, "pack", "medium")
    assert again.started.public_id != opened.started.public_id, "the page that did not say so is closed"
    shown = await plans.sandbox.page(again.started.url)
    assert "60 credits of this pack pay what is owed since a payment was given back." in shown
    await plans.pay(again)
    await plans.settle()
    balance = await plans.services.credits.balance(ada)
    assert (balance.available, balance.owed) == (240, 0)
