"""A counted feature in the browser: used up, the wall, a plan taken there, and on where one was (C2, C4, WL7)."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.payment_page import pay, shown
from tests.browser.steps import tells
from tests.browser.world import PHONE, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser

REVIEW = "/playground/practice?feature=cv_review"
TEXT = "I ran a support desk for two thousand shops.\nI coached two colleagues through every incident there was."


@pytest.mark.row("C2")
@pytest.mark.row("C4")
@pytest.mark.row("D5")
async def test_used_up_it_shows_the_wall_and_a_plan_taken_there_opens_it_where_one_was(plans_world: World) -> None:
    ada = await plans_world.a_person()
    page = await plans_world.a_browser(ada)
    await page.goto("/playground")
    await page.get_by_role("article").filter(has_text="CV review").get_by_role("link", name="Open").click()
    await settled(page)
    meter = page.locator("[data-quota='cv_review']")
    await expect(meter).to_contain_text("0 of 1 CV review used")

    await page.get_by_label("Your text").fill(TEXT)
    await page.get_by_role("button", name="Make it").click()
    await tells(page, "Done. It is below, and it is counted.")
    await expect(meter).to_contain_text("1 of 1 CV review used")
    await expect(meter).to_contain_text(re.compile(r"Starts anew 1 \w{3} \d{4}"))
    await expect(page.locator("[data-run]")).to_contain_text("I coached two colleagues")

    # The wall is there before the click, and the server says the same to who clicks all the same.
    wall = page.locator("#wall")
    await expect(wall).to_contain_text("You have used all of this month's 1 CV review")
    make = page.get_by_role("button", name="Make it")
    await expect(make).to_have_attribute("aria-disabled", "true")
    await page.get_by_label("Your text").fill("A second review, kept while I pay.")
    await make.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#way-on")).to_be_focused()
    await expect(wall).to_contain_text("5 CV reviews a month")

    await page.set_viewport_size({"width": PHONE, "height": 800})
    assert await overflow_px(page) == 0
    await page.set_viewport_size({"width": 1280, "height": 900})

    await wall.get_by_role("button", name="Get it for $12 a month: Starter").click()
    await shown(page, "$12.00")
    await pay(page)
    await page.get_by_role("link", name="Continue where you were").click()
    await settled(page)
    await expect(page.get_by_label("Your text")).to_have_value("A second review, kept while I pay.")
    await expect(meter).to_contain_text("1 of 5 CV reviews used")
    await page.get_by_role("button", name="Make it").click()
    await expect(meter).to_contain_text("2 of 5 CV reviews used")
    rows = await plans_world.rows("SELECT used, plan_code FROM quota_usage WHERE customer_id = :id", id=ada.customer_id)
    assert [(row["used"], row["plan_code"]) for row in rows] == [(2, "starter")]
