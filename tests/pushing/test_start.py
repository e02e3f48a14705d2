"""A sandbox starts with everything its catalogue sells in Stripe: so `CATALOG=... make run` works for each preset."""

import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from billing_app.bootstrap import Services, build, close
from billing_app.catalog.comparison import comparison
from billing_app.catalog.credit_table import credit_table
from billing_app.catalog.faq import questions
from billing_app.catalog.jsonld import product
from billing_app.catalog.loading import load, preset_names, read_source
from billing_app.catalog.offers import sellable
from billing_app.settings import DemoData, Settings
from billing_app.supervisor.places import Places
from billing_app.supervisor.preparing import prepare
from tests.pushing.conftest import settings_for
from tests.stripe_sandbox import StripeSandbox

NOWHERE = "http://127.0.0.1:9/api/v1/webhooks/stripe"


@pytest.fixture
def sandbox_settings(owner_url: str, database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> Any:
    def of(catalog: str) -> Settings:
        secret = {"stripe_webhook_secret": SecretStr("whsec_by_hand"), "demo": DemoData.FEW}
        return settings_for(database_url, sandbox, tmp_path, catalog=catalog, database_owner_url=owner_url, **secret)

    return of


@pytest.mark.row("C10")
@pytest.mark.row("E4")
@pytest.mark.parametrize("preset", preset_names())
async def test_a_preset_starts_with_its_prices_in_stripe_and_a_second_start_changes_nothing(
    preset: str, sandbox_settings: Any, sandbox: StripeSandbox
) -> None:
    settings = sandbox_settings(preset)
    Places.of(settings).make()
    first = await prepare(settings, NOWHERE)
    assert "prices in Stripe (new)" in first["summary"]
    assert "demo data" in first["summary"]
    assert len(first["sign_ins"]) >= 2
    prices = {price.id for price in sandbox.client().v1.prices.list({"limit": 100, "active": True}).data}

    began = time.monotonic()
    second = await prepare(settings, NOWHERE)
    assert time.monotonic() - began < 15
    assert "prices in Stripe," in second["summary"]
    assert {p.id for p in sandbox.client().v1.prices.list({"limit": 100, "active": True}).data} == prices

    services = await build(settings)
    try:
        assert not await services.push.is_due()
        await _demo_people_live_by_the_catalogue(services, first["sign_ins"])
        for plan in (await services.catalog.current()).plans:
            for price in plan.prices:
                offer = await services.catalog.offer("plan", plan.code, price.period)
                assert offer.stripe_price_id in prices
    finally:
        await close(services)


@pytest.mark.parametrize("preset", preset_names())
def test_everything_the_pages_of_a_preset_show_can_be_worked_out(preset: str) -> None:
    catalog = load(read_source(preset))
    offers = sellable(catalog)
    assert [*offers.plans, *offers.packs, *offers.unlocks]
    assert questions(catalog)
    assert comparison(catalog).columns
    assert credit_table(catalog) is not None
    assert product(offers, catalog.brand, catalog.tax, "https://shop.example")["offers"]


async def _demo_people_live_by_the_catalogue(services: Services, sign_ins: list[dict[str, Any]]) -> None:
    """Two customers of a host have plans where plans are sold; everyone has used some of what they may."""
    catalog = await services.catalog.current()
    async with services.database.transaction() as session:
        held = (await session.execute(text("SELECT status, trial_end FROM subscriptions ORDER BY id"))).all()
    sells_plans = any(plan.prices for plan in catalog.plans)
    assert [tuple(row) for row in held] == ([("active", None)] * 2 if sells_plans else [])
    own = next(one["customer_id"] for one in sign_ins if one["customer_id"] is not None)
    for usage in await services.entitlements.usage(own):
        assert usage.limit == 0 or usage.used > 0, usage.feature
    assert (await services.credits.balance(own)).owed == 0
