"""A plan by hand (row C12): given without Stripe, with its own terms; it ends by itself; in MRR only if priced."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.accounts.errors import NotPermitted
from billing_app.catalog.loading import load, read_source
from billing_app.entitlements.hand_plans.service import HasSubscription
from billing_app.entitlements.hand_plans.terms import HandPlan, plan_of
from billing_app.errors import InvalidInput, NotFound
from tests.support.conftest import HelpDesk

CATALOG = load(read_source("showcase"))
WHY = "Signed on Tuesday, order 4711"


async def _steps(desk: HelpDesk, customer: int) -> list[tuple[Any, ...]]:
    rows = await desk.rows(
        "SELECT kind, mrr_before_minor, mrr_after_minor FROM subscription_changes WHERE customer_id = :id ORDER BY id",
        id=customer,
    )
    return [tuple(row.values()) for row in rows]


async def _plan(desk: HelpDesk, customer: int) -> str | None:
    return (await desk.services.subscriptions.current(customer)).name


@pytest.mark.row("C11")
@pytest.mark.row("C12")
async def test_an_agreed_plan_gives_its_credits_quotas_and_features_each_month_until_its_day(
    desk: HelpDesk, ahead: Callable[..., None]
) -> None:
    customer, ends = await desk.a_customer(), clock.now() + timedelta(days=75)
    wish = HandPlan(
        plan="teams", price_minor=500_00, currency="USD", period="month", credits_per_month=300,
        quotas={"cv_review": 40}, features=("question_set",), ends_at=ends,
    )  # fmt: skip
    given = await desk.support.give_plan(desk.admin, customer, wish, reason=WHY)
    assert (given.mrr_minor, given.currency) == (500_00, "USD")
    balance = await desk.services.credits.balance(customer)
    assert (balance.available, [lot.granted for lot in balance.lots]) == (300, [300])
    assert [(one.feature, one.limit) for one in await desk.services.entitlements.usage(customer)] == [("cv_review", 40)]
    assert await desk.services.entitlements.has_feature(customer, "question_set")
    assert await _plan(desk, customer) == "Teams"

    # A month later nobody has done anything, and the next month's credits are there; what was left is not.
    ahead(days=32)
    balance = await desk.services.credits.balance(customer)
    assert balance.available == 300
    assert (await desk.services.plan_credits.resets(customer)).amount == 300

    # On its day it is over by itself: free plan, free credits, no revenue.
    ahead(days=44)
    assert not await desk.services.entitlements.has_feature(customer, "transcripts")
    assert (await desk.services.credits.balance(customer)).available == 8
    assert await desk.services.hand_plans.sweep() == 1
    assert await _plan(desk, customer) == "Free"
    assert await desk.services.hand_plans.sweep() == 0
    kinds = await _steps(desk, customer)
    assert kinds == [("started", 0, 50_000), ("cancel_scheduled", 50_000, 50_000), ("ended", 50_000, 0)]
    ended = await desk.rows("SELECT at FROM subscription_changes WHERE kind = 'ended'")
    assert ended[0]["at"] == ends


@pytest.mark.row("C12")
async def test_without_a_price_it_counts_for_nothing_and_a_year_counts_a_twelfth(desk: HelpDesk) -> None:
    free, yearly = await desk.a_customer(), await desk.a_customer()
    given = await desk.support.give_plan(desk.admin, free, HandPlan(plan="pro"), reason="A friend")
    assert (given.mrr_minor, given.credits_per_month) == (0, 200)
    assert await _steps(desk, free) == [("started", 0, 0)]
    by_year = HandPlan(name="Site licence", price_minor=1_200_00, currency="USD", period="year", credits_per_month=0)
    given = await desk.support.give_plan(desk.admin, yearly, by_year, reason=WHY)
    assert (given.mrr_minor, given.plan_code) == (100_00, "by_hand")


@pytest.mark.row("C12")
async def test_who_gave_it_and_why_is_in_the_audit_log_and_only_administrators_may(desk: HelpDesk) -> None:
    customer = await desk.a_customer()
    for who in (desk.viewer, desk.helper):
        with pytest.raises(NotPermitted):
            await desk.support.give_plan(who, customer, HandPlan(plan="pro"), reason=WHY)
    with pytest.raises(InvalidInput, match="Say why"):
        await desk.support.give_plan(desk.admin, customer, HandPlan(plan="pro"), reason="  ")
    await desk.support.give_plan(desk.admin, customer, HandPlan(plan="pro", credits_per_month=7), reason=WHY)
    (line,) = await desk.audited("plan.given")
    assert (line["actor_id"], line["object"]) == (str(desk.admin.user_id), f"customer:{customer}")
    assert line["reason"] == WHY
    assert (line["after"]["plan"], line["after"]["credits_per_month"]) == ("pro", 7)


@pytest.mark.row("C12")
async def test_ended_now_its_credits_go_and_the_free_month_comes(desk: HelpDesk) -> None:
    customer = await desk.a_customer()
    assert (await desk.services.credits.balance(customer)).available == 8
    await desk.support.give_plan(desk.admin, customer, HandPlan(plan="pro"), reason=WHY)
    assert (await desk.services.credits.balance(customer)).available == 200, "the free month has made room"
    with pytest.raises(HasSubscription, match="by hand already"):
        await desk.support.give_plan(desk.admin, customer, HandPlan(plan="teams"), reason=WHY)
    await desk.support.end_plan(desk.admin, customer, reason="They left")
    assert await _plan(desk, customer) == "Free"
    # This month's free credits were given before the plan and ended with it: a month gives them once.
    assert (await desk.services.credits.balance(customer)).available == 0
    assert [line["action"] for line in await desk.audited("plan.ended")] == ["plan.ended"]
    with pytest.raises(NotFound, match="no plan by hand"):
        await desk.support.end_plan(desk.admin, customer, reason="Twice")


@pytest.mark.row("C12")
async def test_an_end_set_later_ends_the_running_months_credits_with_it(
    desk: HelpDesk, ahead: Callable[..., None]
) -> None:
    customer = await desk.a_customer()
    await desk.support.give_plan(desk.admin, customer, HandPlan(plan="pro"), reason=WHY)
    with pytest.raises(InvalidInput, match="day to come"):
        await desk.support.end_plan(desk.admin, customer, reason=WHY, at=clock.now())
    await desk.support.end_plan(desk.admin, customer, reason=WHY, at=clock.now() + timedelta(days=3))
    assert (await desk.services.credits.balance(customer)).available == 200
    ahead(days=3)
    assert not [lot for lot in (await desk.services.credits.balance(customer)).lots if "Pro" in lot.label]
    assert not await desk.services.entitlements.has_feature(customer, "transcripts")


@pytest.mark.row("C12")
async def test_who_pays_at_stripe_already_is_refused_with_what_to_do(desk: HelpDesk) -> None:
    customer = await desk.a_customer()
    async with desk.services.database.transaction() as session:
        from billing_app.entitlements.subscriptions import store

        offer = await desk.services.catalog.offer("plan", "pro", "month")  # pyright: ignore[reportArgumentType]
        now = clock.now()
        await store.add(
            session,
            {
                "customer_id": customer, "stripe_subscription_id": "sub_1", "item_id": offer.item_id,
                "plan_code": "pro", "period": "month", "amount_minor": 2900, "currency": "USD", "status": "active",
                "started_at": now, "anchor": now, "current_period_start": now,
                "current_period_end": now + timedelta(days=30), "asked_at": clock.wall(),
            },
        )  # fmt: skip
    with pytest.raises(HasSubscription, match=r"pays for Pro at Stripe \(sub_1\). Cancel it there first"):
        await desk.support.give_plan(desk.admin, customer, HandPlan(plan="teams"), reason=WHY)
    assert await desk.audited("plan.given") == []


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (HandPlan(), "need a name"),
        (HandPlan(plan="gold"), 'no plan "gold"'),
        (HandPlan(plan="free"), "what everybody has"),
        (HandPlan(plan="pro", price_minor=100), "amount, a currency and a period"),
        (HandPlan(plan="pro", price_minor=0, currency="USD", period="month"), "more than nothing"),
        (HandPlan(plan="pro", price_minor=1, currency="USD", period="week"), "by month or by year"),
        (HandPlan(plan="pro", credits_per_month=-1), "whole number"),
        (HandPlan(plan="pro", quotas={"transcripts": 3}), "no feature that is counted"),
        (HandPlan(plan="pro", quotas={"cv_review": -3}), "whole number, or unlimited"),
        (HandPlan(plan="pro", features=("mock_interview",)), "paid in credits"),
        (HandPlan(plan="pro", ends_at=clock.wall() - timedelta(days=1)), "in the future"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_name(wish: HandPlan, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        plan_of(wish, CATALOG, clock.wall())
