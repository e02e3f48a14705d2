"""Buying with plain forms and by script: who may, where it leads, what is refused."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.shop import Shop

CHECKOUT = "/api/v1/checkout"


def where(location: str) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(location)
    return parts.path, parse_qs(parts.query)


@pytest.mark.row("A6")
async def test_a_signed_in_persons_form_leads_to_stripes_page(shop: Shop) -> None:
    customer = await shop.a_person()
    async with shop.browser(customer) as browser:
        answer = await browser.post(CHECKOUT, data={"kind": "pack", "code": "popular"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(shop.sandbox.url)
    assert answer.headers["cache-control"] == "no-store"
    assert (await shop.sandbox.pay(answer.headers["location"])).status_code == 303


async def test_a_strangers_form_leads_to_the_sign_in_and_back_to_the_same_choice(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(CHECKOUT, data={"kind": "pack", "code": "popular"})
    path, query = where(answer.headers["location"])
    assert (answer.status_code, path, query) == (303, "/login", {"next": ["/pricing?buy=pack-popular"]})
    assert await shop.rows("SELECT id FROM checkouts") == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "pack", "code": "gigantic"}, "not_for_sale"),
        ({"kind": "plan", "code": "pro"}, "not_for_sale"),
        ({"kind": "pack"}, "invalid_input"),
        ({"kind": "pack", "code": "popular", "return_to": "//evil.example"}, "invalid_input"),
    ],
)
async def test_a_refused_form_goes_back_to_the_pricing_page_and_json_gets_the_problem(
    shop: Shop, fields: dict[str, str], code: str
) -> None:
    customer = await shop.a_person()
    async with shop.browser(customer) as browser:
        form = await browser.post(CHECKOUT, data=fields)
        script = await browser.post(CHECKOUT, json=fields)
    assert (form.status_code, where(form.headers["location"])) == (303, ("/pricing", {"error": [code]}))
    assert script.json()["code"] == code
    assert script.status_code == script.json()["status"]
    assert await shop.rows("SELECT id FROM checkouts") == []


async def test_an_unlock_one_owns_is_refused_over_http(shop: Shop) -> None:
    customer = await shop.a_person()
    await shop.buy(customer, "unlock", "qa_management")
    async with shop.browser(customer) as browser:
        answer = await browser.post(CHECKOUT, json={"kind": "unlock", "code": "qa_management"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_yours")


@pytest.mark.row("A12")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_form_on_another_site_buys_nothing(shop: Shop, origin: str) -> None:
    customer = await shop.a_person()
    async with shop.browser(customer) as browser:
        browser.headers.pop("origin")
        answer = await browser.post(
            CHECKOUT, json={"kind": "pack", "code": "popular"}, headers={"Origin": origin} if origin else {}
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert await shop.rows("SELECT id FROM checkouts") == []


@pytest.mark.row("A8")
@pytest.mark.row("A12")
async def test_the_state_of_a_payment_is_told_to_its_owner_alone(shop: Shop) -> None:
    owner, other = await shop.a_person(), await shop.a_person()
    bought = await shop.buy(owner)
    address = f"{CHECKOUT}/sessions/{bought.session_id}"
    async with shop.browser(owner) as browser:
        mine = await browser.get(address)
    async with shop.browser(other) as browser:
        theirs = await browser.get(address)
        unknown = await browser.get(f"{CHECKOUT}/sessions/cs_test_{'x' * 40}")
    async with shop.browser() as browser:
        strangers = await browser.get(address)
    assert (mine.json()["state"], mine.json()["available"]) == ("granted", 25)
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json()["detail"] == unknown.json()["detail"]
    assert strangers.status_code == 401


async def test_the_way_back_leads_to_where_the_customer_came_from_once(shop: Shop) -> None:
    customer = await shop.a_person()
    bought = await shop.buy(customer, return_to="/playground/interview")
    progress = await shop.services.checkout.state(customer, bought.session_id)
    assert progress.continue_url
    async with shop.browser(customer) as browser:
        first = await browser.get(progress.continue_url)
        second = await browser.get(progress.continue_url)
        forged = await browser.get(f"{CHECKOUT}/return?token=chk_x.y")
    async with shop.browser() as browser:
        stranger = await browser.get(progress.continue_url)
    assert first.headers["location"] == f"/playground/interview?bought={bought.started.public_id}"
    assert second.headers["location"] == forged.headers["location"] == "/dashboard"
    assert stranger.headers["location"].startswith("/login")


async def test_opening_checkouts_without_end_is_slowed_down(shop: Shop) -> None:
    customer = await shop.a_person()
    async with shop.browser(customer) as browser:
        answers = [await browser.post(CHECKOUT, json={"kind": "pack", "code": "popular"}) for _ in range(22)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) > 0
