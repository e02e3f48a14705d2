"""A year with each catalogue that sells plans: after every step the ledger, the mirror and Stripe agree."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from billing_app.entitlements.plan_credits.periods import months_after
from billing_app.jobs import attend_time_travel
from tests.shop import a_shop
from tests.stripe_sandbox import stripe_sandbox
from tests.subscriptions.subscribers import Subscribers
from tests.years.story import AFTER_RENEWAL, Year, a_year

Begin = Callable[[str], AbstractAsyncContextManager[Year]]
EVERY_DAY = "creator"
WITH_PLANS = ("career_coach", "docs_chat", "language_tutor", "showcase")


@pytest.fixture
def begin(database_url: str, tmp_path: Path) -> Begin:
    """Open a shop with a catalogue, and somebody who signs up there."""

    @contextlib.asynccontextmanager
    async def opened(catalog: str) -> AsyncIterator[Year]:
        with stripe_sandbox(tmp_path / "sandbox") as sandbox:
            async with a_shop(database_url, sandbox, tmp_path, catalog=catalog) as shop:
                assert shop.services.time_travel is not None
                attend_time_travel(shop.services)
                yield await a_year(shop, Subscribers(shop), shop.services.time_travel)

    return opened


@pytest.mark.row("B5")
@pytest.mark.row("D6")
@pytest.mark.row("E2")
@pytest.mark.row("E6")
async def test_a_year_of_monthly_credits(begin: Begin) -> None:
    await _live(begin, EVERY_DAY)


@pytest.mark.deep
@pytest.mark.row("B5")
@pytest.mark.row("C3")
@pytest.mark.row("D3")
@pytest.mark.parametrize("catalog", WITH_PLANS)
async def test_a_year_with_every_other_catalogue(begin: Begin, catalog: str) -> None:
    await _live(begin, catalog)


@pytest.mark.row("E2")
@pytest.mark.row("E3")
async def test_a_year_paid_at_once_brings_its_credits_each_month(begin: Begin) -> None:
    async with begin(EVERY_DAY) as year:
        await year.subscribers.subscribed(year.customer, year.low.code, "year")
        held = await year.subscribers.live(year.customer)
        assert held is not None
        await year.buy_a_pack(await year.shop.services.catalog.current())
        for month in range(1, 13):
            await year.use(year.plan.credits_per_month // month)
            before = await _paid_invoices(year)
            await year.travel.advance(to=months_after(held.anchor, month) + AFTER_RENEWAL)
            await year.has(year.plan.credits_per_month)
            came = await _paid_invoices(year) - before
            assert came == (1 if month == 12 else 0), "months within the year need no webhook"


async def _paid_invoices(year: Year) -> int:
    """How many times Stripe told us of a paid invoice."""
    return len(await year.shop.rows("SELECT 1 FROM webhook_events WHERE type = 'invoice.paid'"))


async def _live(begin: Begin, catalog: str) -> None:
    async with begin(catalog) as year:
        sold = await year.shop.services.catalog.current()
        await year.begin()
        await year.a_month()
        await year.buy_a_pack(sold)
        for _ in range(2):
            await year.a_month()
        await year.fail_and_recover()
        for _ in range(2):
            await year.a_month()
        await year.upgrade()
        for _ in range(2):
            await year.a_month()
        await year.downgrade()
        for _ in range(3):
            await year.a_month()
        assert year.renewals == 12
        await year.cancel(sold)
        await year.was_written_to()
