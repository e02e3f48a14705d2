"""What a refused customer is offered: only what helps them, by what they hold, the cheapest first."""

from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.entitlements.decisions import Decision, Option
from tests.quotas.conftest import House

CV = "cv_generate"


def offered(decision: Decision) -> list[tuple[str, str, str | None]]:
    return [(option.kind, option.code, option.action) for option in decision.options if option.kind != "wait"]


async def short_by(house: House, customer: int, credits: int) -> list[Option]:
    """The ways on of somebody who needs so many credits more than they have."""
    have = (await house.credits.balance(customer)).available
    return list(
        (await house.entitlements.check(customer, "docs_chat", (have + credits) // 5, operation="query")).options
    )


@pytest.mark.row("C4")
async def test_nobody_on_the_top_plan_is_told_to_upgrade(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    held = await house.subscribe(customer, "basic")
    refused = await house.entitlements.check(customer, CV, 11)
    assert offered(refused) == [("plan", "pro", "upgrade"), ("plan", "enterprise", "upgrade")]
    refused = await house.entitlements.check(customer, CV, 31)
    assert offered(refused) == [("plan", "enterprise", "upgrade")], "what would not suffice is not offered"
    enterprise = await house.catalog.offer("plan", "enterprise", "month")
    await house.set(held, item_id=enterprise.item_id, plan_code="enterprise")
    assert (await house.entitlements.check(customer, CV, 10**6)).allowed


async def test_the_top_plan_with_a_limit_offers_waiting_alone(house: House) -> None:
    top = """
[[plans]]
code = "top"
name = "Top"
sort = 99
quotas = { cv_generate = 3 }
prices = [{ period = "month", amount = "500.00 USD" }]
"""
    await house.apply("career_coach", top)
    customer = await house.a_customer()
    await house.subscribe(customer, "top")
    await house.entitlements.use(customer, CV, units=3, key="a")
    refused = await house.entitlements.check(customer, CV)
    assert [(option.kind, option.enough) for option in refused.options] == [("wait", True)]
    assert [(option.kind, option.enough) for option in (await house.entitlements.check(customer, CV, 4)).options] == [
        ("wait", False)
    ], "more than a whole window's quota never comes by waiting"


async def test_who_pays_by_the_year_is_shown_prices_by_the_year(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    await house.subscribe(customer, "basic", period="year")
    (pro, *_) = (await house.entitlements.check(customer, CV, 11)).options
    assert (pro.period, pro.price_minor, pro.url) == ("year", 29_900, "/plan/switch?plan=pro&period=year")


@pytest.mark.row("B8")
async def test_a_plan_and_a_pack_stand_side_by_side_the_cheaper_for_this_customer_first(house: House) -> None:
    await house.apply("docs_chat")
    customer = await house.a_customer()
    few = await short_by(house, customer, 400)
    assert [(option.kind, option.code) for option in few[:2]] == [("pack", "small"), ("plan", "starter")]
    many = await short_by(house, customer, 800)
    assert [(option.kind, option.code) for option in many[:2]] == [("plan", "starter"), ("pack", "medium")]
    assert all(option.enough for option in many[:2])


@pytest.mark.row("B8")
async def test_an_upgrade_counts_as_much_as_it_brings_at_once(house: House) -> None:
    await house.apply("docs_chat")
    customer = await house.a_customer()
    await house.subscribe(customer, "starter", since=clock.now() - timedelta(days=27))
    options = {option.code: option for option in await short_by(house, customer, 1000)}
    assert "starter" not in options
    assert (options["pro"].action, options["pro"].enough) == ("upgrade", False), "a tenth of 4,000 is not enough"
    assert options["medium"].enough


async def test_who_owes_an_invoice_is_asked_to_pay_it_and_sold_no_second_plan(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    await house.subscribe(customer, "pro", status="unpaid")
    refused = await house.entitlements.check(customer, "motivation_letter_generate")
    assert "open invoice" in refused.why
    assert [(option.kind, option.url) for option in refused.options] == [("pay", "/dashboard")]


@pytest.mark.row("A5")
async def test_an_unlocked_feature_that_a_plan_brings_needs_no_unlock(house: House) -> None:
    await house.apply("showcase")
    customer = await house.a_customer()
    gate = house.entitlements
    locked = await gate.check(customer, "answer_library")
    assert offered(locked) == [
        ("unlock", "answer_library", None),
        ("plan", "pro", "start"),
        ("plan", "teams", "contact"),
    ]
    assert not await gate.has_feature(customer, "answer_library")
    await house.subscribe(customer, "pro")
    assert await gate.has_feature(customer, "answer_library")
    use = await gate.use(customer, "answer_library", key="a")
    assert (use.basis.value, await house.rows("SELECT 1 FROM unlock_uses")) == ("plan", [])


@pytest.mark.row("A5")
@pytest.mark.row("D2")
async def test_the_summary_has_plan_quotas_features_credits_and_unlocks(house: House) -> None:
    await house.apply("showcase")
    customer = await house.a_customer(credits=9)
    await house.subscribe(customer, "starter")
    await house.entitlements.use(customer, "cv_review", units=2, key="a")
    told = await house.entitlements.summary(customer)
    assert told.plan is not None
    assert (told.plan.plan.code, told.available) == ("starter", 9)
    assert [(each.feature, each.used, each.limit, each.text) for each in told.quotas] == [
        ("cv_review", 2, 5, "2 of 5 CV reviews used")
    ]
    assert {each.feature: (each.allowed, each.basis.value) for each in told.features} == {
        "mock_interview": (True, "credits"),
        "coach_chat": (True, "credits"),
        "cv_review": (True, "quota"),
        "question_set": (False, "unlock"),
        "answer_library": (False, "unlock"),
        "transcripts": (True, "plan"),
    }
