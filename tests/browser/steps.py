"""What people do on our pages, in the order they do it."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.payment_page import pay
from tests.browser.world import PASSWORD, Person


async def choose(page: Page, name: str) -> None:
    """Click an offer's button on the pricing page."""
    await page.goto("/pricing")
    await page.get_by_role("button", name=f"Buy {name}").first.click()


async def is_granted(page: Page, gained: str, balance: str) -> None:
    """The success page says by itself what was gained and what there is now; so does the bar above it."""
    await expect(page.locator("#payment")).to_have_attribute("data-stage", "granted")
    await expect(page.get_by_role("heading", level=1)).to_have_text(gained)
    await expect(page.locator("#new-balance")).to_have_text(balance)
    await expect(page.locator("#usage")).to_contain_text(balance)


async def buy(page: Page, name: str, gained: str, balance: str) -> None:
    """A pack, paid and granted."""
    await choose(page, name)
    await pay(page)
    await is_granted(page, gained, balance)


async def sign_in(page: Page, person: Person, password: str = PASSWORD) -> None:
    """By the form."""
    await page.get_by_label("E-mail").fill(person.email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def mail_to(page: Page, email: str, subject: str) -> Locator:
    """Open the mailbox, and in it the newest mail to somebody with these words in its subject: the mail's body."""
    mail = page.get_by_role("main").get_by_role("button").filter(has_text=email)
    mail = mail.filter(has_text=re.compile(subject, re.IGNORECASE)).first
    await page.goto("/mailbox")
    for _ in range(20):  # it is on its way: the page shows what was there when it was opened
        if await _is_there(mail):
            break
        await page.reload()
    await mail.click()
    await expect(mail).to_have_attribute("aria-current", "true")
    return page.frame_locator("iframe[title='The mail']").locator("body")


async def _is_there(mail: Locator) -> bool:
    try:
        await mail.wait_for(timeout=1_500)
    except TimeoutError:
        return False
    return True


async def tells(page: Page, words: str) -> None:
    """The page announces this; it has other places for announcements, which are silent."""
    await expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


async def open_account_menu(page: Page) -> None:
    """By the button with one's initial."""
    await page.locator("summary").filter(has_text="Account menu").click()
