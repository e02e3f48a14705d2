"""The sign-in routes over HTTP: forms and JSON, cookies, origins, and what a hostile request gets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from billing_app.accounts.client_address import client_address
from billing_app.accounts.service import AccountService
from billing_app.api.app import create_app
from billing_app.api.auth import router
from billing_app.settings import Settings
from tests.accounts.people import PASSWORD

ORIGIN = "http://localhost:3000"
LinkFor = Callable[[str], Awaitable[str]]
Post = Callable[..., Awaitable[httpx.Response]]


def an_app(accounts: AccountService, **settings: Any) -> FastAPI:
    """The product's own API, of which these routes need no more than accounts and settings."""
    services: Any = SimpleNamespace(accounts=accounts, settings=Settings(_env_file=None, **settings))  # pyright: ignore[reportCallIssue]
    return create_app(services)


def a_browser(app: FastAPI, base_url: str = ORIGIN) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=base_url, headers={"Origin": base_url}, follow_redirects=False
    )


@pytest.fixture
def app(accounts: AccountService) -> FastAPI:
    return an_app(accounts)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser(app) as client:
        yield client


async def _signed_up(browser: httpx.AsyncClient, link_for: LinkFor, email: str = "anna@example.com") -> None:
    await browser.post("/api/auth/sign-up", data={"email": email, "password": PASSWORD})
    answer = await browser.post("/api/auth/verify", data={"token": await link_for(email)})
    assert answer.headers["location"] == "/dashboard"


def _place(answer: httpx.Response) -> tuple[str, dict[str, list[str]]]:
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    parts = urlsplit(answer.headers["location"])
    return parts.path, parse_qs(parts.query)


async def test_a_stranger_signs_up_confirms_and_comes_back_to_the_same_choice(
    browser: httpx.AsyncClient, accounts: AccountService, link_for: LinkFor, mails: Callable[[], Awaitable[list[Any]]]
) -> None:
    choice = "/pricing?period=year&pack=popular"
    answer = await browser.post(
        "/api/auth/sign-up", data={"email": "anna@example.com", "password": PASSWORD, "next": choice}
    )
    assert _place(answer) == ("/login", {"done": ["sign_up"], "next": [choice]})
    assert "session" not in browser.cookies
    link = await accounts.verification_link((await mails())[0].data)
    assert link is not None
    page, query = urlsplit(link).path, parse_qs(urlsplit(link).query)
    assert (page, query["next"]) == ("/verify", [choice])
    answer = await browser.post("/api/auth/verify", data={"token": query["token"][0], "next": query["next"][0]})
    assert answer.headers["location"] == choice
    principal = await accounts.who(browser.cookies["session"])
    assert principal is not None
    assert principal.email == "anna@example.com"
    assert "sign-up" not in browser.cookies


async def test_the_mail_opened_in_another_browser_asks_for_the_password_there(
    app: FastAPI, browser: httpx.AsyncClient, accounts: AccountService, link_for: LinkFor
) -> None:
    await browser.post("/api/auth/sign-up", data={"email": "anna@example.com", "password": PASSWORD, "next": "/p"})
    token = await link_for("anna@example.com")
    async with a_browser(app) as phone:
        answer = await phone.post("/api/auth/verify", data={"token": token, "next": "/p"})
        assert _place(answer) == ("/login", {"error": ["password_needed"], "token": [token], "next": ["/p"]})
        answer = await phone.post(
            "/api/auth/sign-in",
            data={"email": "anna@example.com", "password": "a wrong password", "token": token, "next": "/p"},
        )
        assert _place(answer) == ("/login", {"error": ["wrong_credentials"], "token": [token], "next": ["/p"]})
        answer = await phone.post(
            "/api/auth/sign-in",
            data={"email": "anna@example.com", "password": PASSWORD, "token": token, "next": "/p"},
        )
        assert answer.headers["location"] == "/p"
        assert await accounts.who(phone.cookies["session"]) is not None


async def test_sign_up_answers_byte_for_byte_alike_for_free_and_taken_addresses(
    app: FastAPI, browser: httpx.AsyncClient, link_for: LinkFor
) -> None:
    await _signed_up(browser, link_for)
    answers = []
    for email in ("anna@example.com", "bert@example.com"):
        async with a_browser(app) as stranger:
            answer = await stranger.post("/api/auth/sign-up", data={"email": email, "password": PASSWORD})
            cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")
            headers = {key: value for key, value in answer.headers.items() if key not in ("set-cookie", "x-request-id")}
            answers.append((answer.status_code, answer.content, headers, len(cookie[0]), cookie[2]))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("route", ["sign-in", "request-reset"])
async def test_other_forms_answer_byte_for_byte_alike_for_known_and_unknown_addresses(
    app: FastAPI, browser: httpx.AsyncClient, link_for: LinkFor, route: str
) -> None:
    await _signed_up(browser, link_for)
    answers = []
    for email in ("anna@example.com", "bert@example.com"):
        async with a_browser(app) as stranger:
            answer = await stranger.post(f"/api/auth/{route}", data={"email": email, "password": "a wrong password"})
            del answer.headers["x-request-id"]
            answers.append((answer.status_code, answer.content, answer.headers.raw))
    assert answers[0] == answers[1]


async def test_the_cookie_is_out_of_scripts_reach_and_bound_to_this_host(
    accounts: AccountService, link_for: LinkFor
) -> None:
    async with a_browser(an_app(accounts)) as browser:
        await _signed_up(browser, link_for)
    for url, name, flags in (
        (ORIGIN, "session", "; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax"),
        ("https://app.example.com", "__Host-session", "; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax; Secure"),
    ):
        async with a_browser(an_app(accounts, public_url=url), url) as browser:
            answer = await browser.post("/api/auth/sign-in", data={"email": "anna@example.com", "password": PASSWORD})
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(name))
        value = cookie.removeprefix(f"{name}=").partition(";")[0]
        assert len(value) == 43
        assert cookie == f"{name}={value}{flags}"


async def test_signing_in_again_ends_the_session_before(
    browser: httpx.AsyncClient, accounts: AccountService, link_for: LinkFor
) -> None:
    await _signed_up(browser, link_for)
    first = browser.cookies["session"]
    await browser.post("/api/auth/sign-in", data={"email": "anna@example.com", "password": PASSWORD})
    assert browser.cookies["session"] != first
    assert await accounts.who(first) is None


async def test_signing_out_ends_the_session_and_takes_the_cookie(
    browser: httpx.AsyncClient, accounts: AccountService, link_for: LinkFor
) -> None:
    await _signed_up(browser, link_for)
    token = browser.cookies["session"]
    answer = await browser.post("/api/auth/sign-out")
    assert answer.status_code == 415
    answer = await browser.post("/api/auth/sign-out", data={"next": "/pricing"})
    assert answer.headers["location"] == "/pricing"
    assert "session" not in browser.cookies
    assert await accounts.who(token) is None
    empty = {"Content-Type": "application/x-www-form-urlencoded"}
    assert _place(await browser.post("/api/auth/sign-out", content=b"", headers=empty)) == (
        "/login",
        {"done": ["signed_out"]},
    )


async def test_signing_out_everywhere_ends_the_phones_session_too(
    app: FastAPI, browser: httpx.AsyncClient, accounts: AccountService, link_for: LinkFor
) -> None:
    await _signed_up(browser, link_for)
    async with a_browser(app) as phone:
        await phone.post("/api/auth/sign-in", data={"email": "anna@example.com", "password": PASSWORD})
        await browser.post("/api/auth/sign-out", data={"everywhere": "yes"})
        assert await accounts.who(phone.cookies["session"]) is None


async def test_a_forgotten_password_is_reset_by_forms_alone(browser: httpx.AsyncClient, link_for: LinkFor) -> None:
    await _signed_up(browser, link_for)
    answer = await browser.post("/api/auth/request-reset", data={"email": "anna@example.com"})
    assert _place(answer) == ("/forgot", {"done": ["reset_requested"]})
    token = await link_for("anna@example.com")
    answer = await browser.post("/api/auth/reset", data={"token": token, "password": "short"})
    assert _place(answer) == ("/reset", {"error": ["password_too_short"], "token": [token]})
    answer = await browser.post("/api/auth/reset", data={"token": token, "password": "nine green bicycles"})
    assert _place(answer) == ("/login", {"done": ["reset"]})
    assert "session" not in browser.cookies
    answer = await browser.post(
        "/api/auth/sign-in", data={"email": "anna@example.com", "password": "nine green bicycles"}
    )
    assert _place(answer)[0] == "/dashboard"


async def test_the_password_is_changed_only_by_who_is_signed_in_and_knows_it(
    browser: httpx.AsyncClient, link_for: LinkFor
) -> None:
    fields = {"old_password": PASSWORD, "password": "nine green bicycles"}
    answer = await browser.post("/api/auth/change-password", data=fields)
    assert _place(answer) == ("/account", {"error": ["unauthenticated"]})
    await _signed_up(browser, link_for)
    answer = await browser.post("/api/auth/change-password", data=fields | {"old_password": "a wrong password"})
    assert _place(answer) == ("/account", {"error": ["wrong_password"]})
    answer = await browser.post("/api/auth/change-password", data=fields)
    assert _place(answer) == ("/account", {"done": ["password_changed"]})


async def test_guessing_is_answered_with_how_long_to_wait(browser: httpx.AsyncClient, link_for: LinkFor) -> None:
    fields = {"email": "anna@example.com", "password": "a wrong password"}
    for _ in range(10):
        await browser.post("/api/auth/sign-in", data=fields)
    path, query = _place(await browser.post("/api/auth/sign-in", data=fields))
    assert (path, query["error"]) == ("/login", ["rate_limited"])
    assert int(query["retry_after_s"][0]) > 0
    answer = await browser.post("/api/auth/sign-in", json=fields)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")


async def test_json_is_answered_with_json_and_problems(browser: httpx.AsyncClient, link_for: LinkFor) -> None:
    await _signed_up(browser, link_for)
    fields = {"email": "anna@example.com", "password": PASSWORD, "next": "/playground"}
    answer = await browser.post("/api/auth/sign-in", json=fields)
    assert (answer.status_code, answer.json()) == (200, {"next": "/playground"})
    answer = await browser.post("/api/auth/sign-in", json=fields | {"password": "a wrong password"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    answer = await browser.post("/api/auth/sign-in", json={"email": "anna@example.com"})
    assert (answer.status_code, answer.json()["field"]) == (422, "password")


async def test_staff_land_on_their_own_pages_unless_they_were_on_their_way(
    browser: httpx.AsyncClient, accounts: AccountService
) -> None:
    await accounts.create_admin(email="boss@example.com", password=PASSWORD, name="The boss")
    fields = {"email": "boss@example.com", "password": PASSWORD}
    answer = await browser.post("/api/auth/sign-in", data=fields)
    assert answer.headers["location"] == "/admin"
    answer = await browser.post("/api/auth/sign-in", data=fields | {"next": "/account"})
    assert answer.headers["location"] == "/account"


@pytest.mark.parametrize(
    "hostile",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example",
        "/\r\nSet-Cookie: session=x", "evil.example", "/api/auth/sign-out", "\\/evil.example", "/" + "x" * 2000, " /x",
    ],
)  # fmt: skip
async def test_nobody_is_sent_to_another_site(browser: httpx.AsyncClient, link_for: LinkFor, hostile: str) -> None:
    await _signed_up(browser, link_for)
    fields = {"email": "anna@example.com", "password": PASSWORD, "next": hostile}
    answer = await browser.post("/api/auth/sign-in", data=fields)
    assert answer.headers["location"] == "/dashboard"
    assert (await browser.post("/api/auth/sign-in", json=fields)).json() == {"next": "/dashboard"}
    answer = await browser.post("/api/auth/sign-in", data=fields | {"password": "wrong"})
    assert _place(answer) == ("/login", {"error": ["wrong_credentials"]})


@pytest.mark.row("A12")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost:3000"},
        {"Origin": "http://localhost:3000.evil.example"},
        {"Origin": "http://localhost:3000@evil.example"},
        {"Origin": "http://[", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
)
async def test_another_site_cannot_post_with_our_cookie(
    app: FastAPI, browser: httpx.AsyncClient, accounts: AccountService, link_for: LinkFor, headers: dict[str, str]
) -> None:
    await _signed_up(browser, link_for)
    cookies = dict(browser.cookies)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, cookies=cookies) as victim:
        for route in ("sign-out", "sign-in", "change-password", "verify", "reset", "sign-up", "request-reset"):
            answer = await victim.post(f"/api/auth/{route}", data={"next": "/x"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert await accounts.who(cookies["session"]) is not None


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}]
)
async def test_a_page_that_hides_its_address_is_vouched_for_by_the_browser(
    app: FastAPI, headers: dict[str, str]
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        answer = await client.post("/api/auth/sign-out", data={"next": "/pricing"}, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"email=a", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("", b"email=a", 415),
        ("application/json", b"{", 422),
        ("application/json", b"[]", 422),
        ("application/json", b'{"email": 1, "password": "x"}', 422),
        ("application/json", b'{"email": "a", "password": {"$ne": ""}}', 422),
        ("application/json", b'{"email": "a@example.com", "password": "\\ud800"}', 422),
        ("application/json", b"[" * 10_000, 422),
        ("application/json", b'{"email": "' + b"x" * 20_000 + b'"}', 413),
        ("application/x-www-form-urlencoded", b"email=" + b"x" * 20_000, 413),
        ("application/x-www-form-urlencoded", b"email=a&email=b&password=c", 422),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(30)), 422),
        ("application/x-www-form-urlencoded", b"email=%ff%fe&password=x", 422),
        ("application/x-www-form-urlencoded", "email=ä".encode(), 422),
    ],
)
async def test_bodies_of_any_other_kind_are_refused_clearly(
    browser: httpx.AsyncClient, content_type: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = await browser.post("/api/auth/sign-in", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_happens_by_following_a_link(browser: httpx.AsyncClient) -> None:
    paths = {route.path for route in router.routes if isinstance(route, APIRoute)}
    assert len(paths) == 7
    for path in paths:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "client"),
    [
        ("203.0.113.7", [], 0, "203.0.113.7"),
        ("203.0.113.7", ["1.1.1.1"], 0, "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7"], 1, "203.0.113.7"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.7"], 1, "203.0.113.7"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.7, 10.0.0.2"], 2, "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7"], 2, "203.0.113.7"),
        ("10.0.0.1", [], 1, "10.0.0.1"),
        ("10.0.0.1", ["nonsense"], 1, "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7:5000"], 1, "203.0.113.7"),
        ("10.0.0.1", ["[2001:db8::1]:5000"], 1, "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], 1, "2001:db8::1"),
        (None, [], 0, None),
        ("testclient", [], 0, None),
    ],
)
def test_the_clients_address_is_what_our_own_proxies_saw(
    peer: str | None, forwarded: list[str], hops: int, client: str | None
) -> None:
    assert client_address(peer, forwarded, hops) == client


async def test_a_made_up_forwarded_address_does_not_help_to_guess(browser: httpx.AsyncClient) -> None:
    fields = {"email": "anna@example.com", "password": "a wrong password"}
    answers = [
        await browser.post("/api/auth/sign-in", data=fields, headers={"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(11)
    ]
    assert _place(answers[-1])[1]["error"] == ["rate_limited"]


async def test_a_form_sent_before_its_page_was_live_leads_where_the_page_was_told(
    browser: httpx.AsyncClient, link_for: LinkFor
) -> None:
    await _signed_up(browser, link_for)
    credentials = {"email": "anna@example.com", "password": PASSWORD, "next": ""}
    for told, path in (("/pricing%3Fbuy%3Dpack-popular", "/pricing"), ("https://evil.example/", "/dashboard")):
        referer = {"Referer": f"{ORIGIN}/login?next={told}"}
        answer = await browser.post("/api/auth/sign-in", data=credentials, headers=referer)
        assert _place(answer)[0] == path
