"""Plans on the pricing page, as people choose them: by keyboard, without scripts, on a phone, signed in or not."""

import json
import re
import tomllib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Page, expect

from billing_app.catalog.loading import load, read_source
from billing_app.catalog.service import CatalogService
from billing_app.journal.audit import CLI
from tests.browser.conftest import PLANS_CATALOG
from tests.browser.payment_page import pay
from tests.browser.steps import sign_in
from tests.browser.test_first_html import words
from tests.browser.world import PHONE, Installation, World, eventually, in_the_browser, overflow_px, settled
from tests.front_door.product import PROJECT

pytestmark = in_the_browser

# Read from the catalogue's file itself.
PLANS = tomllib.loads((PROJECT / "billing_app/catalog/presets" / f"{PLANS_CATALOG}.toml").read_text())["plans"]
YEARLY = "$290 billed yearly ($24.17/month)"


def card(page: Page, code: str) -> Any:
    return page.locator(f"#plan-{code}")


@pytest.mark.row("C9")
async def test_the_first_html_holds_every_plan_for_both_periods_and_so_does_the_structured_data(
    plans_installation: Installation,
) -> None:
    async with httpx.AsyncClient(base_url=plans_installation.url, trust_env=False, timeout=20) as reader:
        html = (await reader.get("/pricing")).text
    text = words(html)
    for said in (
        "$29 billed monthly", YEARLY, "Save 16% if paid yearly", "$120 billed yearly ($10.00/month)",
        "200 credits every month", "7 days free, then $29 a month until you cancel, in two clicks. Needs a card.",
        "Renews yearly at $120 until you cancel, in two clicks.", "Let\N{RIGHT SINGLE QUOTATION MARK}s talk",
    ):  # fmt: skip
        assert said in text
    (found,) = re.findall(r'<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>', html, re.DOTALL)
    listed = {
        (offer["name"], offer["price"], offer["priceSpecification"].get("unitCode"))
        for offer in json.loads(found)["offers"]
    }
    units = {"month": ("a month", "MON"), "year": ("a year", "ANN")}
    for plan in PLANS:
        for price in plan.get("prices", []):
            period, unit = units[price["period"]]
            assert (f"{plan['name']}, {period}", price["amount"].split(" ")[0], unit) in listed
    assert ("Free", "0.00", None) in listed
    assert "Teams" not in {name for name, _, _ in listed}
    assert re.search(r'<link[^>]*href="[^"?]*/pricing"[^>]*rel="canonical"', html)


@pytest.mark.row("C9")
async def test_without_scripts_the_period_is_chosen_and_the_choice_leads_to_the_sign_in(plans_world: World) -> None:
    page = await plans_world.a_browser(java_script_enabled=False)
    await page.goto("/pricing")
    pro = card(page, "pro")
    await expect(pro.get_by_text("billed monthly", exact=True)).to_be_visible()
    await expect(pro.get_by_text("billed yearly ($24.17/month)", exact=True)).to_be_hidden()
    await page.get_by_text("Yearly", exact=False).first.click()
    await expect(pro.get_by_text("billed yearly ($24.17/month)", exact=True)).to_be_visible()
    await expect(pro.get_by_text("billed monthly", exact=True)).to_be_hidden()
    await pro.get_by_role("button", name=f"Start 14-day trial of Pro, {YEARLY}").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    onward = urlsplit(parse_qs(urlsplit(page.url).query)["next"][0])
    assert onward.path == "/pricing"
    assert parse_qs(onward.query) == {"period": ["year"], "buy": ["plan-pro-year"]}


@pytest.mark.row("C9")
@pytest.mark.row("C1")
async def test_by_arrow_keys_to_yearly_through_the_sign_in_to_a_payment_page_for_just_that(plans_world: World) -> None:
    ada = await plans_world.a_person()
    page = await plans_world.a_browser()
    await page.goto("/pricing")
    await settled(page)
    period = page.get_by_role("group", name="Billing period")
    await expect(period.get_by_text("Save 16%")).to_be_visible()
    await period.get_by_role("radio", name="Monthly").focus()
    await page.keyboard.press("ArrowRight")
    await expect(period.get_by_role("radio", name="Yearly")).to_be_checked()
    await expect(page).to_have_url(f"{plans_world.at.url}/pricing?period=year")
    await expect(page.locator("main [aria-live=polite]")).to_have_text(
        "Yearly prices: Starter $120 a year, Pro $290 a year."
    )
    await page.reload()
    await settled(page)
    await expect(period.get_by_role("radio", name="Yearly")).to_be_checked()
    await card(page, "pro").get_by_role("button", name="Start 14-day trial").click()
    await sign_in(page, ada)
    chosen = page.locator("#resume-choice")
    await expect(chosen).to_contain_text("Pro, 14 days free, then $290 a year")
    await expect(period.get_by_role("radio", name="Yearly")).to_be_checked()
    await chosen.get_by_role("button").click()
    await page.wait_for_url(re.compile(r"/c/pay/"))
    await expect(page.get_by_text("then $290.00 per year")).to_be_visible()
    (checkout,) = await plans_world.rows(
        "SELECT code, kind, stripe_session_id AS id FROM checkouts WHERE customer_id = :id", id=ada.customer_id
    )
    assert (checkout["kind"], checkout["code"]) == ("plan", "pro")
    session = await plans_world.stripe.v1.checkout.sessions.retrieve_async(checkout["id"], {"expand": ["line_items"]})
    assert session.line_items is not None
    price = session.line_items.data[0].price
    assert price is not None
    assert price.recurring is not None
    assert (price.unit_amount, price.recurring.interval) == (29_000, "year")
    await pay(page)
    await page.wait_for_url(re.compile(r"/payment/success"))
    await eventually(
        lambda: plans_world.rows("SELECT 1 FROM subscriptions WHERE customer_id = :id", id=ada.customer_id)
    )
    await page.goto("/pricing?period=year")
    await expect(card(page, "pro").get_by_role("button", name=f"Current plan Pro, {YEARLY}")).to_be_visible()
    await expect(card(page, "starter").get_by_role("link", name="Downgrade to Starter")).to_be_visible()
    await period.get_by_role("radio", name="Monthly").check(force=True)
    switch = card(page, "pro").get_by_role("link", name="Switch to monthly Pro, $29 billed monthly")
    await expect(switch).to_have_attribute("href", "/plan/switch?plan=pro&period=month")


@pytest.mark.row("B7")
async def test_who_is_signed_in_sees_what_they_have_and_is_not_sold_it(plans_world: World) -> None:
    page = await plans_world.a_browser(await plans_world.a_person())
    await page.goto("/pricing")
    await settled(page)
    free = card(page, "free")
    current = free.get_by_role("button", name="Current plan Free")
    await expect(current).to_have_attribute("aria-current", "true")
    await expect(current).to_have_attribute("aria-disabled", "true")
    await expect(free.get_by_role("link")).to_have_count(0)
    await card(page, "teams").get_by_role("link", name="Contact us Teams").click()
    await expect(page.get_by_label("About")).to_have_value("teams")


@pytest.mark.row("C9")
async def test_on_a_phone_the_comparison_names_the_plan_of_each_cell(plans_world: World) -> None:
    page = await plans_world.a_browser(viewport={"width": PHONE, "height": 640})
    await page.goto("/pricing")
    await settled(page)
    table = page.get_by_role("table", name="What each offer includes")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="CV review"))
    await expect(row.get_by_text("Starter")).to_be_visible()
    await expect(row.get_by_role("cell")).to_have_text(
        [
            "Free1 CV review a month",
            "Starter5 CV reviews a month",
            "Pro30 CV reviews a month",
            "TeamsUnlimited CV reviews",
        ]
    )
    assert await overflow_px(page) == 0


@pytest.mark.row("C1")
@pytest.mark.row("C9")
@pytest.mark.row("D1")
@pytest.mark.row("E1")
async def test_each_teams_plans_are_on_the_page_as_soon_as_they_are_published(docs_world: World) -> None:
    catalog = CatalogService(docs_world.database)
    page = await docs_world.a_browser()
    try:
        for name in ("career_coach", "language_tutor", "creator"):
            await catalog.apply(read_source(name), by=CLI)
            await _shows(page, name)
    finally:
        await catalog.apply(read_source("docs_chat"), by=CLI)
    await page.wait_for_timeout(1_100)  # how long a process trusts what it has seen of the catalogue


async def _shows(page: Page, name: str) -> None:
    catalog = load(read_source(name))
    await page.wait_for_timeout(1_100)
    for period in ("month", "year"):
        await page.goto(f"/pricing?period={period}")
        for plan in catalog.plans:
            price = next((each for each in plan.prices if each.period == period), None)
            if price is None:
                continue
            said = f"{price.amount.shown(compact=True)} billed {period}ly"
            await expect(card(page, plan.code)).to_contain_text(said, use_inner_text=True)
            if plan.credits_per_month:
                await expect(card(page, plan.code)).to_contain_text(f"{plan.credits_per_month:,} credits every month")
