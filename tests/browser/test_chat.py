"""The chat in a real browser: the price before, the answer as it comes, the charge after, the wall in between."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.payment_page import pay, shown
from tests.browser.world import Person, World, eventually, in_the_browser, overflow_px, settled

pytestmark = in_the_browser

CHAT = "/playground/chat"
QUESTION = "When do the credits of a pack expire?"


async def opened(page: Page) -> None:
    """The chat, alive and with its price."""
    await page.goto(CHAT)
    await settled(page)
    await expect(page.locator("#total")).to_contain_text("credits")


async def add(page: Page, extra: str, total: str) -> None:
    """Add something to the question and see the price follow."""
    await page.locator("label").filter(has_text=extra).click()
    await expect(page.locator("#total")).to_have_text(total)


async def last_answer(world: World, person: Person) -> dict[str, Any] | None:
    """The newest question that is no longer being answered."""
    rows = await world.rows(
        "SELECT state, charged FROM chat_questions WHERE customer_id = :id AND state <> 'asked' "
        "ORDER BY created_at DESC LIMIT 1",
        id=person.customer_id,
    )
    return rows[0] if rows else None


@pytest.mark.row("B3")
@pytest.mark.row("B4")
async def test_the_price_before_is_the_charge_after_and_why_tells_it(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=100)
    page = await docs_world.a_browser(ada)
    await opened(page)
    await expect(page.locator("#total")).to_have_text("10 credits")
    await add(page, "GitHub tools", "20 credits")
    await expect(page.locator("#price")).to_contain_text("(5 query + 5 documentation + 10 GitHub tools)")

    await page.locator("#question").fill(QUESTION)
    await page.locator("#question").press("Enter")
    await expect(page.locator("#answering")).to_contain_text("20 credits set aside")
    answer = page.locator("[data-question]").first
    await expect(answer.locator("[data-cost]")).to_have_text("20 credits")
    await expect(answer).to_contain_text("[1]")
    await expect(answer).to_contain_text("never expire")
    await expect(page.locator("#usage")).to_contain_text("80 credits")
    await expect(page.locator("#question")).to_have_value("")
    assert await docs_world.available(ada) == 80

    await answer.get_by_role("button", name="Why?").click()
    why = page.get_by_role("dialog")
    for line in ("Query: 5 credits.", "GitHub tools: 10 credits.", "Together 20 credits, by price list 1.", "Welcome"):
        await expect(why).to_contain_text(line)

    await page.goto("/dashboard")
    await expect(page.get_by_text("Query, Documentation, GitHub tools").first).to_be_visible()


@pytest.mark.row("B8")
@pytest.mark.row("B2")
async def test_who_is_short_is_shown_the_wall_buys_and_finds_the_question_again(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=12)
    page = await docs_world.a_browser(ada)
    await opened(page)
    await page.locator("#question").fill(QUESTION)
    await add(page, "GitHub tools", "20 credits")
    wall = page.locator("#wall")
    await expect(wall.get_by_role("heading")).to_have_text("8 credits short")
    await expect(wall).to_contain_text("Chat needs 20 credits and you have 12.")
    await expect(page.locator("#smaller")).to_have_text("Ask without GitHub tools: 10 credits")
    await expect(page.locator("#send")).to_have_attribute("aria-disabled", "true")
    await page.locator("#send").click(force=True)
    await expect(wall).to_be_visible()
    assert await docs_world.available(ada) == 12

    await wall.get_by_role("button", name="Buy Small pack for $5").click()
    await shown(page, "$5.00")
    await pay(page)
    await page.get_by_role("link", name="Continue where you were").click()
    await expect(page.locator("#question")).to_have_value(QUESTION)
    await expect(page.locator("#usage")).to_contain_text("512 credits")
    assert await last_answer(docs_world, ada) is None, "nothing is asked without a click"
    await expect(page.locator("#total")).to_have_text("20 credits")
    await page.locator("#send").click()
    await expect(page.locator("[data-question] [data-cost]")).to_have_text("20 credits")
    assert await docs_world.available(ada) == 492


@pytest.mark.row("B8")
async def test_the_smaller_question_takes_what_there_is(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=12)
    page = await docs_world.a_browser(ada)
    await opened(page)
    await page.locator("#question").fill(QUESTION)
    await add(page, "GitHub tools", "20 credits")
    await page.locator("#smaller").click()
    await expect(page.locator("#total")).to_have_text("10 credits")
    await expect(page.locator("#wall")).to_have_count(0)
    await page.locator("#send").click()
    await expect(page.locator("[data-question] [data-cost]")).to_have_text("10 credits")
    assert await docs_world.available(ada) == 2


@pytest.mark.row("B8")
async def test_credits_spent_elsewhere_meanwhile_are_a_wall_and_no_crash(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=10)
    page = await docs_world.a_browser(ada)
    docs_world.expects("402")
    await opened(page)

    async def spend_first(route: Route) -> None:
        await docs_world.use(ada, 7, "elsewhere")
        await route.continue_()

    await page.route("**/api/v1/playground/chat", spend_first)
    await page.locator("#question").fill(QUESTION)
    await page.locator("#send").click()
    await expect(page.locator("#wall").get_by_role("heading")).to_have_text("7 credits short")
    await expect(page.locator("#question")).to_have_value(QUESTION)
    assert await docs_world.available(ada) == 3


@pytest.mark.row("B4")
async def test_stopping_pays_for_what_had_been_sent_and_it_comes_back_free(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=100)
    page = await docs_world.a_browser(ada)
    await opened(page)
    await add(page, "GitHub tools", "20 credits")
    await page.locator("#question").fill(QUESTION)
    await page.locator("#send").click()
    await page.locator("#answering").get_by_text("[1]").first.wait_for()
    await page.get_by_role("button", name="Stop").click()
    settled_row = await eventually(lambda: last_answer(docs_world, ada))
    assert settled_row is not None
    assert settled_row["state"] == "broken"
    charged = settled_row["charged"]
    assert charged in (10, 20), "the documents had been sent, the code perhaps"
    answer = page.locator("[data-question]").first
    await expect(answer.locator("[data-cost]")).to_have_text(f"{charged} credits")
    await expect(answer).to_contain_text("It broke off. You paid for what had been sent.")

    await answer.get_by_role("button", name="Bring it back, free").click()
    await expect(answer).to_contain_text("never expire")
    await expect(answer.locator("[data-cost]")).to_have_text(f"{charged} credits")
    assert await docs_world.available(ada) == 100 - charged


@pytest.mark.row("B4")
async def test_two_tabs_never_overspend(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=10)
    docs_world.expects("402")
    tabs = [await docs_world.a_browser(ada) for _ in range(2)]
    for tab in tabs:
        await opened(tab)
        await tab.locator("#question").fill(QUESTION)
    await asyncio.gather(*(tab.locator("#send").click() for tab in tabs))
    await eventually(lambda: last_answer(docs_world, ada))
    assert await docs_world.available(ada) == 0
    rows = await docs_world.rows("SELECT id FROM chat_questions WHERE customer_id = :id", id=ada.customer_id)
    assert len(rows) == 1


@pytest.mark.row("B7")
async def test_the_chat_fits_a_phone(docs_world: World) -> None:
    ada = await docs_world.a_person(credits=12)
    page = await docs_world.a_browser(ada, viewport={"width": 320, "height": 700})
    await opened(page)
    await page.locator("#question").fill(QUESTION)
    await page.locator("#send").click()
    await expect(page.locator("[data-question] [data-cost]")).to_have_text("10 credits")
    await page.locator("#question").fill(QUESTION)
    await add(page, "GitHub tools", "20 credits")
    await expect(page.locator("#wall")).to_be_visible()
    assert await overflow_px(page) <= 0
