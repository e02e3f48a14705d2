"""The life of a plan as its customer sees it: taken, switched as shown, cancelled, resumed, renewed; failed, mended."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.payment_page import PAYS, pay, shown
from tests.browser.world import World, in_the_browser

pytestmark = in_the_browser

FAILS_LATER = "4000 0000 0000 0341"
ALWAYS_ASKS = "4000 0027 6000 3184"
TRAVEL_MS = 120_000
"""A month of sweeps, webhooks and jobs on a busy machine."""


async def take_starter(page: Page, card: str = PAYS) -> None:
    """From the pricing page to the plan that has begun."""
    await page.goto("/pricing")
    await page.locator("#plan-starter").get_by_role("button").first.click()
    await shown(page, "$9.00")
    await pay(page, card)
    await expect(page.locator("#payment")).to_have_attribute("data-stage", "granted")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are on Starter")
    await expect(page.locator("#plan-note")).to_contain_text("1,000 credits come with it each month.")
    await expect(page.locator("#new-balance")).to_have_text("1,000 credits")


async def go_on(page: Page, by: str) -> None:
    """A `day` or a `month`, by the sandbox's bar; the page shows by itself what it is like then."""
    if await (close := page.get_by_label("Sandbox").get_by_role("button", name="Close")).count():
        await close.click()
    await page.locator(f"#advance-{by}").click()
    await expect(page.locator(f"#advance-{by}")).to_be_disabled()
    await expect(page.locator("#travelled")).not_to_be_empty(timeout=TRAVEL_MS)
    await expect(page.locator(f"#advance-{by}")).to_be_enabled()


def invoices(page: Page) -> Locator:
    """The newest invoices on the dashboard, newest first."""
    return page.get_by_role("table", name="Invoices, newest first").locator("tbody").get_by_role("row")


def plan(page: Page) -> Locator:
    """The plan card."""
    return page.locator("section").filter(has=page.get_by_role("heading", name="Plan", exact=True))


@pytest.mark.row("B1")
@pytest.mark.row("B5")
@pytest.mark.row("B7")
@pytest.mark.row("C1")
@pytest.mark.row("D3")
@pytest.mark.row("D4")
@pytest.mark.row("E2")
async def test_from_taking_a_plan_over_a_switch_and_a_change_of_mind_to_its_renewal(docs_world: World) -> None:
    ada = await docs_world.a_person()
    page = await docs_world.a_browser(ada)
    await take_starter(page)

    # What was taken is what the dashboard shows: plan, price, next charge, card, credits with their end, invoice.
    await page.goto("/dashboard")
    await expect(page.locator("#plan-name")).to_have_text("Starter, monthly")
    await expect(page.locator("#plan-price")).to_have_text("$9.00 a month")
    await expect(page.locator("#next-charge")).to_contain_text("$9.00 from Visa •••• 4242")
    await expect(page.locator("#card")).to_have_text("Visa •••• 4242")
    await expect(page.locator("#available")).to_have_text("1,000")
    await expect(page.get_by_text("1,000 plan")).to_be_visible()
    await expect(page.locator("#resets")).to_contain_text("Next reset")
    await expect(invoices(page)).to_have_count(1)
    await expect(invoices(page).first).to_contain_text("$9.00")
    await expect(invoices(page).first).to_contain_text("Paid")
    pdf = await invoices(page).first.get_by_role("link", name=re.compile("^PDF")).get_attribute("href")
    assert pdf is not None
    assert (await (await page.request.get(pdf)).body()).startswith(b"%PDF")

    # The switch does what its preview says: money and credits.
    await page.get_by_role("link", name="Switch plan").click()
    await page.get_by_role("link", name=re.compile("Pro, monthly")).click()
    due = await page.locator("#due-today").text_content()
    added = await page.locator("#credit-effect > div").filter(has_text="Added at once").locator("dd").text_content()
    assert due
    assert added
    await page.get_by_role("button", name=f"Pay {due} and switch").click()
    await expect(page.locator("#switch")).to_have_attribute("data-stage", "done")
    await page.get_by_role("link", name="See your billing").click()
    await expect(page.locator("#plan-name")).to_have_text("Pro, monthly")
    await expect(invoices(page).first).to_contain_text(due)
    total = 1_000 + int(added.replace(",", "").removeprefix("+"))
    await expect(page.locator("#available")).to_have_text(f"{total:,}")
    assert await docs_world.available(ada) == total

    # Two clicks end it, one takes that back.
    await page.locator("#cancel-plan").click()
    await expect(page.locator("#facts")).to_contain_text("your last day")
    await expect(page.locator("#facts")).to_contain_text(f"Your {total:,} plan credits can be used until they end.")
    await page.locator("#confirm").click()
    await expect(page.locator("#cancel")).to_have_attribute("data-stage", "cancelled")
    await page.get_by_role("link", name="Back to billing").click()
    await expect(plan(page)).to_contain_text(re.compile(r"Ends \d"))
    await plan(page).get_by_role("button", name="Resume").click()
    await expect(plan(page)).to_contain_text("Active")
    await expect(page.locator("#next-charge")).to_contain_text("$29.00")

    # A month on, while its invoice is a draft for an hour, what is left stays; then it is paid, and credits are reset.
    await go_on(page, "month")
    await expect(page.locator("#available")).to_have_text(f"{total:,}")
    await go_on(page, "day")
    await expect(page.locator("#available")).to_have_text("5,000")
    await expect(invoices(page)).to_have_count(3)
    await expect(invoices(page).first).to_contain_text("$29.00")
    await expect(page.locator("#travelled")).to_contain_text("credits granted")
    assert await docs_world.available(ada) == 5_000


@pytest.mark.row("B5")
@pytest.mark.row("B7")
async def test_a_renewal_that_fails_is_said_on_every_page_until_it_is_paid(docs_world: World) -> None:
    page = await docs_world.a_browser(await docs_world.a_person(name="bea"))
    await take_starter(page, card=FAILS_LATER)
    await page.goto("/dashboard")
    await expect(page.locator("#plan-name")).to_have_text("Starter, monthly")
    await go_on(page, "month")
    await go_on(page, "day")

    strip = page.locator("#low-credit-strip")
    await expect(strip).to_contain_text("The last payment of $9.00 for Starter did not go through.")
    await expect(strip).to_contain_text(re.compile(r"You keep Starter until \d+ \w+ \d{4}\."))
    await expect(plan(page)).to_contain_text("Past due")
    await page.goto("/playground")
    await expect(strip).to_contain_text("The last payment")
    async with page.context.expect_page() as opening:
        await strip.get_by_role("link", name="Pay now").click()
    bill = await opening.value
    await expect(bill.get_by_test_id("status")).to_have_text("open")
    await bill.get_by_role("button", name="Fill in test card 4242 4242 4242 4242").click()
    await bill.locator("#pay").click()
    await expect(bill.get_by_test_id("status")).to_have_text("paid")

    await page.goto("/dashboard")
    await expect(plan(page)).to_contain_text("Active")
    await expect(strip).to_have_count(0)
    await expect(page.locator("#available")).to_have_text("1,000")
    await expect(invoices(page).first).to_contain_text("Paid")


@pytest.mark.row("D3")
async def test_a_switch_that_the_bank_wants_confirmed_happens_when_it_is_and_not_before(docs_world: World) -> None:
    page = await docs_world.a_browser(await docs_world.a_person(name="cleo"))
    await page.goto("/pricing")
    await page.locator("#plan-starter").get_by_role("button").first.click()
    await page.get_by_role("button", name="Fill in test card 4242 4242 4242 4242").click()
    await page.get_by_label("Card number").fill(ALWAYS_ASKS)
    await page.locator("#pay").click()
    await page.locator("#authorise").click()
    await expect(page.locator("#payment")).to_have_attribute("data-stage", "granted")

    await page.goto("/plan/switch?plan=pro&period=month")
    await page.locator("#confirm").click()
    await expect(page.locator("#switch")).to_have_attribute("data-stage", "needs_action")
    dashboard = await page.context.new_page()
    await dashboard.goto("/dashboard")
    await expect(dashboard.locator("#plan-name")).to_have_text("Starter, monthly")
    await expect(plan(dashboard)).to_contain_text("Until it is paid nothing changes.")
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Confirm the payment").click()
    bank = await opening.value
    await bank.locator("#authenticate").click()
    await bank.locator("#authorise").click()
    await expect(bank.get_by_test_id("status")).to_have_text("paid")

    await expect(page.locator("#switch")).to_have_attribute("data-stage", "done")
    await expect(dashboard.locator("#plan-name")).to_have_text("Pro, monthly")
