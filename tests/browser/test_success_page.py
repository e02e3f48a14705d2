"""The success address proves nothing: it shows what our ledger says to whom it belongs, and grants nothing."""

import pytest
from playwright.async_api import expect

from tests.browser.payment_page import back, pay, shown
from tests.browser.steps import buy, choose, is_granted
from tests.browser.world import World, in_the_browser

pytestmark = [*in_the_browser, pytest.mark.row("A8")]

UNKNOWN = "We cannot find this payment"


@pytest.mark.row("A12")
async def test_somebody_elses_success_address_shows_nothing_and_grants_nothing(world: World) -> None:
    ada, eve = await world.a_person(), await world.a_person(name="eve")
    hers = await world.a_browser(ada)
    await buy(hers, "Popular", "+25 credits", "25 credits")

    page = await world.a_browser(eve)
    await page.goto(hers.url)
    await expect(page.get_by_role("heading", name=UNKNOWN)).to_be_visible()
    await expect(page.locator("#payment")).not_to_contain_text("Popular")
    await expect(page.locator("#usage")).to_have_attribute("data-available", "0")
    assert await world.grants(eve) == []
    assert await world.grants(ada) == [25]
    (session,) = await world.sessions(ada)
    answer = await page.request.get(f"/api/v1/checkout/sessions/{session}")
    assert (answer.status, (await answer.json())["code"]) == (404, "not_found")


async def test_ones_own_success_address_opened_again_tells_the_truth_and_grants_nothing(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await buy(page, "Starter", "+10 credits", "10 credits")
    await world.use(ada, 4, "elsewhere")

    await page.goto(page.url)
    await is_granted(page, "+10 credits", "6 credits")
    second = await page.context.new_page()
    await second.goto(page.url)
    await is_granted(second, "+10 credits", "6 credits")
    assert await world.grants(ada) == [10]


async def test_the_success_address_of_an_unpaid_checkout_says_that_it_is_not_paid(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Pro")
    await shown(page, "$15.00")
    payment_page = page.url
    (session,) = await world.sessions(ada)

    await page.goto(f"/payment/success?session_id={session}")
    await expect(page.get_by_role("heading", name="Not paid yet")).to_be_visible()
    await expect(page.get_by_role("link", name="Back to the payment page")).to_have_attribute("href", payment_page)
    assert await world.grants(ada) == []
    # It watches on: paid in another tab, the credits appear here.
    second = await page.context.new_page()
    await second.goto(payment_page)
    await pay(second)
    await is_granted(page, "+50 credits", "50 credits")


@pytest.mark.parametrize("query", ["", "?session_id=", "?session_id=cs_test_madeup", "?session_id=<b>", "?x=1"])
async def test_an_address_that_names_no_payment_says_so(world: World, query: str) -> None:
    page = await world.a_browser(await world.a_person())
    await page.goto(f"/payment/success{query}")
    await expect(page.get_by_role("heading", name=UNKNOWN)).to_be_visible()


async def test_a_stranger_is_asked_to_sign_in(world: World) -> None:
    page = await world.a_browser()
    await page.goto("/payment/success?session_id=cs_test_madeup")
    await expect(page.get_by_role("heading", name="Sign in to see your payment")).to_be_visible()


@pytest.mark.row("A12")
async def test_somebody_elses_cancel_address_names_nothing_of_theirs(world: World) -> None:
    ada, eve = await world.a_person(), await world.a_person(name="eve")
    hers = await world.a_browser(ada)
    await choose(hers, "Popular")
    await shown(hers, "$8.00")
    await back(hers)
    await expect(hers.locator("#payment")).to_contain_text("Popular")

    page = await world.a_browser(eve)
    await page.goto(hers.url)
    await expect(page.get_by_role("heading", name="Nothing was charged")).to_be_visible()
    await expect(page.locator("#payment")).not_to_contain_text("Popular")
    await expect(page.get_by_role("link", name="Try again")).to_have_attribute("href", "/pricing")
