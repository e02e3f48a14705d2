"""Stripe's payment page as a buyer uses it."""

from playwright.async_api import Page, expect

PAYS = "4242 4242 4242 4242"
DECLINES = "4000 0000 0000 0002"
ASKS_THE_BANK = "4000 0025 0000 3155"


async def shown(page: Page, total: str) -> None:
    """We are on the payment page, and it asks for what was promised."""
    await expect(page.get_by_text("SANDBOX - no money moves")).to_be_visible()
    await expect(page.get_by_test_id("total")).to_have_text(total)


async def pay(page: Page, card: str = PAYS, *, webhooks: str = "now", delay_s: int | None = None) -> None:
    """Fill in a test card and press the button; what comes next is the card's business."""
    email = page.get_by_label("Email")
    if not await email.input_value():
        await email.fill("ada@example.com")
    await page.get_by_role("button", name=f"Fill in test card {card}").click()
    await expect(page.get_by_label("Card number")).to_have_value(card)
    await page.get_by_label("Webhooks arrive").select_option(webhooks)
    if delay_s is not None:
        await page.locator("#delay").fill(str(delay_s))
    await page.locator("#pay").click()


async def back(page: Page) -> None:
    """Leave without paying."""
    await page.get_by_role("link", name="Back to").click()
