"""Built pages are served at their own address, and cached exactly as long as they hold."""

from pathlib import Path

import httpx
import pytest
from reflex.utils.precompressed_staticfiles import PrecompressedStaticFiles
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from billing_app.site import Site


@pytest.fixture
def browser(tmp_path: Path) -> httpx.AsyncClient:
    for name in ("index.html", "pricing.html", "pricing/index.html", "payment/success.html", "assets/root-a1b2.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"this is {name}")

    async def balance(_request: object) -> JSONResponse:
        return JSONResponse({}, headers={"Cache-Control": "no-store"})

    pages = PrecompressedStaticFiles(directory=tmp_path, html=True)
    inner = Starlette(routes=[Route("/api/v1/balance", balance), Mount("/", pages)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(Site(inner, tmp_path)), base_url="http://test")


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "index.html"), ("/pricing", "pricing.html"), ("/payment/success?session_id=cs_1", "payment/success.html")],
)
async def test_a_page_answers_at_its_own_address(browser: httpx.AsyncClient, path: str, page: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.text == f"this is {page}"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_what_is_named_after_its_content_is_kept_for_ever(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/root-a1b2.js")
    assert "immutable" in answer.headers["Cache-Control"]


async def test_an_answer_that_says_how_it_is_cached_is_left_alone(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/v1/balance")).headers["Cache-Control"] == "no-store"


async def test_what_is_missing_is_not_cached(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/gone.js")
    assert answer.status_code == 404
    assert "Cache-Control" not in answer.headers
