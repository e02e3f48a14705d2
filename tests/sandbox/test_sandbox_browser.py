"""The hosted page in a real browser: by mouse, by keyboard alone, and without JavaScript."""

import shutil
from collections.abc import Iterator

import pytest
import stripe
from playwright.sync_api import Browser, expect, sync_playwright

from tests.sandbox.billing import a_customer, a_plan, a_subscription
from tests.sandbox.running import Sandbox
from tests.sandbox.world import a_session

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield launched
        launched.close()


def test_one_click_cards_decline_challenge_and_pay(
    sandbox: Sandbox, client: stripe.StripeClient, browser: Browser
) -> None:
    home = f"{sandbox.url}/healthz?session={{CHECKOUT_SESSION_ID}}"
    session = a_session(client, success_url=home, cancel_url=f"{sandbox.url}/healthz?back")
    page = browser.new_page(color_scheme="dark")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(str(session.url))
    expect(page.get_by_text("SANDBOX - no money moves")).to_be_visible()
    page.get_by_label("Email").fill("ada@example.com")

    page.get_by_role("button", name="Fill in test card 4000 0000 0000 9995").click()
    expect(page.get_by_label("Card number")).to_have_value("4000 0000 0000 9995")
    page.get_by_role("button", name="Pay $8.00").click()
    expect(page.get_by_role("alert")).to_have_text("Your card has insufficient funds.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value("ada@example.com")

    page.get_by_role("button", name="Fill in test card 4000 0025 0000 3155").click()
    page.get_by_role("button", name="Pay $8.00").click()
    page.get_by_role("button", name="Fail authentication").click()
    expect(page.get_by_role("alert")).to_contain_text("unable to authenticate")

    page.get_by_role("button", name="Fill in test card 4000 0025 0000 3155").click()
    page.get_by_label("Webhooks arrive").select_option("late")
    page.get_by_role("button", name="Pay $8.00").click()
    page.get_by_role("button", name="Authorise payment").click()
    page.wait_for_url(home.replace("{CHECKOUT_SESSION_ID}", session.id))
    page.goto(str(session.url))
    expect(page.get_by_role("heading", name="You have paid")).to_be_visible()
    assert [error for error in errors if "402" not in error] == []
    page.close()


def test_the_keyboard_alone_pays(sandbox: Sandbox, client: stripe.StripeClient, browser: Browser) -> None:
    session = a_session(client, success_url=f"{sandbox.url}/healthz?paid", customer_email="ada@example.com")
    page = browser.new_page()
    page.goto(str(session.url))
    page.get_by_label("Card number").focus()
    for text in ("4242424242424242", "1240", "123", "Ada Lovelace"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_label("Card number")).to_have_value("4242 4242 4242 4242")
    expect(page.get_by_label("Expiry")).to_have_value("12 / 40")
    page.get_by_label("Cardholder name").press("Enter")
    page.wait_for_url("**/healthz?paid")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    page.close()


def test_no_javascript_is_needed_and_back_goes_to_the_seller(
    sandbox: Sandbox, client: stripe.StripeClient, browser: Browser
) -> None:
    session = a_session(
        client,
        success_url=f"{sandbox.url}/healthz?paid",
        cancel_url=f"{sandbox.url}/healthz?back",
        automatic_tax={"enabled": True},
    )
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(str(session.url))
    page.get_by_role("link", name="Back to").click()
    page.wait_for_url("**/healthz?back")
    page.go_back()
    page.get_by_role("button", name="Fill in test card 4242 4242 4242 4242").click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Country or region").select_option("FR")
    page.get_by_role("button", name="Update tax").click()
    expect(page.get_by_test_id("total")).to_have_text("$9.60")
    page.get_by_role("button", name="Pay $9.60").click()
    page.wait_for_url("**/healthz?paid")
    context.close()


def test_a_customer_signs_up_changes_the_card_and_cancels_in_the_portal(
    sandbox: Sandbox, client: stripe.StripeClient, browser: Browser
) -> None:
    session = a_session(
        client,
        mode="subscription",
        line_items=[{"price": a_plan(client), "quantity": 1}],
        subscription_data={"trial_period_days": 14},
        success_url=f"{sandbox.url}/healthz?paid",
    )
    page = browser.new_page()
    page.goto(str(session.url))
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Fill in test card 4242 4242 4242 4242").click()
    page.get_by_role("button", name="Start trial").click()
    page.wait_for_url("**/healthz?paid")
    [made] = client.v1.subscriptions.list().data
    assert made.status == "trialing"
    page.goto(client.v1.billing_portal.sessions.create({"customer": str(made.customer)}).url)
    page.get_by_role("link", name="Add a card").click()
    page.get_by_role("button", name="Fill in test card 4000 0025 0000 3155").click()
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("button", name="Authorise payment").click()
    expect(page.get_by_text("Visa ending in 3155")).to_be_visible()
    page.get_by_role("link", name="Cancel subscription").click()
    page.get_by_role("button", name="Cancel subscription").click()
    expect(page.get_by_role("button", name="Don't cancel")).to_be_visible()
    assert client.v1.subscriptions.retrieve(made.id).cancel_at_period_end is True
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(
    sandbox: Sandbox, client: stripe.StripeClient, browser: Browser, width: int
) -> None:
    customer = a_customer(client)
    made = a_subscription(client, customer, a_plan(client))
    portal = client.v1.billing_portal.sessions.create({"customer": customer}).url
    invoice = str(client.v1.invoices.retrieve(str(made.latest_invoice)).hosted_invoice_url)
    page = browser.new_page(viewport={"width": width, "height": 800})
    for address in (
        str(a_session(client).url), portal, f"{portal}/card", f"{portal}/cancel", invoice, sandbox.url,
        f"{sandbox.url}/objects/customer/{customer}", f"{sandbox.url}/objects/invoice",
    ):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.close()
