"""The page of mail templates: every mail opens, in HTML and as text, on a phone too."""

import re

from playwright.async_api import expect

from tests.browser.world import World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser


async def test_every_mail_can_be_looked_at_on_a_phone(world: World) -> None:
    page = await world.a_browser(viewport={"width": 390, "height": 800})
    await page.goto("/mailbox/templates")
    await settled(page)
    titles = page.get_by_role("listitem").get_by_role("button")
    await expect(titles.first).to_be_visible()
    assert await titles.count() >= 25
    for title in ("Receipt of a plan", "Renewal failed", "Trial ends, then paid", "None left", "Money given back"):
        button = page.get_by_role("listitem").get_by_role("button", name=re.compile(f"^{title}"))
        await button.first.click()
        await expect(button.first).to_have_attribute("aria-current", "true")
        mail = page.frame_locator("iframe[title='The sample']")
        await expect(mail.get_by_role("heading", level=1)).to_be_visible()
        assert await overflow_px(page) == 0
    # Clicked, not checked: what it shows comes from the server, a moment later.
    await page.get_by_label("Plain text").click()
    await expect(page.locator("pre")).to_contain_text("On ")
    assert await overflow_px(page) == 0
