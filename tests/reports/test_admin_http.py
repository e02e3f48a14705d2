"""The admin API: for staff and admin keys alone, from allowed addresses; a CSV's rows are the API's, to the cent."""

import csv
import io
import json
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.client_address import AddressNotAllowed, check_allowed
from billing_app.accounts.cookie import session_cookie
from billing_app.accounts.customers import ensure_customer
from billing_app.accounts.staff import DEMO_ADMIN_EMAIL, DEMO_CUSTOMER_EMAIL, DEMO_PASSWORD
from billing_app.accounts.use_case import Visit
from billing_app.api.document import operations
from billing_app.api.v1.admin.shapes import header
from billing_app.api.v1.admin.tables import TABLES
from billing_app.journal.audit import CLI
from billing_app.settings import Settings
from billing_app.usage import LlmCall, NewPrice, Tokens
from tests.host_api.host import Host, problem
from tests.reports.journals import random_lives, write
from tests.usage.books import LONG_AGO

YEAR = {"first": "2026-01-01", "last": "2026-12-31", "interval": "month", "currency": "USD"}


async def ask(host: Host, path: str, scope: Scope | None = Scope.ADMIN, /, **params: Any) -> httpx.Response:
    async with host.client(host.keys[scope] if scope else None) as client:
        return await client.get(f"/api/v1/admin/{path}", params=params)


def admin_paths(host: Host) -> list[str]:
    told = operations(host.app.openapi())
    found = [path for _, path, about in told if path.startswith("/api/v1/admin/") and "security" in about]
    return [path.removeprefix("/api/v1/admin/").replace("{name}", "movements") for path in found]


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.row("C8")
async def test_every_figure_is_for_admin_keys_and_staff_and_for_nobody_else(host: Host) -> None:
    for path in admin_paths(host):
        assert (await ask(host, path, customer_id=1)).status_code in (200, 404), path
        problem(await ask(host, path, Scope.SERVER), 403, "wrong_scope")
        problem(await ask(host, path, Scope.READ_ONLY), 403, "wrong_scope")
        problem(await ask(host, path, None), 401, "unauthenticated")


@pytest.mark.row("C8")
async def test_staff_ask_by_the_cookie_of_their_pages_and_customers_are_refused(host: Host) -> None:
    accounts = host.services.accounts
    staff, customer = DEMO_ADMIN_EMAIL, DEMO_CUSTOMER_EMAIL
    await accounts.ensure_demo()
    for email in (staff, customer):
        signed_in = await accounts.sign_in(email=email, password=DEMO_PASSWORD, visit=Visit(ip=None, agent=None))
        cookie = f"{session_cookie(secure=False)}={signed_in.token}"
        async with host.client(None, Cookie=cookie) as client:
            answer = await client.get("/api/v1/admin/recurring")
        if email == staff:
            assert answer.status_code == 200, answer.text
        else:
            problem(answer, 403, "role_too_low")


@pytest.mark.row("C8")
@pytest.mark.row("B6")
async def test_a_list_of_addresses_lets_pass_those_alone(host: Host) -> None:
    settings = host.services.settings
    settings.admin_allowed_addresses = ["10.0.0.0/8"]
    try:
        problem(await ask(host, "recurring"), 403, "address_not_allowed")
        settings.admin_allowed_addresses = ["127.0.0.1"]
        assert (await ask(host, "recurring")).status_code == 200
    finally:
        settings.admin_allowed_addresses = []


@pytest.mark.parametrize(
    ("address", "networks", "passes"),
    [
        ("10.1.2.3", [], True),
        (None, [], True),
        ("10.1.2.3", ["10.0.0.0/8"], True),
        ("11.1.2.3", ["10.0.0.0/8", "203.0.113.7"], False),
        ("203.0.113.7", ["10.0.0.0/8", "203.0.113.7"], True),
        ("::ffff:10.1.2.3", ["10.0.0.0/8"], True),
        ("2001:db8::1", ["2001:db8::/32"], True),
        (None, ["10.0.0.0/8"], False),
    ],
)
def test_an_address_is_in_a_network_or_it_is_not(address: str | None, networks: list[str], *, passes: bool) -> None:
    if passes:
        check_allowed(address, networks)
    else:
        with pytest.raises(AddressNotAllowed):
            check_allowed(address, networks)


def test_a_list_of_addresses_with_a_mistake_in_it_stops_the_start() -> None:
    with pytest.raises(ValueError, match="ADMIN_ALLOWED_ADDRESSES"):
        Settings(_env_file=None, admin_allowed_addresses=["10.0.0"])  # pyright: ignore[reportCallIssue]


async def test_what_is_asked_wrongly_says_what_to_do(host: Host) -> None:
    problem(await ask(host, "overview", first="2026-02-01", last="2026-01-01"), 422, "invalid_input")
    problem(await ask(host, "overview", days=30, last="2026-01-01"), 422, "invalid_input")
    problem(await ask(host, "overview", interval="hour"), 422, "invalid_input")
    problem(await ask(host, "overview", first="2020-01-01", last="2026-01-01", interval="day"), 422, "invalid_input")
    problem(await ask(host, "customer-cost"), 422, "invalid_input")
    problem(await ask(host, "exports/nothing.csv"), 404, "not_found")
    problem(await ask(host, "exports/margins.csv", by="moon"), 422, "invalid_input")


async def seed(host: Host) -> None:
    """A year of random subscriptions, calls of a model with and without a price, and a few packs."""
    random = Random(11)
    ids = await write(host.services.database, random_lives(random, customers=30, days=365))
    for model, each in (("gpt-4o", "10"), ("gpt-4o-mini", "0.6")):
        price = Decimal(each)
        new = NewPrice(model=model, currency="USD", valid_from=LONG_AGO, input=price, output=price)
        await host.services.model_prices.set_price(new, actor=CLI)
    calls = [
        LlmCall(
            source="test",
            request_id=f"r-{number}",
            customer_id=random.choice(list(ids.values())),
            plan="free",
            feature=random.choice(["live_interview", "ai_qa_generation"]),
            model=random.choice(["gpt-4o", "gpt-4o-mini", "unknown-model"]),
            tokens=Tokens(input=random.randint(1, 9_000), output=random.randint(1, 9_000)),
        )
        for number in range(200)
    ]
    async with host.services.database.transaction() as session:
        formula = (await ensure_customer(session, "=1+1")).id
    dear = Tokens(input=900_000, output=900_000)
    calls.append(LlmCall(source="test", request_id="dear", customer_id=formula, model="gpt-4o", tokens=dear))
    answers = await host.services.costs.log_many(calls)
    assert all(one.state == "logged" for one in answers)
    await host.services.cost_rollup.roll()


@pytest.mark.row("C8")
@pytest.mark.row("C6")
async def test_the_sum_of_a_csv_is_the_figure_of_the_api_and_of_the_tile(host: Host) -> None:
    await seed(host)
    movements = (await ask(host, "movements", Scope.ADMIN, **YEAR)).json()
    lines = rows_of(await ask(host, "exports/movements.csv", Scope.ADMIN, **YEAR))
    for name in ("new_minor", "expansion_minor", "reactivation_minor", "contraction_minor", "churn_minor"):
        assert sum(int(line[name]) for line in lines) == movements["total"][name]
    overview = (await ask(host, "overview", days=7, currency="USD", interval="day")).json()
    tiles = {tile["key"]: tile for tile in overview["tiles"]}
    week = {"days": 7, "currency": "USD", "interval": "day"}
    for name, column, key in (
        ("recognised", "total_minor", "recognised"),
        ("llm_cost", "cost", "llm_cost"),
        ("revenue-vs-cost", "revenue_minor", "recognised"),
        ("revenue-vs-cost", "cost", "llm_cost"),
        ("liability", "total_minor", "liability"),
    ):
        found = rows_of(await ask(host, f"exports/{name}.csv", Scope.ADMIN, **week))
        assert sum((Decimal(line[column]) for line in found), Decimal(0)) == Decimal(tiles[key]["value"]), name
    last = rows_of(await ask(host, "exports/mrr.csv", Scope.ADMIN, **week))[-1]
    assert int(last["end_minor"]) == tiles["mrr"]["value"]
    costs = (await ask(host, "revenue-vs-cost", Scope.ADMIN, **week)).json()
    assert Decimal(costs["cost"]) == Decimal(tiles["llm_cost"]["value"]) > 0
    assert costs["requests"] == 201
    assert costs["unknown"] == sum(one["unknown"] for one in costs["by_model"]) > 0
    assert sum(Decimal(one["cost"]) for one in costs["by_feature"]) == Decimal(costs["cost"])
    assert [one["key"] for one in overview["attention"]] == ["unpriced"]


@pytest.mark.row("C8")
async def test_every_table_has_the_same_columns_with_rows_and_without_and_no_cell_runs(host: Host) -> None:
    for name, table in TABLES.items():
        answer = await ask(host, f"exports/{name}.csv", first="2020-01-01", last="2020-01-31", currency="EUR")
        assert answer.status_code == 200, (name, answer.text)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.text.splitlines()[0] == ",".join(header(table.shape)), name
        assert "currency" in header(table.shape)
    await seed(host)
    (line, *_) = rows_of(await ask(host, "exports/customer-costs.csv", days=7, currency="USD"))
    assert line["customer"] == "'=1+1"


@pytest.mark.row("C8")
async def test_one_customers_cost_is_asked_by_the_hosts_own_id(host: Host) -> None:
    await seed(host)
    (dearest, *_) = (await ask(host, "customer-costs", days=7, currency="USD")).json()["data"]
    told = (await ask(host, "customer-cost", days=7, currency="USD", customer=dearest["customer"])).json()
    assert told["customer_id"] == dearest["customer_id"]
    known = [Decimal(one["cost"]) for one in told["days"] if one["currency"] == "USD"]
    assert sum(known) == Decimal(dearest["cost"])
    problem(await ask(host, "customer-cost", customer="nobody"), 404, "unknown_customer")
    problem(await ask(host, "customer-cost", customer_id=999_999), 404, "not_found")


async def test_the_database_says_how_it_is(host: Host) -> None:
    told = (await ask(host, "database")).json()
    assert told["size_bytes"] > 0
    assert told["connections"] >= 1
    assert "customers" in {table["name"] for table in told["tables"]} or len(told["tables"]) == 30


@pytest.mark.row("A3")
async def test_expected_margins_are_those_of_the_costs_of_goods_beside_what_was_earned(host: Host) -> None:
    told = (await ask(host, "expected-margins")).json()["data"]
    packs = [one for one in told if one["kind"] == "pack"]
    assert [one["before_fees"] for one in packs] == ["42.5", "28.1", "23.3"]
    assert all(Decimal(one["after_fees"]) < Decimal(one["before_fees"]) for one in packs)
    assert all(one["actual_percent"] is None and one["made_of"] for one in packs)
    unlocks = [one["before_fees"] for one in told if one["kind"] == "unlock"]
    assert sorted(unlocks) == ["100", "99.5"]


async def test_figures_are_exact_text_and_never_floats(host: Host) -> None:
    await seed(host)
    body = (await ask(host, "overview", days=7)).text
    assert not _floats(json.loads(body, parse_float=lambda text: [float, text])), body[:200]


def _floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_floats, value.values()))
    return isinstance(value, list) and (value[:1] == [float] or any(map(_floats, value)))


async def test_sums_of_costs_tie_to_the_log(host: Host) -> None:
    await seed(host)
    async with host.services.database.transaction() as session:
        raw = (await session.execute(text("SELECT sum(cost) FROM cost_log WHERE currency = 'USD'"))).scalar_one()
    told = (await ask(host, "revenue-vs-cost", days=7, currency="USD")).json()
    assert Decimal(told["cost"]) == raw
