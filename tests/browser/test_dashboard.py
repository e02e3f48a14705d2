"""The dashboard: what one has, why it went, nothing of anybody else, and all of it by keyboard."""

import re

import pytest
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.browser.world import Person, World, in_the_browser

pytestmark = in_the_browser


async def opened(world: World, person: Person) -> Page:
    """Their dashboard, with its figures."""
    page = await world.a_browser(person)
    await page.goto("/dashboard")
    await expect(page.locator("#available")).to_have_text(str(await world.available(person)))
    return page


def activity(page: Page) -> Locator:
    """The lines of the activity, newest first, without the heading."""
    return page.get_by_role("table", name="Activity, newest first").locator("tbody").get_by_role("row")


@pytest.mark.row("A8")
async def test_it_shows_what_is_left_where_it_came_from_and_where_it_went(world: World) -> None:
    ada = await world.a_person()
    await world.give(ada, 3, "A welcome")
    await world.give(ada, 5, "An apology")
    await world.use(ada, 2, "session-1")
    await world.use(ada, 2, "session-2")
    page = await opened(world, ada)

    await expect(page.locator("#available")).to_have_text("4")
    await expect(page.locator("#held")).to_have_text("0")
    await expect(page.get_by_text("4 promotional")).to_be_visible()
    (lot,) = await page.get_by_role("table", name="Lots in the order they are used").locator("tbody tr").all()
    await expect(lot).to_contain_text("1st")
    await expect(lot).to_contain_text("An apology")
    await page.get_by_text("Used, expired and taken back").click()
    await expect(page.get_by_role("table", name="Lots that are used up")).to_contain_text("A welcome")
    lines = activity(page)
    await expect(lines).to_have_count(4)
    await expect(lines.nth(0)).to_contain_text("\N{MINUS SIGN}2")
    await expect(lines.nth(3)).to_contain_text("+3")
    await expect(page.get_by_text("4 credits in 30 days")).to_be_visible()
    await page.get_by_role("button", name="Table").click()
    days = page.get_by_role("table", name="Use per day").locator("tbody").get_by_role("row")
    await expect(days).to_have_count(30)
    await expect(days.last).to_contain_text("4")


async def test_why_opens_says_which_lots_paid_and_closes_by_keyboard(world: World) -> None:
    ada = await world.a_person()
    await world.give(ada, 1, "A welcome")
    await world.give(ada, 5, "An apology")
    await world.use(ada, 3, "session-1")
    page = await opened(world, ada)
    why = activity(page).nth(0).get_by_role("button", name=re.compile("^Why"))
    await why.focus()
    await page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("heading", level=2)).to_contain_text("\N{MINUS SIGN}3")
    await expect(dialog).to_contain_text("session-1")
    paid = dialog.get_by_role("listitem")
    await expect(paid).to_have_count(2)
    await expect(paid.nth(0)).to_contain_text("A welcome")
    await expect(paid.nth(0)).to_contain_text("1 credit")
    await expect(paid.nth(1)).to_contain_text("An apology")
    await expect(paid.nth(1)).to_contain_text("2 credits")
    assert await page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(why).to_be_focused()
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_be_hidden()
    await expect(why).to_be_focused()


async def test_it_follows_the_ledger_without_a_reload(world: World) -> None:
    ada = await world.a_person(credits=10)
    await world.use(ada, 9, "before")
    page = await opened(world, ada)
    strip = page.locator("#low-credit-strip")
    await expect(strip).to_contain_text("Only 1 left.")
    await strip.get_by_role("button", name="Dismiss").click()
    await expect(strip).to_have_count(0)

    await world.use(ada, 1, "elsewhere")
    await expect(page.locator("#available")).to_have_text("0")
    await expect(page.locator("#usage")).to_have_attribute("data-available", "0")
    await expect(strip).to_contain_text("You have no credits left.")
    await expect(strip.get_by_role("button", name="Dismiss")).to_have_count(0)


async def test_long_activity_comes_page_by_page(world: World) -> None:
    ada = await world.a_person(credits=30)
    for number in range(25):
        await world.use(ada, 1, f"session-{number}")
    page = await opened(world, ada)
    await expect(activity(page)).to_have_count(10)
    await page.get_by_role("button", name="Show more").click()
    await expect(activity(page)).to_have_count(20)
    await page.get_by_role("button", name="Show more").click()
    await expect(activity(page)).to_have_count(26)
    await expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    await expect(activity(page).last).to_contain_text("Welcome")


@pytest.mark.row("A12")
async def test_nothing_of_another_customer_is_shown(world: World) -> None:
    zoe, ada = await world.a_person(name="zoe"), await world.a_person()
    await world.give(zoe, 77, "A gift for Zoe alone")
    await world.use(zoe, 7, "session-of-zoe")
    await world.give(ada, 3, "A gift for Ada")
    page = await opened(world, ada)
    await expect(activity(page)).to_have_count(1)
    await expect(page.get_by_text("A gift for Ada").first).to_be_visible()
    for path in ("/dashboard", "/account", "/playground", "/playground/interview", "/pricing"):
        await page.goto(path)
        await expect(page.locator("#usage")).to_have_attribute("data-available", "3")
        await expect(page.locator("body")).not_to_contain_text("zoe", ignore_case=True)


@pytest.mark.row("A12")
async def test_a_forged_event_for_another_customers_entry_explains_nothing(world: World) -> None:
    zoe, ada = await world.a_person(name="zoe"), await world.a_person()
    await world.give(zoe, 77, "A gift for Zoe alone")
    await world.give(ada, 3, "A gift for Ada")
    await world.give(zoe, 1, "Another gift for Zoe")
    hers = (await _entries(world, zoe))[-1]
    (mine,) = await _entries(world, ada)
    assert hers != mine
    page = await world.a_browser(ada)
    forged: list[str] = []

    async def forge(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def on_message(message: str | bytes) -> None:
            if isinstance(message, str) and f'"entry_id":{mine}' in message:
                message = message.replace(f'"entry_id":{mine}', f'"entry_id":{hers}')
                forged.append(message)
            server.send(message)

        socket.on_message(on_message)

    await page.route_web_socket(re.compile("/_event"), forge)
    await page.goto("/dashboard")
    await activity(page).nth(0).get_by_role("button", name=re.compile("^Why")).click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert len(forged) == 1
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator("body")).not_to_contain_text("Zoe")


async def _entries(world: World, person: Person) -> list[int]:
    rows = await world.rows("SELECT id FROM credit_entries WHERE customer_id = :id", id=person.customer_id)
    return [row["id"] for row in rows]


async def test_without_anything_it_says_so_and_leads_on(world: World) -> None:
    page = await opened(world, await world.a_person())
    await expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    await expect(page.get_by_text("You have no credits.")).to_be_visible()
    await expect(page.get_by_text("You have not bought anything yet.")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name="See prices").first).to_have_attribute(
        "href", "/pricing"
    )
