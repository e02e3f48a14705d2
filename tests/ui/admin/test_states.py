"""What staff do on their pages, by the States behind them: real services, a real database, no browser."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from reflex.state import State

from billing_app import clock
from billing_app.credits import Consume, Grant, LotKind
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.ui.admin.frame import StaffState
from billing_app.ui.admin.period import PeriodState
from billing_app.ui.pages.admin.customers import CustomersState
from billing_app.ui.pages.admin.features import FeaturesState
from billing_app.ui.pages.admin.margins import MarginsState
from billing_app.ui.pages.admin.margins.customer import CustomerMarginState
from billing_app.ui.pages.admin.models import ModelsState
from billing_app.ui.pages.admin.overview import OverviewState
from billing_app.ui.pages.admin.webhooks.state import LOG, WebhooksState
from billing_app.ui.pages.dashboard import DashboardState
from billing_app.usage import LlmCall, Tokens
from tests.security.actors import Everybody, everybody
from tests.security.decisions import Actor

S = TypeVar("S", bound=State)


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made


async def a_tab(people: Everybody, state: type[S], actor: Actor = Actor.ADMIN, path: str = "/admin", **asked: str) -> S:
    """A page of this actor's, as its browser opens it, period read from the address."""
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] - as Reflex itself makes one
    address = f"{path}?{urlencode(asked)}" if asked else path
    root._update_router_vars(
        {"headers": people.headers(actor), "token": "tab", "pathname": path, "asPath": address, "query": asked}, asked
    )
    await (await root.get_state(PeriodState)).read()  # pyright: ignore[reportCallIssue] - a handler, called as its function
    return await root.get_state(state)


async def a_call(people: Everybody, request: str, *, model: str, entry: int | None = None) -> None:
    call = LlmCall(
        source="test",
        request_id=request,
        customer_id=people.customer_id,
        feature="chat_query",
        model=model,
        tokens=Tokens(input=1_000_000, output=100_000),
        at=clock.now(),
        entry_id=entry,
    )
    await people.services.costs.log(call)


@pytest.mark.row("C5")
async def test_an_admin_sets_corrects_and_settles_prices_and_a_viewer_reads_them(people: Everybody) -> None:
    await a_call(people, "one", model="gpt-new")
    page = await a_tab(people, ModelsState)
    await page.load()
    (waiting,) = page.waiting
    assert (waiting.model, waiting.calls, waiting.settleable) == ("gpt-new", "1", False)

    form = {"model": "gpt-new", "currency": "USD", "per": "1m", "input": "0.2", "output": "2"}
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    await page.begin_new("gpt-new", waiting.since_day)
    assert page.form_open
    await page.write(form | {"valid_from": yesterday, "reason": "the vendor's list"})
    assert (page.form_error, page.form_open, page.done) == ("", False, "gpt-new has a price.")
    await page.settle("gpt-new")
    assert page.done.startswith("1 calls of gpt-new have a cost now")
    assert page.waiting == []

    number = next(row.id for row in page.prices if row.model == "gpt-new")
    await page.begin_correction(number)
    assert page.filled == {
        "model": "gpt-new",
        "currency": "USD",
        "valid_from": yesterday,
        "input": "0.2",
        "output": "2",
        "cached_input": "",
        "cache_write": "",
        "reasoning": "",
    }
    await page.write(form | {"valid_from": yesterday, "input": "0.25", "reason": ""})
    assert page.form_error == "Say why the price was wrong."
    await page.write(form | {"valid_from": yesterday, "input": "0.25", "reason": "a digit was missing"})
    assert page.form_error == ""
    held = next(row for row in page.prices if row.model == "gpt-new")
    assert (held.input, held.note) == ("$0.25", f"in place of {number}; a digit was missing")

    await a_viewer_writes_no_price(people)


async def a_viewer_writes_no_price(people: Everybody) -> None:
    page = await a_tab(people, ModelsState, Actor.VIEWER)
    await page.load()
    before = await people.services.model_prices.versions()
    await page.begin_new("", "")
    assert (page.form_open, page.error) == (False, "Your role does not allow this. Ask an administrator.")
    await page.write({"model": "gpt-4o", "currency": "USD", "per": "1m", "input": "1", "output": "1"})
    await page.settle("gpt-4o")
    assert "role" in page.form_error
    assert await people.services.model_prices.versions() == before


@pytest.mark.row("C6", "C8")
async def test_what_a_customer_paid_used_and_cost_is_the_same_on_every_page(people: Everybody) -> None:
    services, customer = people.services, people.customer_id
    await services.model_prices.seed(actor=CLI)
    bought = Grant(
        customer_id=customer,
        credits=100,
        kind=LotKind.PURCHASE,
        label="Small pack",
        source="cs_test_small",
        paid_minor=1_000,
        currency="USD",
        priority=10,
    )
    await services.credits.grant(bought)
    used = await services.credits.consume(
        Consume(customer_id=customer, credits=20, feature="chat_query", reference="a chat")
    )
    await a_call(people, "one", model="gpt-4o", entry=used.entry_id)
    await services.cost_rollup.roll()
    await services.revenue_rollup.roll()

    overview = await a_tab(people, OverviewState, Actor.VIEWER, period="7", currency="USD")
    await overview.load()
    assert overview.error == ""
    shown = {tile.code: tile.value for tile in overview.tiles}
    assert shown["recognised"] == "$2.00"
    assert shown["llm_cost"] == "$3.50"
    assert shown["margin_percent"] == "\N{MINUS SIGN}75.0 %"
    assert [row["revenue"] for row in overview.points][-1] == 200
    assert sum(row["cost"] for row in overview.points) == 350

    margins = await a_tab(people, MarginsState, Actor.VIEWER, "/admin/margins", by="customer", period="7")
    await margins.load()
    (row,) = [one for one in margins.rows if one.key == str(customer)]
    assert (row.revenue, row.cost, row.percent, row.loses) == ("$2.00", "$3.50", "\N{MINUS SIGN}75.0 %", True)
    assert margins.losing == "1 customer cost more than it earned"

    entries = await a_tab(people, CustomerMarginState, path="/admin/margins/customer", id=str(customer), period="7")
    await entries.load()
    (entry,) = [one for one in entries.entries if one.revenue == "$2.00"]
    assert (entry.cost, entry.calls, entry.left, entry.loses) == ("$3.50", "1 call", "\N{MINUS SIGN}$1.50", True)
    assert "20 of 100 from" in entry.lots[0]
    assert entries.name == row.name

    features = await a_tab(people, FeaturesState, path="/admin/features", period="7")
    await features.load()
    (feature,) = [one for one in features.rows if one.code == "chat_query"]
    assert (feature.credits, feature.calls, feature.tokens, feature.cost) == ("25", "1", "1.0 m in, 100 k out", "$3.50")

    listed = await a_tab(people, CustomersState, path="/admin/customers")
    await listed.load()
    (line,) = [one for one in listed.rows if one.id == customer]
    assert (line.cost, line.margin, line.margin_tone) == ("$3.50", "\N{MINUS SIGN}$1.50", "bad")
    assert line.margin_note == "\N{MINUS SIGN}75.0 % of revenue"
    others = {(one.margin, one.margin_note) for one in listed.rows if one.id != customer}
    assert others == {("\N{EN DASH}", "Neither revenue nor cost in these days")}


@pytest.mark.row("C6")
async def test_a_feature_that_only_an_allowance_counts_is_on_the_page_in_its_own_words(people: Everybody) -> None:
    used = people.services.entitlements
    await used.use(people.customer_id, "cv_review", key="failed")
    assert await used.give_back(people.customer_id, "cv_review", "failed")
    await used.use(people.customer_id, "cv_review", key="once")
    features = await a_tab(people, FeaturesState, path="/admin/features", period="7")
    await features.load()
    (row,) = [one for one in features.rows if one.code == "cv_review"]
    assert (row.uses, row.credits, row.calls, row.cost, row.note) == (
        "1 CV review",
        "\N{EN DASH}",
        "\N{EN DASH}",
        "$0.00",
        "",
    )
    assert row.name != "cv_review"
    before = await a_tab(
        people, FeaturesState, path="/admin/features", period="custom", first="2025-01-01", last="2025-01-31"
    )
    await before.load()
    assert not [one for one in before.rows if one.code == "cv_review"]


async def test_staff_are_let_in_and_led_by_addresses_customers_told_and_strangers_sent_to_sign_in(
    people: Everybody,
) -> None:
    await who_is_let_in(people)
    await addresses_that_ask_for_what_cannot_be(people)
    await choices_lead_to_addresses(people)
    dashboard = await a_tab(people, DashboardState, Actor.VIEWER, path="/dashboard")
    assert "/admin" in str(await dashboard.load())


async def who_is_let_in(people: Everybody) -> None:
    for actor, admin, support in (
        (Actor.VIEWER, False, False),
        (Actor.SUPPORT, False, True),
        (Actor.ADMIN, True, True),
    ):
        page = await a_tab(people, StaffState, actor)
        await page.enter()
        assert (page.allowed, page.is_admin, page.is_support) == (True, admin, support)
    page = await a_tab(people, StaffState, Actor.CUSTOMER)
    await page.enter()
    assert (page.checked, page.allowed) == (True, False)
    assert "role" in page.words
    stranger = await a_tab(people, StaffState, Actor.STRANGER, path="/admin/margins", by="plan")
    assert "/login?next=/admin/margins%3Fby%3Dplan" in str(await stranger.enter())


async def addresses_that_ask_for_what_cannot_be(people: Everybody) -> None:
    page = await a_tab(people, MarginsState, path="/admin/margins", by="moon")
    await page.load()
    assert "Margins are by item" in page.error
    period = await (await a_tab(people, OverviewState, first="2026-13-01", last="2026-01-01")).get_state(PeriodState)
    assert "Write both days" in period.error
    period = await (await a_tab(people, OverviewState, currency="XYZ")).get_state(PeriodState)
    assert (period.currency, "not a currency" in period.error) == ("", True)
    entries = await a_tab(people, CustomerMarginState, path="/admin/margins/customer", id="../1")
    await entries.load()
    assert (entries.error, entries.entries) == ("Choose a customer in the list of margins.", [])


async def choices_lead_to_addresses(people: Everybody) -> None:
    page = await a_tab(people, PeriodState, path="/admin/money")
    assert (page.choice, page.currency) == ("30", "")
    led = await page.choose("90")
    assert "/admin/money?period=90&interval=day&compare=1" in str(led)
    led = await page.choose_days({"first": "2026-01-01", "last": "2026-01-31"})
    assert "first=2026-01-01&last=2026-01-31" in str(led)
    assert await page.choose("31") is None
    assert "12 months" in page.error


async def test_closing_an_event_gives_the_focus_back_to_the_list(people: Everybody) -> None:
    webhooks: Any = await a_tab(people, WebhooksState, path="/admin/webhooks")
    webhooks.shown = "evt_1"
    focus = await webhooks.close_event()
    assert webhooks.shown == ""
    assert f"ref_{LOG.replace('-', '_')}" in str(focus.args)
