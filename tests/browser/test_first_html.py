"""What a search engine, a reader without JavaScript, and `curl` see of the pricing page: all of it (PR1, PR16)."""

import json
import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from billing_app.money import Money
from tests.browser.conftest import CATALOG
from tests.browser.world import Installation, World, in_the_browser
from tests.front_door.product import PROJECT

pytestmark = in_the_browser

FILE = PROJECT / "billing_app" / "catalog" / "presets" / f"{CATALOG}.toml"


def sold() -> list[tuple[str, str, str]]:
    """Name, price and currency of everything for sale, read from the catalogue's file itself."""
    catalogue = tomllib.loads(Path(FILE).read_text())
    return [(item["name"], *item["price"].split(" ")) for kind in ("packs", "unlocks") for item in catalogue[kind]]


@pytest.fixture
def first_html(installation: Installation) -> str:
    answer = httpx.get(f"{installation.url}/pricing", trust_env=False, timeout=20)
    assert answer.status_code == 200
    return answer.text


def words(html: str) -> str:
    """What the page says, without markup, scripts and styles."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<!--.*?-->", "", re.sub(r"<[^!][^>]*>", " ", html))))


@pytest.mark.row("A1")
@pytest.mark.row("A2")
async def test_every_name_price_and_credit_count_is_in_the_first_html(first_html: str) -> None:
    text = words(first_html)
    for pack, credits, price, each in (
        ("Starter", "10 credits", "$4", "$0.40"),
        ("Popular", "25 credits", "$8", "$0.32"),
        ("Pro", "50 credits", "$15", "$0.30"),
    ):
        start = text.index(f" {pack} ")
        card = text[start : start + 200]
        assert price in card
        assert credits in card
        assert each in card
    for unlock, price in (("AI Q&A Generator", "$10"), ("Q&A Management", "$25")):
        assert unlock in text
        assert f"Buy for {price}" in text
    assert "Recommended" in text[text.index(" Popular ") : text.index("25 credits")]


@pytest.mark.row("A1")
async def test_structured_data_says_what_the_catalogue_says(first_html: str) -> None:
    found = re.findall(r'<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>', first_html, re.DOTALL)
    assert len(found) == 1
    document: dict[str, Any] = json.loads(found[0])
    assert (document["@type"], document["name"]) == ("Product", "Interview Mate")
    offers = [(offer["name"], offer["price"], offer["priceCurrency"]) for offer in document["offers"]]
    assert offers == sold()
    text = words(first_html)
    for name, price, currency in offers:
        assert name in text
        assert Money.parse(f"{price} {currency}").shown(compact=True) in text


async def test_title_description_and_language_are_there(first_html: str) -> None:
    assert re.search(r"<html[^>]*\blang=\"en\"", first_html)
    assert re.search(r"<title[^>]*>Pricing · Interview Mate</title>", first_html)
    description = re.search(r'<meta[^>]*name="description"[^>]*>', first_html)
    assert description
    assert "One credit is one practice session" in description[0]


async def test_no_private_state_is_in_it(first_html: str) -> None:
    for word in ("example.com", "whsec_", "sk_test", "session="):
        assert word not in first_html


async def test_without_javascript_a_choice_leads_to_the_sign_in_and_keeps_its_name(world: World) -> None:
    page = await world.a_browser(java_script_enabled=False)
    await page.goto("/pricing")
    await expect(page.get_by_role("button", name="Buy Popular: 25 credits for $8")).to_be_visible()
    await page.get_by_role("button", name="Buy Popular: 25 credits for $8").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=%2Fpricing%3Fbuy%3Dpack-popular" in page.url


async def test_without_javascript_one_who_is_signed_in_gets_to_the_payment_page(world: World) -> None:
    page = await world.a_browser(await world.a_person(), java_script_enabled=False)
    await page.goto("/pricing")
    await page.get_by_role("button", name="Buy Starter: 10 credits for $4").click()
    await expect(page.get_by_test_id("total")).to_have_text("$4.00")
