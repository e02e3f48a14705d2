"""A new sandbox may begin in the past, once; then its life goes on until today."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.stamp import Identity, advance_clock, begin_clock, stamp
from billing_app.errors import Conflict
from billing_app.sandbox.config import DEFAULT_API_KEY
from billing_app.settings import Mode
from tests.shop import Shop
from tests.stripe_sandbox import StripeSandbox

pytestmark = pytest.mark.row("D6")


async def test_the_clock_of_a_sandbox_begins_in_the_past_and_only_grows(database: Database) -> None:
    async with database.transaction() as session:
        await stamp(session, Identity(Mode.SANDBOX, "acct_sandbox", False))
        await begin_clock(session, -30 * 86_400)
    assert clock.now() < clock.wall() - timedelta(days=29)
    clock.reset()
    async with database.transaction() as session:
        assert clock.now() < clock.wall() - timedelta(days=29), "as every process reads it"
        await advance_clock(session, clock.wall() - timedelta(days=40))
        assert clock.now() > clock.wall() - timedelta(days=31), "never back"
        await advance_clock(session, clock.wall())
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=2)


async def test_a_live_database_has_no_clock_that_could_begin_elsewhere(database: Database) -> None:
    async with database.transaction() as session:
        await stamp(session, Identity(Mode.LIVE, "acct_real", True))
    with pytest.raises(Conflict):
        async with database.transaction() as session:
            await begin_clock(session, -86_400)


async def test_where_something_was_for_sale_the_past_is_over(shop: Shop) -> None:
    travel = shop.services.time_travel
    assert travel is not None
    assert not await travel.begin_at(datetime.now(UTC) - timedelta(days=30))
    assert clock.offset() == timedelta(0)


def test_the_stripe_sandbox_begins_in_the_past_only_before_it_has_customers(sandbox: StripeSandbox) -> None:
    def asked(path: str, body: dict[str, int] | None = None) -> httpx.Response:
        method = "GET" if body is None else "POST"
        return httpx.request(
            method,
            sandbox.url + path,
            json=body,
            headers={"Authorization": f"Bearer {DEFAULT_API_KEY}"},
            trust_env=False,
        )

    now = asked("/sandbox/clock").json()["now"]
    assert asked("/sandbox/clock/begin", {"at": now + 60}).status_code == 400
    assert asked("/sandbox/clock/begin", {"at": now - 86_400}).json()["offset_s"] <= -86_400
    made = sandbox.client().v1.customers.create({"name": "Ada"})
    assert made.created < now - 86_000
    assert asked("/sandbox/clock/begin", {"at": now - 2 * 86_400}).status_code == 400
