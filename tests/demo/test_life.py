"""The demo life lived: through the services, once however often it is told, the same each time, with clean books."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from billing_app import clock
from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import preset_names, read_source
from billing_app.credits.doctor import audit
from billing_app.demo.seeding import (
    MONTHS,
    YEAR,
    Extent,
    begin_in_the_past,
    begin_now,
    is_due_before_serving,
    live_on,
    unfinished,
)
from billing_app.errors import Conflict
from billing_app.journal.audit import CLI
from billing_app.settings import Settings
from tests.databases import Databases
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox

PATIENCE_S = 3_000
"""For a machine that has much else to do: here it is not the time that counts."""
FEW = Extent("handful", people=7, days=12, limit_s=120)
WEBHOOKS = "http://127.0.0.1:9/api/v1/webhooks/stripe"
"""Nobody listens there: what is reported is read from the list."""
_TOLD: dict[str, str] = {
    "customers": "SELECT external_id, name FROM customers WHERE external_id IS NOT NULL ORDER BY 1",
    "purchases": "SELECT c.external_id, k.kind, k.code, k.state, count(*) FROM checkouts k "
    "JOIN customers c ON c.id = k.customer_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "uses": "SELECT c.external_id, e.reference, -e.amount AS credits FROM credit_entries e "
    "JOIN customers c ON c.id = e.customer_id WHERE e.kind = 'consume' ORDER BY 1, 2, 3",
    "money": "SELECT c.external_id, p.captured_minor, p.refunded_minor, p.disputed_minor FROM payments p "
    "JOIN customers c ON c.id = p.customer_id ORDER BY 1, 2, 3, 4",
    "costs": "SELECT source, model, count(*), sum(cost) FROM cost_log GROUP BY 1, 2 ORDER BY 1, 2",
    "funnel": "SELECT name, count(*) FROM funnel_events GROUP BY 1 ORDER BY 1",
    "plans": "SELECT c.external_id, s.plan_code, s.status, count(*) FROM subscriptions s "
    "JOIN customers c ON c.id = s.customer_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "changes": "SELECT c.external_id, s.kind, s.mrr_before_minor, s.mrr_after_minor, count(*) "
    "FROM subscription_changes s JOIN customers c ON c.id = s.customer_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "credits": "SELECT c.external_id, l.kind, sum(l.granted)::bigint, sum(l.remaining)::bigint FROM credit_lots l "
    "JOIN customers c ON c.id = l.customer_id GROUP BY 1, 2 ORDER BY 1, 2",
    "notes": "SELECT c.external_id, n.body FROM customer_notes n JOIN customers c ON c.id = n.customer_id "
    "ORDER BY 1, 2",
    "enquiries": "SELECT email, plan_code FROM enquiries ORDER BY 1",
}

Told = dict[str, list[tuple[Any, ...]]]


class Killed(BaseException):
    """As if the process had ended."""


@contextlib.asynccontextmanager
async def an_installation(
    database_url: str, sandbox: StripeSandbox, folder: Path, *, catalog: str, past: Extent | None = None
) -> AsyncIterator[Services]:
    """What a first start has made before the life is told."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        database_pool_size=8,
        stripe_api_base=sandbox.url,
        stripe_webhook_secret=SecretStr("whsec_by_hand"),
        secret_key=SecretStr("a secret of more than thirty-two characters"),
        data_dir=folder,
        worker_in_process=False,
    )
    services = await build(settings)
    try:
        assert await begin_in_the_past(services, past) is (past is not None)
        await services.catalog.apply(read_source(catalog), by=CLI)
        await services.model_prices.seed(actor=CLI)
        await services.gateway.ensure_webhook_endpoint(WEBHOOKS)
        yield services
    finally:
        await close(services)


async def told(services: Services) -> Told:
    """What has happened, without ids and moments."""
    async with services.database.transaction() as session:
        return {name: [tuple(row) for row in await session.execute(text(query))] for name, query in _TOLD.items()}


async def in_order(services: Services, sandbox: StripeSandbox) -> None:
    """The books are clean, every event is done, and Stripe delivers again."""
    async with services.database.transaction() as session:
        assert (await audit(session)).findings == ()
        events = text("SELECT type, state, error FROM webhook_events WHERE state NOT IN ('done', 'ignored')")
        assert [tuple(row) for row in await session.execute(events)] == []
    endpoints = sandbox.client().v1.webhook_endpoints.list({"limit": 10}).data
    assert [one.status for one in endpoints] == ["enabled"]


@pytest.mark.row("D6")
async def test_a_life_that_was_cut_off_goes_on_and_is_lived_once(database_url: str, tmp_path: Path) -> None:
    def cut_off(done: int, days: int) -> None:
        if done in (days // 3, days // 2):
            raise Killed

    with stripe_sandbox(tmp_path / "sandbox") as sandbox:
        async with an_installation(database_url, sandbox, tmp_path, catalog="showcase", past=FEW) as services:
            assert clock.now() < clock.wall() - timedelta(days=FEW.days - 1)
            assert await is_due_before_serving(services), "nothing is served in the past"
            with pytest.raises(Killed):
                await live_on(services, cut_off)
            async with services.database.transaction() as session:  # as a version before 0036 has left it
                await session.execute(text("UPDATE demo_lives SET lives = '{}'"))
            with pytest.raises(Killed):
                await live_on(services, cut_off)
            life = await unfinished(services)
            assert life is not None
            assert all(kept[0] for kept in life.lives.values()), "everybody is known again"
            assert life.days_done == FEW.days // 2
            assert await live_on(services) == f"{FEW.people} people, {FEW.days} days"
            assert abs(clock.now() - clock.wall()) < timedelta(seconds=10), "the life ends today"
            await in_order(services, sandbox)
            first = await told(services)
            assert len(first["customers"]) == FEW.people
            assert first["uses"]
            assert first["purchases"]
            assert first["costs"]
            assert await live_on(services) == "", "there is nothing more to tell"
            assert not await is_due_before_serving(services)
            assert await told(services) == first


async def test_a_life_that_goes_wrong_is_cut_short_and_it_is_today(database_url: str, tmp_path: Path) -> None:
    def goes_wrong(done: int, days: int) -> None:
        raise ZeroDivisionError(f"day {done} of {days}")

    with stripe_sandbox(tmp_path / "sandbox") as sandbox:
        async with an_installation(database_url, sandbox, tmp_path, catalog="docs_chat", past=FEW) as services:
            assert "cut short: ZeroDivisionError: day 1 of 12" in await live_on(services, goes_wrong)
            assert abs(clock.now() - clock.wall()) < timedelta(seconds=10), "nothing is served in the past"
            assert not await is_due_before_serving(services)
            assert await live_on(services) == ""


async def test_no_life_is_told_where_stripe_is_not_our_sandbox(database_url: str, tmp_path: Path) -> None:
    with stripe_sandbox(tmp_path / "sandbox") as sandbox:
        async with an_installation(database_url, sandbox, tmp_path, catalog="showcase") as services:
            assert not await begin_in_the_past(services, MONTHS), "something is for sale already"
            object.__setattr__(services, "time_travel", None)  # as it is in live mode
            with pytest.raises(Conflict, match="sandbox that comes with the product"):
                await begin_now(services, YEAR)
            assert await unfinished(services) is None


@pytest.mark.deep
@pytest.mark.parametrize("catalog", sorted(preset_names()))
async def test_three_months_of_sixty_people_are_believable(database_url: str, tmp_path: Path, catalog: str) -> None:
    with stripe_sandbox(tmp_path / "sandbox") as sandbox:
        async with an_installation(database_url, sandbox, tmp_path, catalog=catalog, past=MONTHS) as services:
            assert await live_on(services, limit_s=PATIENCE_S) == f"{MONTHS.people} people, {MONTHS.days} days"
            await in_order(services, sandbox)
            happened = await told(services)
            assert len(happened["customers"]) == MONTHS.people
            assert sum(captured for _, captured, _, _ in happened["money"]) > 0
            assert any(refunded for _, _, refunded, _ in happened["money"])
            assert len({model for _, model, _, _ in happened["costs"] if model}) >= 3
            assert {"pricing_seen", "checkout_opened", "wall_shown"} <= {name for name, _ in happened["funnel"]}


@pytest.mark.deep
async def test_the_same_life_is_told_on_every_new_installation(
    _databases: Databases,  # noqa: PT019 - two databases in one test
    tmp_path: Path,
) -> None:
    extent = Extent("twice", people=20, days=40, limit_s=600)
    lives: list[Told] = []
    for number in range(2):
        clock.reset()
        owner_url = _databases.take()
        url = owner_url.replace("postgres:@", "billing_app@", 1)
        with stripe_sandbox(tmp_path / f"sandbox-{number}") as sandbox:
            async with an_installation(url, sandbox, tmp_path, catalog="docs_chat", past=extent) as services:
                await live_on(services, limit_s=PATIENCE_S)
                lives.append(await told(services))
        _databases.give_back(owner_url)
    assert lives[0] == lives[1]


@pytest.mark.deep
async def test_a_year_from_now_on_leaves_clean_books(database_url: str, tmp_path: Path) -> None:
    with stripe_sandbox(tmp_path / "sandbox") as sandbox:
        async with an_installation(database_url, sandbox, tmp_path, catalog="showcase") as services:
            await begin_now(services, YEAR)
            assert await live_on(services, limit_s=PATIENCE_S) == f"{YEAR.people} people, {YEAR.days} days"
            assert clock.now() > clock.wall() + timedelta(days=YEAR.days - 1)
            await in_order(services, sandbox)
            assert len((await told(services))["customers"]) == YEAR.people
