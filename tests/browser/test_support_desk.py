"""The support desk in a browser: find somebody, explain a charge, mend the account, see it with the customer's eyes."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from billing_app.accounts.roles import Role
from tests.browser.axe import stumbles
from tests.browser.steps import buy
from tests.browser.test_every_page import brightness
from tests.browser.test_keys import an_administrator
from tests.browser.test_staff_pages import of_role
from tests.browser.world import PHONE, Person, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser


def figure(page: Page, name: str) -> Locator:
    """A number on top of the customer's page."""
    return page.locator(f"[data-figure='{name}']")


async def _adjust(page: Page, credits: str, reason: str) -> None:
    await page.get_by_role("button", name="Adjust credits").click()
    dialog = page.get_by_role("dialog", name="Adjust credits")
    await dialog.get_by_label("Credits", exact=True).fill(credits)
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name="Preview").click()


@pytest.mark.row("C12")
async def test_support_finds_explains_mends_and_looks(plans_world: World) -> None:
    world = plans_world
    ada = await world.a_person(name="ada")
    hers = await world.a_browser(ada)
    await buy(hers, "Small pack", "+40 credits", "48 credits")
    await world.use(ada, 5, f"session-{ada.customer_id}")
    page = await world.a_browser(await an_administrator(world))

    # Found by what a host calls the charge, explained line by line.
    await page.goto("/admin/customers")
    await settled(page)
    await page.get_by_label("Find a customer").fill(f" session-{ada.customer_id} ")
    await page.get_by_role("button", name="Find").click()
    hit = page.locator(f"[data-hit='{ada.customer_id}']")
    await expect(hit).to_contain_text("reference of an entry")
    await hit.get_by_role("link").click()
    await expect(figure(page, "Available")).to_have_text("43")
    charge = page.locator("[data-entry]").filter(has_text=f"session-{ada.customer_id}")
    await charge.click()
    await expect(page.get_by_role("status").filter(has_text="5 credits from Free")).to_be_visible()

    # Given with a preview that is exact, and the reason in the ledger.
    await _adjust(page, "12", "The interview broke off")
    await expect(page.get_by_role("dialog")).to_contain_text("Available: 43 before, 55 after.")
    await page.get_by_role("dialog").get_by_role("button", name="Adjust").click()
    await expect(figure(page, "Available")).to_have_text("55")
    await expect(page.locator("[data-entry]").first).to_contain_text("The interview broke off")

    # Money back with a quote: what is left of the pack's credits goes with it.
    await page.get_by_role("button", name=re.compile("^Refund")).click()
    dialog = page.get_by_role("dialog", name="Give money back")
    await dialog.get_by_label("Reason").fill("Bought twice")
    await dialog.get_by_role("button", name="Preview").click()
    await expect(dialog).to_contain_text("40 credits are taken back.")
    await dialog.get_by_role("button", name="Give back $9.00").click()
    await expect(page.get_by_role("status").filter(has_text="$9.00 given back")).to_be_visible()
    await expect(figure(page, "Available")).to_have_text("15")

    # A plan by hand, with its own price and credits.
    await page.get_by_role("button", name="Give a plan").click()
    dialog = page.get_by_role("dialog", name="Give a plan by hand")
    await dialog.get_by_label("Plan", exact=True).select_option(label="Teams")
    await dialog.get_by_label("Price in USD").fill("500")
    await dialog.get_by_label("Credits a month").fill("300")
    await dialog.get_by_label("Reason").fill("Signed on Tuesday")
    await dialog.get_by_role("button", name="Preview").click()
    await expect(dialog).to_contain_text("$500.00 a month, in MRR.")
    await dialog.get_by_role("button", name="Give the plan").click()
    await expect(figure(page, "MRR")).to_have_text("$500.00")
    await expect(figure(page, "Plan")).to_have_text("Teams")
    await expect(page.get_by_role("button", name="End the plan")).to_be_visible()
    await _fits(page)

    await _looks_as(page, ada)


async def _fits(page: Page) -> None:
    """Nothing a screen reader stumbles over; nothing wider than a phone."""
    assert await stumbles(page) == []
    for width in (PHONE, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await overflow_px(page) == 0


async def _looks_as(page: Page, ada: Person) -> None:
    """The customer's own pages, under a bar, and nothing of them acts."""
    address = page.url
    await page.get_by_role("button", name="See as customer").click()
    await page.get_by_role("dialog").get_by_label("Reason").fill("They asked for help")
    await page.get_by_role("button", name="Look as the customer").click()
    await page.wait_for_url("**/dashboard")
    bar = page.get_by_role("complementary", name="Looking as a customer")
    await expect(bar).to_contain_text("Nothing can be changed.")
    await expect(page.locator("#usage")).to_contain_text("credits")
    await expect(page.get_by_role("main")).to_contain_text("Teams")
    await page.goto("/playground/interview")
    await settled(page)
    await expect(bar).to_be_visible()
    await page.reload()
    refused = await page.request.post(
        "/api/v1/checkout",
        data={"kind": "pack", "code": "small"},
        headers={"Origin": page.url[: page.url.index("/", 8)]},
    )
    assert (refused.status, (await refused.json())["code"]) == (403, "only_looking")
    await bar.get_by_role("button", name="End the view").click()
    await page.wait_for_url(address)
    await expect(figure(page, "Plan")).to_have_text("Teams")
    await page.goto(f"/admin/audit?object=customer:{ada.customer_id}")
    for action in ("customer.look_ended", "customer.look_begun", "plan.given", "credits.adjusted"):
        await expect(page.locator(f"[data-action='{action}']")).to_have_count(1)
    given = page.locator("[data-action='plan.given']")
    await given.get_by_text("What changed").click()
    await expect(given).to_contain_text("50,000")


async def test_support_may_help_and_viewers_may_look_on_in_the_dark(plans_world: World) -> None:
    world = plans_world
    ada = await world.a_person(name="ada")
    page = await world.a_browser(await of_role(world, Role.VIEWER), color_scheme="dark")
    await page.goto(f"/admin/customers/{ada.customer_id}")
    await expect(figure(page, "Available")).to_be_visible()
    assert await brightness(page) < 64
    for name in ("Adjust credits", "See as customer", "Give a plan", "Add note"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await page.goto("/admin/people")
    await expect(page.get_by_role("alert").filter(has_text="Your role")).to_be_visible()

    page = await world.a_browser(await of_role(world, Role.SUPPORT))
    await page.goto(f"/admin/customers/{ada.customer_id}")
    await page.get_by_label("New note").fill("Called on Monday")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.get_by_role("listitem").filter(has_text="Called on Monday")).to_be_visible()
    await expect(page.get_by_role("button", name="Give a plan")).to_have_count(0)
    await _adjust(page, "5,000", "Too much")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Ask an administrator")
