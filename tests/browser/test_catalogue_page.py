"""The catalogue's page in a browser: a file is shown with what it changes and whom it touches, before anything is."""

from playwright.async_api import Page, expect

from billing_app.accounts.roles import Role
from billing_app.catalog.loading import read_source
from tests.browser.test_keys import an_administrator
from tests.browser.test_staff_pages import of_role
from tests.browser.world import World, in_the_browser

pytestmark = in_the_browser

FILE = read_source("interview_mate").text


async def choose(page: Page, text: str) -> None:
    await page.get_by_label("Choose a file").set_input_files(
        {"name": "shop.toml", "mimeType": "text/plain", "buffer": text.encode()}
    )


async def test_a_file_is_only_looked_at_until_somebody_applies_it_and_says_why(world: World) -> None:
    page = await world.a_browser(await an_administrator(world))
    await page.goto("/admin/catalogue")
    await choose(page, FILE.replace('"8.00 USD"', '"9.00 USD"', 1))
    await expect(page.get_by_role("heading", name="What shop.toml would change")).to_be_visible()
    await expect(page.get_by_label("Differences")).to_contain_text("packs.popular.price: 8.00 USD -> 9.00 USD")
    await expect(page.get_by_label("Why")).to_have_attribute("required", "")
    await page.get_by_role("button", name="Put it away").first.click()
    await expect(page.get_by_role("heading", name="What shop.toml would change")).to_have_count(0)

    await choose(page, FILE.replace('"8.00 USD"', '"8.00"', 1))
    line = FILE[: FILE.index('"8.00 USD"')].count("\n") + 1
    await expect(page.get_by_role("alert").filter(has_text=f"shop.toml:{line}")).to_be_visible()

    await page.get_by_role("button", name="Compare with Stripe").click()
    await expect(page.get_by_text("In agreement")).to_be_visible(timeout=20_000)
    (row,) = await world.rows("SELECT max(number) AS newest FROM catalog_versions")
    assert row["newest"] == 1


async def test_a_viewer_reads_the_catalogue_and_changes_nothing(world: World) -> None:
    page = await world.a_browser(await of_role(world, Role.VIEWER))
    await page.goto("/admin/catalogue")
    await expect(page.get_by_role("table", name="Versions of the catalogue")).to_be_visible()
    await expect(page.get_by_label("Choose a file")).to_have_count(0)
    await expect(page.get_by_role("button", name="Retire")).to_have_count(0)
