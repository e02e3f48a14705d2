"""Writing to the seller: from the plan's card to both mails, refused and sent again, without scripts."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.steps import mail_to
from tests.browser.world import World, in_the_browser, settled

pytestmark = in_the_browser


async def fill(page: Page, email: str, message: str) -> None:
    await page.get_by_label("Your name").fill("Ada Lovelace")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("What do you need?").fill(message)


@pytest.mark.row("B1")
@pytest.mark.row("B7")
async def test_a_stranger_asks_about_enterprise_and_both_sides_get_their_mail(docs_world: World) -> None:
    page = await docs_world.a_browser()
    await page.goto("/pricing")
    await page.get_by_role("link", name="Contact us Enterprise").click()
    await expect(page.get_by_role("heading", name="Write to us")).to_be_visible()
    await settled(page)
    await expect(page.get_by_label("About")).to_have_value("enterprise")
    await expect(page.get_by_role("complementary", name="Good to know")).to_contain_text("Invoice and bank transfer")
    await fill(page, "ada.contact@example.com", "Forty people, about 100,000 credits a month.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Your message is on its way")).to_be_visible()
    told = await mail_to(page, "help@docschat.example", "Enterprise")
    await expect(told).to_contain_text("Forty people, about 100,000 credits a month.")
    confirmed = await mail_to(page, "ada.contact@example.com", "")
    await expect(confirmed).to_contain_text("ENQ-")
    await expect(confirmed).not_to_contain_text("Forty people")


@pytest.mark.row("B7")
async def test_a_refused_message_says_why_and_is_not_lost(docs_world: World) -> None:
    page = await docs_world.a_browser()
    await page.goto("/contact?plan=enterprise")
    await settled(page)
    await fill(page, "ada@localhost", "A question that took a while to write.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("This is not an e-mail address we can write to.")
    await expect(page.get_by_label("What do you need?")).to_have_value("A question that took a while to write.")
    await expect(page.get_by_label("Your name")).to_have_value("Ada Lovelace")
    await expect(page.get_by_label("About")).to_have_value("enterprise")


async def test_without_scripts_it_is_sent_or_refused_in_so_many_words(docs_world: World) -> None:
    page = await docs_world.a_browser(java_script_enabled=False)
    await page.goto("/contact")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await fill(page, "ada@localhost", "Without scripts.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("Your message was not sent.")
    await fill(page, "ada.plain@example.com", "Without scripts.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Your message is on its way")).to_be_visible()
    (row,) = await docs_world.rows("SELECT plan_code FROM enquiries WHERE email = 'ada.plain@example.com'")
    assert row["plan_code"] == "enterprise"
