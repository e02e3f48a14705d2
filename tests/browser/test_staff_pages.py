"""The staff's pages in a browser: all of them as an administrator, what a chart offers, and who is not let in."""

import re

from playwright.async_api import Page, expect

from billing_app.accounts.roles import Role
from billing_app.ui.routes import ROUTES
from tests.browser.axe import stumbles
from tests.browser.test_every_page import brightness
from tests.browser.test_keys import an_administrator
from tests.browser.world import PHONE, Person, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser

STAFF = [route for route in ROUTES if route.path.startswith("/admin") and "[" not in route.path]
DRAWS = """async () => {
  const scripts = performance.getEntriesByType('resource').map(r => r.name).filter(n => n.endsWith('.js'));
  const texts = await Promise.all(scripts.map(n => fetch(n).then(a => a.text())));
  return texts.some(t => t.includes('recharts-cartesian-grid'));
}"""


async def of_role(world: World, role: Role) -> Person:
    """Somebody of the staff with this role."""
    person = await an_administrator(world)
    (user,) = await world.rows("SELECT id FROM users WHERE email = :email", email=person.email)
    await world.accounts.set_role(user["id"], role, by=None, reason="for the test")
    return person


async def test_every_staff_page_lives_fits_and_can_be_dark_and_can_be_heard(world: World) -> None:
    page = await world.a_browser(await an_administrator(world), color_scheme="dark")
    assert len(STAFF) >= 9
    for route in STAFF:
        await page.set_viewport_size({"width": 1280, "height": 900})
        await page.goto(route.path)
        await settled(page)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_role("navigation", name="Staff pages", exact=True)).to_be_visible()
        assert await brightness(page) < 64, route.path
        assert await overflow_px(page) == 0, route.path
        assert await stumbles(page) == []
        await page.set_viewport_size({"width": PHONE, "height": 640})
        assert await overflow_px(page) == 0, route.path


async def test_a_view_is_chosen_kept_in_the_address_read_as_a_table_and_understood(world: World) -> None:
    page = await world.a_browser(await an_administrator(world))
    await page.goto("/login")
    await page.goto("/admin?period=30")
    chart = page.locator("[data-chart=revenue-cost]")
    await expect(chart.locator("svg.recharts-surface")).to_be_visible()
    await page.get_by_text("90 days").click()
    await expect(page).to_have_url(re.compile(r"period=90"))
    await expect(page.get_by_label("90 days")).to_be_checked()
    await chart.get_by_role("application", name="Revenue against cost").focus()
    await page.keyboard.press("ArrowRight")
    await expect(chart.locator(".recharts-tooltip-wrapper")).to_contain_text("recognised")
    await chart.get_by_text("Table", exact=True).click()
    table = chart.get_by_role("table")
    await expect(table).to_be_visible()
    await expect(table.get_by_role("row")).to_have_count(91)
    await expect(chart.locator("svg.recharts-surface")).to_be_hidden()
    await a_definition_is_read_by_keyboard(page)
    await page.get_by_role("navigation", name="Staff pages", exact=True).get_by_role("link", name="Margins").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Margins")
    await expect(page.get_by_label("90 days")).to_be_checked()
    await page.get_by_role("navigation", name="Margins by").get_by_role("link", name="Customers").click()
    await expect(page).to_have_url(re.compile(r"by=customer&period=90"))
    starter = page.locator("[data-offer=pack-starter-]")
    await expect(starter).to_have_count(0)
    await page.get_by_role("link", name="Everything sold").click()
    await expect(starter).to_contain_text("42.5 %")


async def a_definition_is_read_by_keyboard(page: Page) -> None:
    tile = page.locator("[data-tile=mrr]")
    await tile.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(tile.get_by_text("Last computed")).to_be_visible()
    async with page.expect_download() as download:
        await tile.get_by_role("link", name="CSV").click()
    assert re.fullmatch(r"mrr-[\d-]+\.csv", (await download.value).suggested_filename)


async def test_pages_without_charts_bring_no_drawing_library(world: World) -> None:
    page = await world.a_browser(await an_administrator(world))
    for path, draws in (("/pricing", False), ("/admin/margins", False), ("/admin", True)):
        await page.goto(path)
        await settled(page)
        assert await page.evaluate(DRAWS) is draws, path


async def test_who_is_no_staff_is_told_so_and_lesser_roles_only_look(world: World) -> None:
    page = await world.a_browser(await world.a_person())
    for path in ("/admin", "/admin/margins?by=customer", "/admin/models"):
        await page.goto(path)
        await expect(page.get_by_role("alert").filter(has_text="role")).to_be_visible()
        await expect(page.get_by_role("navigation", name="Staff pages", exact=True)).to_have_count(0)
        await expect(page.get_by_role("table")).to_have_count(0)
    await page.get_by_role("link", name="Open my billing").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Billing")

    stranger = await world.a_browser()
    await stranger.goto("/admin/margins?by=plan")
    await expect(stranger).to_have_url(re.compile(r"/login/?\?next=/admin/margins"))

    viewer = await world.a_browser(await of_role(world, Role.VIEWER))
    await viewer.goto("/dashboard")
    await expect(viewer).to_have_url(re.compile(r"/admin/?$"))
    staff_pages = viewer.get_by_role("navigation", name="Staff pages", exact=True)
    await staff_pages.get_by_role("link", name="Models").click()
    await expect(viewer.get_by_role("heading", name="Prices now")).to_be_visible()
    await expect(viewer.get_by_role("button", name="New price")).to_have_count(0)
    await expect(viewer.get_by_role("button", name="Correct")).to_have_count(0)
    await expect(staff_pages.get_by_role("link", name="API keys")).to_have_count(0)
