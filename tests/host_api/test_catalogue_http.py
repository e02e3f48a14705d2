"""The public catalogue: every figure with its text, the same as the pricing page's, and an ETag."""

import pytest

from billing_app.catalog.offers import sellable
from tests.host_api.host import Host, problem


@pytest.fixture
def sold() -> str:
    return "career_coach"


@pytest.mark.row("C7")
async def test_plans_show_prices_and_quotas_in_figures_and_in_words(host: Host) -> None:
    told = (await host.ask("GET", "/plans", scope=None)).json()["data"]
    offers = sellable(await host.services.catalog.current())
    assert [plan["code"] for plan in told] == [card.code for card in offers.plans]
    basic = (await host.ask("GET", "/plans/basic", scope=None)).json()
    assert basic in told
    prices = {price["period"]: price for price in basic["prices"]}
    assert (prices["month"]["amount_minor"], prices["month"]["display_price"]) == (999, "$9.99")
    assert (prices["year"]["amount_minor"], prices["year"]["saving_percent"]) == (9900, 17)
    quotas = {quota["feature"]: quota for quota in basic["quotas"]}
    assert (quotas["cv_generate"]["limit"], quotas["cv_generate"]["display_quota"]) == (10, "10 CVs a month")
    assert all(quota["name"] and quota["icon"] for quota in basic["quotas"])
    problem(await host.ask("GET", "/plans/nothing", scope=None), 404, "unknown_plan")


@pytest.mark.row("C7")
async def test_features_have_names_and_icons_and_the_comparison_is_the_pages(host: Host) -> None:
    features = (await host.ask("GET", "/features", scope=None)).json()["data"]
    assert {"cv_generate", "mock_interview"} <= {feature["code"] for feature in features}
    assert all(feature["name"] and feature["icon"] for feature in features)
    table = (await host.ask("GET", "/compare", scope=None)).json()
    assert [column["code"] for column in table["columns"]][:2] == ["free", "basic"]
    assert all(len(row["cells"]) == len(table["columns"]) for row in table["rows"])


async def test_the_catalogue_is_sent_again_only_when_it_has_changed(host: Host) -> None:
    async with host.client(None) as client:
        first = await client.get("/api/v1/catalog")
        etag = first.headers["etag"]
        kept = await client.get("/api/v1/catalog", headers={"If-None-Match": f'"other", W/{etag}'})
        other = await client.get("/api/v1/catalog", headers={"If-None-Match": '"other"'})
    assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", etag)
    assert other.json() == first.json()
    assert first.headers["cache-control"] == "public, max-age=60"


async def test_what_things_cost_us_is_nobodys_business(host: Host) -> None:
    text = (await host.ask("GET", "/catalog", scope=None)).text
    assert "cost" not in text.replace("costs nothing", "")


@pytest.mark.parametrize("path", ["/packs", "/unlocks"])
async def test_lists_of_what_is_not_sold_are_empty(host: Host, path: str) -> None:
    assert (await host.ask("GET", path, scope=None)).json() == {"data": []}
