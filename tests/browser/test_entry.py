"""Making an account, signing in and out, forgotten passwords: by the pages and the mails alone."""

import re
import secrets

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.payment_page import pay, shown
from tests.browser.steps import choose, is_granted, mail_to, open_account_menu, sign_in, tells
from tests.browser.world import PASSWORD, World, in_the_browser

pytestmark = in_the_browser

NEW_PASSWORD = "nine green bicycles"


async def follow(page: Page, email: str, subject: str) -> None:
    """Click the button in the newest such mail."""
    mail = await mail_to(page, email, subject)
    await mail.get_by_role("link").first.click()


@pytest.mark.row("A8")
async def test_a_stranger_signs_up_confirms_by_mail_and_buys_what_they_chose(world: World) -> None:
    email = f"grace-{secrets.token_hex(4)}@example.com"
    page = await world.a_browser()
    await choose(page, "Popular")
    await expect(page.locator("input[name=next]")).to_have_value("/pricing?buy=pack-popular")
    await page.get_by_role("link", name="Make an account").click()
    await expect(page.get_by_role("heading", name="Make an account")).to_be_visible()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await expect(page.locator("input[name=next]")).to_have_value("/pricing?buy=pack-popular")
    await page.get_by_role("button", name="Make an account").click()
    await tells(page, "Check your inbox")

    await follow(page, email, "confirm")
    await expect(page).to_have_url(re.compile("/verify/?[?]token="))
    await page.get_by_role("button", name="Confirm my address").click()
    await expect(page).to_have_url(re.compile("/pricing/?[?]buy=pack-popular"))
    await open_account_menu(page)
    await expect(page.get_by_text(email)).to_be_visible()

    await page.locator("#resume-choice").get_by_role("button", name="Buy Popular").click()
    await shown(page, "$8.00")
    await pay(page)
    await is_granted(page, "+25 credits", "25 credits")


async def test_a_wrong_password_is_refused_in_one_sentence_and_the_way_on_is_kept(world: World) -> None:
    ada = await world.a_person(credits=4)
    page = await world.a_browser()
    await page.goto("/login?next=/playground")
    await expect(page.locator("input[name=next]")).to_have_value("/playground")
    await sign_in(page, ada, "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("The e-mail or the password is not right")
    await expect(page.locator("input[name=next]")).to_have_value("/playground")
    await sign_in(page, ada)
    await expect(page).to_have_url(re.compile("/playground/?$"))
    await expect(page.locator("#usage")).to_contain_text("4 credits")


async def test_an_address_that_is_not_ours_is_not_gone_to_after_signing_in(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser()
    await page.goto("/login?next=https://evil.example/")
    await expect(page.locator("input[name=next]")).to_have_value("/dashboard")
    await sign_in(page, ada)
    await expect(page).to_have_url(re.compile(re.escape(world.at.url) + "/dashboard/?$"))


async def test_a_forgotten_password_is_set_anew_and_other_browsers_are_signed_out(world: World) -> None:
    ada = await world.a_person()
    elsewhere = await world.a_browser(ada)
    await elsewhere.goto("/dashboard")
    await expect(elsewhere.locator("#available")).to_have_text("0")

    page = await world.a_browser()
    await page.goto("/login")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await expect(page.get_by_role("heading", name="Set a new password")).to_be_visible()
    await page.get_by_label("E-mail").fill(ada.email)
    await page.get_by_role("button", name="Send the link").click()
    await tells(page, "a link is on its way")
    await follow(page, ada.email, "password")
    await page.get_by_label("Password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Set the password").click()
    await tells(page, "Your password is new")

    await sign_in(page, ada)
    await expect(page.get_by_role("alert")).to_contain_text("not right")
    await sign_in(page, ada, NEW_PASSWORD)
    await expect(page).to_have_url(re.compile("/dashboard/?$"))
    await elsewhere.reload()
    await expect(elsewhere).to_have_url(re.compile("/login/?[?]next="))


async def test_a_used_link_says_so(world: World) -> None:
    page = await world.a_browser()
    await page.goto("/verify?token=made-up")
    await page.get_by_role("button", name="Confirm my address").click()
    await expect(page.get_by_role("alert")).to_contain_text("This link is used, too old, or replaced")


async def test_signing_out_ends_the_session_not_only_the_cookie(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await page.goto("/pricing")
    await open_account_menu(page)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile("/pricing/?$"))
    await expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()

    with_the_old_cookie = await world.a_browser(ada)
    await with_the_old_cookie.goto("/dashboard")
    await expect(with_the_old_cookie).to_have_url(re.compile("/login/?[?]next="))


async def test_the_account_page_changes_the_password_and_ends_other_browsers(world: World) -> None:
    ada = await world.a_person()
    page, other = await world.a_browser(ada), await world.a_browser()
    await other.goto("/login")
    await sign_in(other, ada)
    await expect(other).to_have_url(re.compile("/dashboard/?$"))

    await page.goto("/account")
    browsers = page.get_by_role("main").get_by_role("listitem")
    await expect(browsers).to_have_count(2)
    await expect(browsers.filter(has_text="this one")).to_have_count(1)
    await browsers.get_by_role("button", name="Sign out").click()
    await tells(page, "That browser is signed out")
    await other.goto("/dashboard")
    await expect(other).to_have_url(re.compile("/login/?[?]next="))

    await page.get_by_label("Current password").fill("not this one")
    await page.get_by_label("New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_role("alert")).to_contain_text("The present password is not right")
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_label("New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await tells(page, "Your password is new")
    await expect(page).to_have_url(re.compile("/account/?[?]done=password_changed"))


@pytest.mark.row("A12")
async def test_a_forged_event_ends_no_session_of_somebody_else(world: World) -> None:
    ada, eve = await world.a_person(), await world.a_person(name="eve")
    second = await world.a_browser()
    await second.goto("/login")
    await sign_in(second, eve)
    await expect(second).to_have_url(re.compile("/dashboard/?$"))
    target = await world.accounts.who(ada.token)
    assert target is not None
    page = await world.a_browser(eve)
    forged: list[str] = []

    async def forge(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def on_message(message: str | bytes) -> None:
            if isinstance(message, str) and '"session_id":' in message:
                message = re.sub(r'"session_id":\d+', f'"session_id":{target.session_id}', message)
                forged.append(message)
            server.send(message)

        socket.on_message(on_message)

    await page.route_web_socket(re.compile("/_event"), forge)
    await page.goto("/account")
    await page.get_by_role("main").get_by_role("listitem").get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert len(forged) == 1
    assert await world.accounts.who(ada.token) is not None
