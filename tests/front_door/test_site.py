"""Built pages are served at their own address, and cached exactly as long as they hold."""

import base64
import hashlib
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from reflex.utils.precompressed_staticfiles import PrecompressedStaticFiles
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from billing_app.settings import Settings
from billing_app.site import Site

SCRIPT = "window.__a = 1"
SETTINGS = Settings(
    _env_file=None,  # pyright: ignore[reportCallIssue]
    stripe_api_base="http://127.0.0.1:12111",
    secret_key=SecretStr("a secret of more than thirty-two characters"),
    public_url="https://billing.example",
)


@pytest.fixture
def browser(tmp_path: Path) -> httpx.AsyncClient:
    names = ("index.html", "pricing.html", "pricing/index.html", "payment/success.html", "assets/root-a1b2.js")
    for name in (*names, "__spa-fallback.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"this is {name}")
    (tmp_path / "contact.html").write_text(f'<script>{SCRIPT}</script><script type="application/ld+json">{{}}</script>')

    async def balance(_request: object) -> JSONResponse:
        return JSONResponse({}, headers={"Cache-Control": "no-store"})

    pages = PrecompressedStaticFiles(directory=tmp_path, html=True)
    inner = Starlette(routes=[Route("/api/v1/balance", balance), Mount("/", pages)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(Site(inner, tmp_path, SETTINGS)), base_url="http://test")


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "index.html"), ("/pricing", "pricing.html"), ("/payment/success?session_id=cs_1", "payment/success.html")],
)
async def test_a_page_answers_at_its_own_address(browser: httpx.AsyncClient, path: str, page: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.text == f"this is {page}"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_customers_own_address_is_put_together_by_the_browser(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/admin/customers/12")
    assert (answer.status_code, answer.text) == (200, "this is __spa-fallback.html")
    assert (await browser.get("/admin/customers/12x")).status_code == 404


async def test_what_is_named_after_its_content_is_kept_for_ever(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/root-a1b2.js")
    assert "immutable" in answer.headers["Cache-Control"]


async def test_an_answer_that_says_how_it_is_cached_is_left_alone(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/v1/balance")).headers["Cache-Control"] == "no-store"


@pytest.mark.row("A12")
async def test_a_page_may_run_its_own_scripts_and_none_else(browser: httpx.AsyncClient) -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    told = (await browser.get("/contact")).headers["Content-Security-Policy"]
    policy = {name: rest for name, _, rest in (part.partition(" ") for part in told.split("; "))}
    assert policy["script-src"] == f"'self' 'sha256-{digest}'"
    assert policy["connect-src"] == "'self' wss://billing.example"
    assert policy["form-action"] == "'self' http://127.0.0.1:12111 http://localhost:12111"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["default-src"] == "'self'"


@pytest.mark.row("A12")
@pytest.mark.parametrize("path", ["/", "/pricing", "/assets/root-a1b2.js", "/api/v1/balance", "/nowhere"])
async def test_every_answer_says_what_a_browser_must_not_do(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]


async def test_what_is_missing_is_not_cached(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/gone.js")
    assert answer.status_code == 404
    assert "Cache-Control" not in answer.headers
