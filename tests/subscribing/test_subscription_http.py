"""One's plan over HTTP: who may, where forms lead, what scripts are told, what is refused."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.shop import Shop
from tests.subscribing.planners import Planners

BASE = "/api/v1/subscription"
CHANGES = ("preview", "switch", "undo", "cancel", "resume", "portal", "payment-method")


def where(answer: httpx.Response) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(answer.headers["location"])
    return parts.path, parse_qs(parts.query)


@pytest.mark.row("B5")
@pytest.mark.row("D3")
async def test_a_plan_lives_its_life_over_http(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_person()
    async with shop.browser(customer) as browser:
        none = (await browser.get(BASE)).json()
        assert (none["plan"], none["status"], none["payment_method"]) == ("free", "free", None)
        assert {(each["plan"], each["period"]): each["kind"] for each in none["relations"]} == {
            ("free", None): "current",
            ("basic", "month"): "start",
            ("basic", "year"): "start",
            ("pro", "month"): "trial",
            ("pro", "year"): "trial",
            ("easy", "month"): "trial",
            ("max", "month"): "start",
            ("enterprise", None): "contact",
        }
        opened = await browser.post(f"{BASE}/checkout", data={"plan": "basic", "period": "month"})
        assert opened.status_code == 303
        assert (await shop.sandbox.pay(opened.headers["location"])).status_code == 303
        await shop.settle()
        mine = (await browser.get(BASE)).json()
        assert (mine["plan"], mine["price"], mine["can"]["switch"]) == (
            "basic",
            {"minor": 1_000, "currency": "USD"},
            True,
        )
        assert mine["payment_method"]["last4"] == "4242"
        upcoming = (await browser.get(f"{BASE}/upcoming")).json()["upcoming"]
        assert (upcoming["due"]["minor"], upcoming["at"]) == (1_000, mine["next_charge_at"])
        shown = (await browser.post(f"{BASE}/preview", json={"plan": "pro", "period": "month"})).json()
        assert (shown["kind"], shown["now"], shown["credits"]["next"]) == ("upgrade", True, 5_000)
        changed = (await browser.post(f"{BASE}/switch", json={"token": shown["token"]})).json()
        assert changed["state"] == "done"
        await shop.settle()
        later = (await browser.post(f"{BASE}/preview", data={"plan": "basic", "period": "month"})).json()
        form = await browser.post(f"{BASE}/switch", data={"token": later["token"]})
        assert where(form) == ("/dashboard", {"plan": ["scheduled"]})
        await shop.settle()
        assert (await browser.get(BASE)).json()["scheduled"]["plan"] == "basic"
        assert not (await browser.post(f"{BASE}/undo", json={})).json()["already"]
        await shop.settle()
        cancelled = (await browser.post(f"{BASE}/cancel", json={"reason": "unused"})).json()
        assert (cancelled["already"], cancelled["ends_at"]) == (False, mine["period_end"])
        await shop.settle()
        assert where(await browser.post(f"{BASE}/resume", data={"x": ""})) == ("/dashboard", {"plan": ["resumed"]})
        portal = await browser.post(f"{BASE}/portal", data={"return_to": "/invoices"})
        assert portal.headers["location"].startswith(f"{shop.sandbox.url}/p/session/")
        card = (await browser.post(f"{BASE}/payment-method", json={})).json()
        assert card["url"].startswith(f"{shop.sandbox.url}/p/session/")
        gone = await browser.post(f"{BASE}/cancel", json={"when": "now"})
        assert gone.status_code == 200
        await shop.settle()
        assert (await browser.get(BASE)).json()["status"] == "free"


@pytest.mark.row("C1")
async def test_a_strangers_choice_survives_the_sign_in(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(f"{BASE}/checkout", data={"plan": "pro", "period": "year"})
        scripted = await browser.post(f"{BASE}/checkout", json={"plan": "pro", "period": "year"})
    assert where(answer) == ("/login", {"next": ["/pricing?period=year&buy=plan-pro-year"]})
    assert scripted.status_code == 401
    assert await shop.rows("SELECT id FROM checkouts") == []


@pytest.mark.row("A12")
async def test_nobody_acts_without_signing_in_nor_from_another_site(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_person()
    await plans.take(customer, "basic")
    async with shop.browser() as stranger:
        assert (await stranger.get(BASE)).status_code == 401
        assert (await stranger.get(f"{BASE}/upcoming")).status_code == 401
        for path in CHANGES:
            assert (await stranger.post(f"{BASE}/{path}", json={})).status_code == 401, path
    async with shop.browser(customer) as browser:
        for path in (*CHANGES, "checkout"):
            for origin in ("https://evil.example", "null"):
                answer = await browser.post(f"{BASE}/{path}", json={}, headers={"Origin": origin})
                assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), path
    assert (await plans.my(customer)).ends_at is None


@pytest.mark.row("A12")
async def test_a_plan_is_seen_and_changed_by_its_owner_alone(shop: Shop, plans: Planners) -> None:
    owner, other = await shop.a_person(), await shop.a_person()
    await plans.take(owner, "basic")
    shown = await plans.service.preview(owner, "pro", "month")
    async with shop.browser(other) as browser:
        assert (await browser.get(BASE)).json()["plan"] == "free"
        stolen = await browser.post(f"{BASE}/switch", json={"token": shown.token})
        assert (stolen.status_code, stolen.json()["code"]) == (409, "preview_expired")
        for path in ("undo", "cancel", "resume"):
            assert (await browser.post(f"{BASE}/{path}", json={})).json()["code"] == "no_subscription"
        portal = await browser.post(f"{BASE}/portal", json={})
        assert (portal.status_code, portal.json()["code"]) == (409, "no_stripe_customer")
    assert (await plans.my(owner)).plan == "basic"


REFUSED = [
    ("checkout", {"plan": "old", "period": "month"}, 404, "not_for_sale"),
    ("checkout", {"plan": "basic", "period": "week"}, 404, "not_for_sale"),
    ("checkout", {"plan": "basic"}, 422, "invalid_input"),
    ("checkout", {"plan": "free", "period": "month"}, 409, "no_checkout_needed"),
    ("checkout", {"plan": "enterprise", "period": "month"}, 409, "by_contact"),
    ("checkout", {"plan": "basic", "period": "month", "return_to": "//evil.example"}, 422, "invalid_input"),
    ("checkout", {"plan": "basic", "period": "month", "success_url": "https://evil.example"}, 422, "invalid_input"),
    ("checkout", {"plan": "basic", "period": "month", "cancel_url": "javascript:0"}, 422, "invalid_input"),
    ("preview", {"plan": "pro", "period": "month"}, 404, "no_subscription"),
    ("switch", {"token": "forged"}, 409, "preview_expired"),
    ("switch", {}, 422, "invalid_input"),
    ("cancel", {"when": "yesterday"}, 422, "invalid_input"),
    ("cancel", {"reason": "because"}, 422, "invalid_input"),
    ("portal", {"return_to": "https://evil.example"}, 422, "invalid_input"),
    ("portal", {}, 409, "no_stripe_customer"),
]


@pytest.mark.row("D3")
async def test_bad_input_is_refused_by_name_and_changes_nothing(shop: Shop) -> None:
    customer = await shop.a_person()
    async with shop.browser(customer) as browser:
        for path, fields, status, code in REFUSED:
            answer = await browser.post(f"{BASE}/{path}", json=fields)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (path, fields)
            assert answer.json()["detail"]
            if path == "preview":
                continue
            form = await browser.post(f"{BASE}/{path}", data=fields or {"x": ""})
            if form.status_code != 429:
                assert (form.status_code, where(form)[1]["error"]) == (303, [code]), (path, fields)
    assert await shop.rows("SELECT id FROM checkouts") == []


async def test_who_has_a_plan_is_refused_another_checkout_over_http(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_person()
    await plans.take(customer, "basic")
    async with shop.browser(customer) as browser:
        answer = await browser.post(f"{BASE}/checkout", json={"plan": "pro", "period": "month"})
        assert (answer.status_code, answer.json()["code"]) == (409, "already_subscribed")
        same = await browser.post(f"{BASE}/preview", json={"plan": "basic", "period": "month"})
        assert (same.status_code, same.json()["code"]) == (409, "same_plan")


async def test_changing_ones_mind_without_end_is_slowed_down(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_person()
    await plans.take(customer, "basic")
    async with shop.browser(customer) as browser:
        answers = [await browser.post(f"{BASE}/undo", json={}) for _ in range(22)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) > 0
