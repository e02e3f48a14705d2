"""Nobody writes about, gives to or looks as who was erased: the words would stay, and nobody has the rest."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from billing_app.accounts.customers import living_customer
from billing_app.accounts.roles import Principal, Role
from billing_app.entitlements.hand_plans.terms import HandPlan
from billing_app.errors import NotFound
from billing_app.persons.service import phrase
from billing_app.support.adjusting import Category
from billing_app.support.service import Support
from billing_app.ui.pages.admin.customer.facts import identity_facts
from tests.shop import Shop
from tests.staff import staff

pytestmark = pytest.mark.row("A12")
DEEDS: dict[str, Callable[[Support, Principal, int], Awaitable[object]]] = {
    "note": lambda desk, by, who: desk.note(by, who, "Called Ada back"),
    "adjust": lambda desk, by, who: desk.adjust(by, who, 5, reason="Ada", category=Category.GOODWILL, key="k"),
    "adjust_preview": lambda desk, by, who: desk.adjust_preview(by, who, 5),
    "give_plan": lambda desk, by, who: desk.give_plan(by, who, HandPlan(plan="pro"), reason="Ada"),
    "grant_feature": lambda desk, by, who: desk.grant_feature(by, who, "cv_review", reason="Ada", quota=5),
    "revoke_feature": lambda desk, by, who: desk.revoke_feature(by, who, "cv_review", reason="Ada"),
    "reset_quota": lambda desk, by, who: desk.reset_quota(by, who, "cv_review", reason="Ada"),
    "look_as": lambda desk, by, who: desk.look_as(by, who, reason="Ada"),
}


async def test_every_deed_of_staff_is_refused_for_who_was_erased_and_their_page_says_so(shop: Shop) -> None:
    ada = await shop.a_customer(email="ada@example.com")
    await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    lines = await shop.rows("SELECT count(*) AS n FROM audit_log")
    for name, deed in DEEDS.items():
        with pytest.raises(NotFound, match="was erased"):
            pytest.fail(f"{name}: {await deed(shop.services.support, staff(Role.ADMIN), ada)}")
    assert await shop.rows("SELECT count(*) AS n FROM audit_log") == lines
    account = await shop.services.support.customer(staff(Role.VIEWER), ada)
    assert "Erased on" in [fact.name for fact in identity_facts(account.identity, "")]


async def test_a_deed_that_is_under_way_is_waited_for(shop: Shop) -> None:
    ada = await shop.a_customer(email="ada@example.com")
    async with shop.services.database.transaction() as session:
        await living_customer(session, ada)
        erasing = asyncio.create_task(
            shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
        )
        await asyncio.wait([erasing], timeout=0.3)
        assert not erasing.done()
    await erasing


async def test_erasing_goes_on_after_a_deadlock_with_the_news_it_causes(shop: Shop) -> None:
    ada = await shop.a_person()
    async with shop.services.database.transaction() as session:
        await session.execute(text("SELECT 1 FROM users WHERE customer_id = :id FOR UPDATE"), {"id": ada})
        erasing = asyncio.create_task(
            shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
        )
        await asyncio.wait([erasing], timeout=0.4)  # it holds the customer and waits for the user; now the other way
        await session.execute(text("SELECT 1 FROM customers WHERE id = :id FOR UPDATE"), {"id": ada})
    assert (await erasing).rows["users"] == 1
