"""What every answer of the API has in common: one form of error, ids, limits, closed doors."""

import asyncio

import httpx
import pytest
from fastapi.routing import APIRoute

from billing_app.api.app import create_app
from billing_app.bootstrap import make_current
from billing_app.settings import get_settings
from tests.shop import Shop


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nothing"), ("POST", "/api/v1/nothing/at/all"), ("GET", "/api/"), ("DELETE", "/api/v1/health")],
)
async def test_unknown_addresses_answer_a_json_problem(shop: Shop, method: str, path: str) -> None:
    async with shop.browser() as browser:
        answer = await browser.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "not_found"
    assert body["request_id"] == answer.headers["x-request-id"]


async def test_every_kind_of_problem_has_an_address_that_explains_it(shop: Shop) -> None:
    async with shop.browser() as browser:
        body = (await browser.get("/api/v1/checkout/sessions/cs_test_1")).json()
        meaning = await browser.get(body["type"])
        assert (await browser.get("/api/problems/nonsense")).status_code == 404
    assert body["code"] == meaning.json()["code"] == "unauthenticated"
    assert meaning.json()["meaning"]


async def test_answers_carry_safe_headers_and_open_no_door_to_other_sites(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.get("/api/v1/health", headers={"Origin": "https://evil.example"})
        preflight = await browser.options(
            "/api/v1/checkout",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )
    for got in (answer, preflight):
        assert "access-control-allow-origin" not in got.headers
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["x-frame-options"] == "DENY"
        assert got.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_a_request_id_is_taken_over_when_it_is_one(shop: Shop) -> None:
    async with shop.browser() as browser:
        kept = await browser.get("/api/v1/health", headers={"X-Request-ID": "req_of_my_proxy"})
        made = await browser.get("/api/v1/health", headers={"X-Request-ID": "<script>"})
    assert kept.headers["x-request-id"] == "req_of_my_proxy"
    assert made.headers["x-request-id"].startswith("req_")


async def test_the_documentation_and_its_schema_are_served(shop: Shop) -> None:
    async with shop.browser() as browser:
        schema = (await browser.get("/api/openapi.json")).json()
        page = await browser.get("/api/docs")
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/checkout", "/api/v1/webhooks/stripe", "/api/v1/health"} <= schema["paths"].keys()
    assert page.status_code == 200
    assert "/api/{path}" not in schema["paths"]


async def test_bodies_over_one_mebibyte_are_refused_on_every_route(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post("/api/auth/sign-in", content=b"x" * 1_048_577)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_error_nobody_foresaw_tells_nothing_but_its_request_id(shop: Shop) -> None:
    app = create_app(shop.services)

    async def broken() -> None:
        raise RuntimeError("the password is hunter2")

    app.router.routes.insert(0, APIRoute("/api/v1/broken", broken))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=shop.url) as client:
        answer = await client.get("/api/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "hunter2" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_while_the_process_is_starting_the_api_says_so(shop: Shop) -> None:
    make_current(None)
    app = create_app(shop.services)
    app.state.services = None
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=shop.url) as client:
        answer = await client.get("/api/v1/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]


async def test_served_alone_it_makes_its_own_services_and_gives_them_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = shop.services.settings
    for name, value in (
        ("DATABASE_URL", settings.database_url),
        ("STRIPE_API_BASE", settings.stripe_api_base),
        ("SECRET_KEY", settings.secret_key.get_secret_value()),
        ("PUBLIC_URL", shop.url),
    ):
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    app = create_app()
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=shop.url) as client,
        ):
            assert (await client.get("/api/v1/health")).json()["status"] == "ok"
        assert app.state.services is None
    finally:
        get_settings.cache_clear()


async def test_forty_requests_at_once_are_all_answered(shop: Shop) -> None:
    async with shop.browser() as browser:
        answers = await asyncio.gather(*[browser.get("/api/v1/health") for _ in range(40)])
    assert {answer.status_code for answer in answers} == {200}
