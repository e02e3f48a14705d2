"""axe on every page of the product, light and dark; and nothing is lost with letters of twice the size."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from billing_app.ui.routes import ROUTES
from tests.browser.axe import COLOURS, stumbles
from tests.browser.test_every_page import a_busy_person
from tests.browser.test_keys import an_administrator
from tests.browser.world import PHONE, Person, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser

STAFF = [route.path for route in ROUTES if route.path.startswith("/admin") and "[" not in route.path]
OTHERS = [route.path for route in ROUTES if not route.path.startswith("/admin")]
_SCHEMES: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...] = (("light", ()), ("dark", COLOURS))
LARGE = "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"
"""What somebody sets who reads letters of twice the size: our sizes are all multiples of theirs."""


async def found_in_both_schemes(page: Page) -> list[str]:
    """What axe finds in light, and of colours in dark."""
    found: list[str] = []
    for scheme, rules in _SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {one}" for one in await stumbles(page, *rules)]
    return found


async def test_the_main_pages_say_to_everyone_what_they_show(plans_world: World) -> None:
    world = plans_world
    ada = await a_busy_person(world)
    found: list[str] = []
    stranger = await world.a_browser()
    for path in ("/pricing", "/login"):
        await stranger.goto(path)
        await settled(stranger)
        found += await found_in_both_schemes(stranger)
    hers = await world.a_browser(ada)
    await hers.goto("/dashboard")
    await settled(hers)
    found += await found_in_both_schemes(hers)
    staff = await world.a_browser(await an_administrator(world))
    await staff.goto(f"/admin/customers/{ada.customer_id}")
    await staff.get_by_role("button", name="Adjust credits").click()
    await expect(staff.get_by_role("dialog", name="Adjust credits")).to_be_visible()
    found += await found_in_both_schemes(staff)
    assert found == []


@pytest.mark.deep
async def test_every_page_says_to_everyone_what_it_shows(plans_world: World) -> None:
    world = plans_world
    ada = await a_busy_person(world)
    found: list[str] = []
    for person, paths in _seen_by(ada, await an_administrator(world)):
        page = await world.a_browser(person)
        for path in paths:
            await page.set_viewport_size({"width": 1280, "height": 900})
            await page.goto(path)
            await settled(page)
            found += await found_in_both_schemes(page)
            await page.set_viewport_size({"width": 390, "height": 800})
            found += [f"on a phone: {one}" for one in await stumbles(page)]
    assert found == []


@pytest_asyncio.fixture(loop_scope="session")
async def large_letters(browser_path: str) -> AsyncIterator[Browser]:
    """A browser whose reader has set letters of twice the size."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", LARGE]
        )
        yield launched
        await launched.close()


@pytest.mark.deep
async def test_letters_of_twice_the_size_lose_nothing(plans_world: World, large_letters: Browser) -> None:
    world = plans_world
    world.chromium = large_letters
    ada = await a_busy_person(world)
    wide: list[str] = []
    for person, paths in _seen_by(ada, await an_administrator(world)):
        page = await world.a_browser(person)
        for path in paths:
            await page.goto(path)
            await settled(page)
            assert await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 28
            for width in (1280, PHONE):
                await page.set_viewport_size({"width": width, "height": 800})
                if lost := await overflow_px(page):
                    wide.append(f"{path} at {width} px: {lost} px beyond the edge")
    assert wide == []


def _seen_by(customer: Person, administrator: Person) -> tuple[tuple[Person | None, list[str]], ...]:
    strangers = [route.path for route in ROUTES if not route.signed_in]
    return (None, strangers), (customer, OTHERS), (administrator, [*STAFF, f"/admin/customers/{customer.customer_id}"])
