"""Every page of the list of routes: alive, quiet, narrow enough for a phone, and closed to strangers if it says so."""

import re

import pytest
from playwright.async_api import Page, expect

from billing_app.ui.routes import ROUTES, Route
from tests.browser.steps import open_account_menu
from tests.browser.world import PHONE, Person, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser

# The staff's pages are walked by one test of their own.
every_page = pytest.mark.parametrize(
    "route", [route for route in ROUTES if not route.path.startswith("/admin")], ids=lambda route: route.path
)
NARROW = {"width": PHONE, "height": 640}


async def visit(page: Page, route: Route) -> None:
    """Open it and wait until it has come to life."""
    await page.goto(route.path)
    await settled(page)
    # The page of a feature is named by the catalogue it was built with, which need not be ours here.
    named = re.escape(route.title) if not route.path.startswith("/playground/") else r"\S.*"
    await expect(page).to_have_title(re.compile(f"^{named} \N{MIDDLE DOT} "))
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def a_busy_person(world: World) -> Person:
    """Somebody with a long address, several lots and some use, so that tables have something to be wide with."""
    ada = await world.a_person(name="ada.of.a.very.long.name.indeed")
    await world.give(ada, 120_000, "A welcome with a rather long label, as operators write them")
    await world.give(ada, 5, "An apology")
    await world.use(ada, 110_001, "session-with-a-long-reference-0123456789")
    return ada


async def brightness(page: Page) -> float:
    """Of what is behind the page: 0 is black, 255 white."""
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    return max(float(part) for part in re.findall(r"[\d.]+", colour)[:3])


@every_page
async def test_signed_in_it_lives_without_complaint_fits_a_phone_and_can_be_dark(world: World, route: Route) -> None:
    page = await world.a_browser(await a_busy_person(world), viewport=NARROW, color_scheme="dark")
    await visit(page, route)
    assert await brightness(page) < 64
    assert await overflow_px(page) == 0
    await page.set_viewport_size({"width": 1280, "height": 900})
    assert await overflow_px(page) == 0


@every_page
async def test_a_stranger_sees_it_or_is_sent_to_sign_in_and_back(world: World, route: Route) -> None:
    page = await world.a_browser(viewport=NARROW)
    if not route.signed_in:
        await visit(page, route)
        assert await brightness(page) > 192
        assert await overflow_px(page) == 0
        return
    await page.goto(route.path)
    await expect(page).to_have_url(re.compile(r"/login/?\?next="))
    await expect(page.locator("input[name=next]")).to_have_value(route.path)
    await settled(page)
    assert await overflow_px(page) == 0


async def test_an_address_that_leads_nowhere_says_so_and_leads_on(world: World) -> None:
    world.expects("404 (Not Found)")
    page = await world.a_browser(viewport=NARROW)
    answer = await page.goto("/no/such/page")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading", name="This page does not exist")).to_be_visible()
    await expect(page.get_by_role("link", name="See prices")).to_be_visible()
    assert await overflow_px(page) == 0


async def test_the_main_pages_are_reached_by_the_navigation_alone(world: World) -> None:
    page = await world.a_browser(await world.a_person(credits=3))
    await page.goto("/")
    main = page.get_by_role("navigation", name="Main", exact=True)
    for name, heading in (("Playground", "Playground"), ("Dashboard", "Billing"), ("Pricing", "Pay for what you")):
        await main.get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        await expect(main.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        await expect(page.locator("#usage")).to_contain_text("3 credits")


async def test_by_keyboard_one_skips_to_the_content_and_the_page_stays_as_it_is(world: World) -> None:
    page = await world.a_browser(await world.a_person())
    address = "/payment/success?session_id=cs_test_madeup"
    await page.goto(address)
    await expect(page.get_by_role("heading", name="We cannot find this payment")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{world.at.url}{address}#main")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("main").get_by_role("link", name="See your purchases")).to_be_focused()
    await expect(page.get_by_role("heading", name="We cannot find this payment")).to_be_visible()


async def test_on_a_phone_the_navigation_is_in_the_account_menu(world: World) -> None:
    page = await world.a_browser(await world.a_person(credits=3), viewport=NARROW)
    await page.goto("/pricing")
    await open_account_menu(page)
    await page.get_by_role("navigation", name="Main, short").get_by_role("link", name="Dashboard").click()
    await expect(page.locator("#available")).to_have_text("3")
    assert await overflow_px(page) == 0


async def test_the_playground_has_a_card_for_what_can_be_tried(world: World) -> None:
    page = await world.a_browser(await world.a_person())
    await page.goto("/playground")
    card = page.locator("[data-feature=interview_session]")
    await expect(card).to_contain_text("1 credit")
    await card.get_by_role("link", name="See how to open it").click()
    await expect(page.get_by_role("heading", name="1 credit short")).to_be_visible()
