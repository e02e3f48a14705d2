"""Buying in a real browser: from the pricing page over Stripe's page to the credits, and every way that goes astray."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.payment_page import ASKS_THE_BANK, DECLINES, PAYS, back, pay, shown
from tests.browser.steps import choose, is_granted, mail_to, sign_in
from tests.browser.world import Person, World, eventually, in_the_browser

pytestmark = in_the_browser


@pytest.mark.row("A8")
@pytest.mark.row("A11")
async def test_a_pack_is_bought_from_the_pricing_page_and_is_there_without_a_reload(world: World) -> None:
    ada = await world.a_person(credits=2)
    page = await world.a_browser(ada)
    loads: list[str] = []
    page.on("domcontentloaded", lambda loaded: loads.append(loaded.url) if "/payment/success" in loaded.url else None)
    await choose(page, "Popular")
    await shown(page, "$8.00")
    await expect(page.get_by_label("Email")).to_have_value(ada.email)
    await pay(page, PAYS)

    await is_granted(page, "+25 credits", "27 credits")
    assert len(loads) == 1, "the page was loaded once and showed the balance by itself"
    assert await world.grants(ada) == [2, 25]


@pytest.mark.row("A8")
async def test_a_purchase_is_on_the_dashboard_and_its_receipt_in_the_mailbox(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Starter")
    await pay(page)
    await is_granted(page, "+10 credits", "10 credits")

    await page.get_by_role("link", name="See your dashboard").click()
    await expect(page.locator("#available")).to_have_text("10")
    lot = page.get_by_role("table", name="Lots in the order they are used").get_by_role("row").nth(1)
    await expect(lot).to_contain_text("1st")
    await expect(lot).to_contain_text("10 for $4.00")
    purchase = page.get_by_role("table", name="Purchases, newest first").get_by_role("row").nth(1)
    await expect(purchase).to_contain_text("Starter")
    await expect(purchase).to_contain_text("$4.00")
    await expect(purchase).to_contain_text("Paid")

    receipt = await mail_to(page, ada.email, "receipt")
    await expect(receipt).to_contain_text("$4.00")
    await expect(receipt).to_contain_text("10 credits")


@pytest.mark.row("A7")
async def test_a_declined_card_keeps_the_page_and_the_next_card_pays_once(world: World) -> None:
    world.expects("402 (Payment Required)")
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Pro")
    await pay(page, DECLINES)
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    await shown(page, "$15.00")
    assert await world.grants(ada) == []

    await pay(page, PAYS)
    await is_granted(page, "+50 credits", "50 credits")
    assert await world.grants(ada) == [50]


@pytest.mark.row("A8")
async def test_going_back_charges_nothing_and_try_again_leads_to_the_same_payment_page(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Popular")
    await shown(page, "$8.00")
    payment_page = page.url
    await back(page)

    await expect(page.get_by_role("heading", name="Nothing was charged")).to_be_visible()
    await expect(page.locator("#payment")).to_contain_text("Popular")
    assert await world.grants(ada) == []
    retry = page.get_by_role("link", name="Try again")
    await expect(retry).to_have_attribute("href", payment_page)
    await retry.click()
    await shown(page, "$8.00")
    await pay(page)
    await is_granted(page, "+25 credits", "25 credits")
    assert await world.grants(ada) == [25]


@pytest.mark.row("A8")
async def test_a_stranger_signs_in_and_goes_on_with_the_same_choice(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser()
    await choose(page, "Pro")
    await expect(page).to_have_url(re.compile(r"/login/?\?next="))
    await expect(page.locator("input[name=next]")).to_have_value("/pricing?buy=pack-pro")
    await sign_in(page, ada)

    await page.locator("#resume-choice").get_by_role("button", name="Buy Pro: 50 credits for $15").click()
    await shown(page, "$15.00")
    await pay(page)
    await is_granted(page, "+50 credits", "50 credits")


async def test_the_bank_is_asked_and_a_failed_answer_leaves_everything_as_it_was(world: World) -> None:
    world.expects("402 (Payment Required)")
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Starter")
    await pay(page, ASKS_THE_BANK)
    await page.locator("#fail").click()
    await expect(page.get_by_role("alert")).to_contain_text("unable to authenticate")
    assert await world.grants(ada) == []

    await pay(page, ASKS_THE_BANK)
    await page.locator("#authorise").click()
    await is_granted(page, "+10 credits", "10 credits")
    assert await world.grants(ada) == [10]


@pytest.mark.row("A2")
@pytest.mark.row("A11")
async def test_an_unlock_for_ever_is_bought_once_and_never_offered_again(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Q&A Management")
    await shown(page, "$25.00")
    await pay(page)
    await expect(page.get_by_role("heading", name="Q&A Management is yours")).to_be_visible()

    await page.goto("/pricing")
    card = page.locator("#unlock-qa_management")
    await expect(card.get_by_text("Yours")).to_be_visible()
    await expect(card.get_by_role("button")).to_have_count(0)
    # An old tab that still shows the button: the shop refuses, and says so.
    answer = await page.request.post(
        "/api/v1/checkout",
        form={"kind": "unlock", "code": "qa_management"},
        headers={"Origin": world.at.url},
        max_redirects=0,
    )
    assert answer.headers["location"].startswith("/pricing?error=already_yours")
    await page.goto(answer.headers["location"])
    await expect(page.get_by_role("alert")).to_contain_text("You own that already")
    assert len(await world.sessions(ada)) == 1


async def test_the_same_choice_in_two_tabs_is_one_payment_page(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    second = await page.context.new_page()
    await choose(page, "Popular")
    await shown(page, "$8.00")
    await choose(second, "Popular")
    await shown(second, "$8.00")
    assert second.url == page.url

    await pay(page)
    await is_granted(page, "+25 credits", "25 credits")
    await second.reload()
    await expect(second.get_by_role("heading", name="You have paid")).to_be_visible()
    assert await world.grants(ada) == [25]


async def test_an_expired_payment_page_says_so_and_leads_back_to_the_offer(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Popular")
    await shown(page, "$8.00")
    (session,) = await world.sessions(ada)
    await world.stripe.v1.checkout.sessions.expire_async(session)

    await page.goto(f"/payment/success?session_id={session}")
    await expect(page.get_by_role("heading", name="This payment page has expired")).to_be_visible()
    await expect(page.get_by_role("link", name="Choose again")).to_have_attribute("href", "/pricing#pack-popular")
    assert await world.grants(ada) == []


@pytest.mark.row("A7")
@pytest.mark.row("A11")
async def test_a_refund_takes_the_credits_back_and_the_dashboard_shows_it(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Starter")
    await pay(page)
    await is_granted(page, "+10 credits", "10 credits")
    (row,) = await world.rows(
        "SELECT stripe_payment_intent AS id FROM payments WHERE customer_id = :id", id=ada.customer_id
    )
    await page.goto("/dashboard")
    await expect(page.locator("#available")).to_have_text("10")
    await world.stripe.v1.refunds.create_async({"payment_intent": row["id"]})

    await expect(page.locator("#available")).to_have_text("0")  # by itself, without a reload
    await expect(page.get_by_role("table", name="Purchases, newest first")).to_contain_text("Refunded")
    await page.get_by_text("Used, expired and taken back").click()
    await expect(page.get_by_role("table", name="Lots that are used up")).to_contain_text("10 taken back")
    assert await eventually(lambda: _is_zero(world, ada))


async def _is_zero(world: World, person: Person) -> bool:
    return await world.available(person) == 0
