"""A plan without credits as its days pass: refunded in the middle, the refund failing later, summed day by day."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.payments.refunds.models import Refund
from billing_app.reports import Interval, Period
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.service import Reports
from billing_app.reports.tying import RevenueTies
from tests.reports.business import Business
from tests.reports.ledger_life import all_sums, rows

pytestmark = pytest.mark.row("C8")


class Shop:
    """One customer with 30.00 for thirty days, and the sums, which the worker brings up to date each time."""

    def __init__(self, database: Database, ahead: Callable[..., None]) -> None:
        self.database, self.business, self.began = database, Business(database, Random(1)), clock.now().date()
        self.rollup, self._ahead = RevenueRollup(database), ahead
        self.reports = Reports(database, CatalogService(database))

    async def opens(self) -> None:
        await self.business.opens(customers=1)
        self.business.now = clock.now()
        async with self.database.transaction() as session:
            await self.business.invoiced(session, self.business.customers[0], ("plan-basic-month", 3_000, 30))
        await self.works()

    async def works(self, days: int = 0) -> None:
        """So many days later the worker adds what is new; building everything again would say the same."""
        self._ahead(days=days)
        await self.rollup.roll()
        kept = await all_sums(self.database)
        await self.rollup.rebuild()
        assert await all_sums(self.database) == kept
        assert all(one.holds for one in await RevenueTies(self.database, self.rollup).look(None))

    async def refunds(self, share: int = 1) -> None:
        (payment,) = await rows(self.database, "SELECT * FROM payments")
        facts: dict[str, Any] = {"customer_id": payment["customer_id"], "payment_id": payment["id"], "currency": "USD"}
        async with self.database.transaction() as session:
            session.add(
                Refund(
                    **facts,
                    stripe_refund_id="re_1",
                    amount_minor=payment["captured_minor"] // share,
                    status="succeeded",
                    by="stripe",
                    created_at=clock.now(),
                    acted_at=clock.now(),
                )
            )

    async def the_refund_fails(self) -> None:
        async with self.database.transaction() as session:
            refund = await session.get(Refund, 1)
            assert refund is not None
            refund.status, refund.undone_at = "failed", clock.now()

    async def earned(self) -> dict[int, int]:
        """Revenue by the number of the day."""
        told = await self.reports.recognised(None, Period(self.began, self.began + timedelta(59)), "USD", Interval.DAY)
        return {(one.first - self.began).days: one.total_minor for one in told if one.total_minor}

    async def owed(self, number: int) -> int:
        at: date = self.began + timedelta(days=number)
        return (await self.reports.liability(None, at, "USD")).days_minor


@pytest.fixture
async def shop(database: Database, ahead: Callable[..., None]) -> Shop:
    made = Shop(database, ahead)
    await made.opens()
    return made


async def test_a_refund_ends_the_days_to_come_and_one_that_fails_brings_them_back(shop: Shop) -> None:
    days = dict.fromkeys(range(10), 100)
    await shop.works(days=9)
    assert (await shop.earned(), await shop.owed(9)) == (days, 2_000)
    await shop.refunds()
    await shop.works()
    refunded = days | {9: 100 - 1_000}
    assert (await shop.earned(), await shop.owed(9)) == (refunded, 0), "all that was earned is taken off, that day"
    await shop.works(days=10)
    assert (await shop.earned(), await shop.owed(19)) == (refunded, 0), "and nothing is earned after it"
    await shop.the_refund_fails()
    await shop.works()
    told = refunded | {19: 2_000}
    assert (await shop.earned(), await shop.owed(19)) == (told, 1_000), "as if nothing had been, on this day"
    await shop.works(days=30)
    assert await shop.earned() == told | dict.fromkeys(range(20, 30), 100)
    assert sum((await shop.earned()).values()) == 3_000
    assert [await shop.owed(number) for number in (0, 9, 15, 19, 29)] == [2_900, 0, 0, 1_000, 0]


async def test_half_a_refund_halves_the_days_to_come_and_takes_half_of_those_gone(shop: Shop) -> None:
    await shop.works(days=9)
    await shop.refunds(share=2)
    await shop.works(days=30)
    earned = await shop.earned()
    assert earned == dict.fromkeys(range(9), 100) | {9: 100 - 500} | dict.fromkeys(range(10, 30), 50)
    assert sum(earned.values()) == 1_500
