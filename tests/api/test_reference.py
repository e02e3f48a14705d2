"""The reference of the API is a page of its own origin: no script, no network, every endpoint with its answers."""

import base64
import hashlib
import re

import httpx
import pytest

from billing_app.api.app import create_app
from billing_app.api.document import operations
from billing_app.api.reference import page, policy

pytestmark = [pytest.mark.row("A12"), pytest.mark.row("B6")]


async def test_it_runs_nothing_and_fetches_nothing() -> None:
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://billing.example") as browser:
        answer = await browser.get("/api/docs")
        again = await browser.get("/api/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == policy()
    assert answer.text == again.text
    assert "<script" not in answer.text.lower()
    assert not re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", answer.text)
    assert not re.findall(r'(?:src|href|action)="(?!#|/api/openapi\.json)[^"]*"', answer.text)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert "url(" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy().startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy()


def test_every_endpoint_stands_in_it_with_its_fields_and_answers() -> None:
    document = create_app().openapi()
    shown = page(document)
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(ids)
    tables = re.findall(r"<table(.*?)</table>", shown, re.DOTALL)
    assert all(" role=" in one and "<caption>" in one for one in tables), "drawn as blocks, they stay tables"
    for method, path, said in operations(document):
        part = shown.partition(f'id="{re.sub(r"[^a-z0-9]+", "-", f"{method} {path}".lower()).strip("-")}"')[2]
        part = part.partition("</article>")[0]
        assert f"{method}</b> <code>{path}</code>" in part
        assert all(f">{status}</b>" in part for status in said["responses"]), path
    consume = shown.partition('id="post-api-v1-credits-consume"')[2].partition("</article>")[0]
    for word in ("Authorization: Bearer $BILLING_KEY", "Idempotency-Key", ">reference<", ">402</b>"):
        assert word in consume, word


def test_what_the_document_says_is_shown_as_text() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    operation = {
        "tags": [hostile],
        "description": f"{hostile} and `{hostile}`",
        "parameters": [{"name": hostile, "in": "query", "schema": {"type": "string", "description": hostile}}],
        "responses": {"200": {"description": hostile, "content": {"application/json": {"example": {"x": hostile}}}}},
    }
    said = {"title": hostile, "version": "1", "description": hostile}
    shown = page({"info": said, "paths": {"/x": {"get": operation}}, "components": {}})
    assert "<img" not in shown
    assert shown.count("&lt;img") > 6
