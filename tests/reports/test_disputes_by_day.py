"""On which days a dispute moves cash and revenue, however often the bank changes its mind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.payments import store as payments
from billing_app.payments.models import Payment
from billing_app.payments.refund_objects import DisputeTold
from billing_app.payments.refunds.bringing import _write_disputes
from billing_app.reports import Interval, Period
from billing_app.reports.service import Reports
from tests.reports.business import Business

pytestmark = pytest.mark.row("C8")


class Bank:
    """Tells of one dispute of one payment; figures are by the number of the day."""

    def __init__(self, database: Database, payment: Payment) -> None:
        self.database, self.payment, self.began = database, payment, clock.now().date()
        self.reports = Reports(database, CatalogService(database))
        self.told = DisputeTold(
            "du_1", "ch_1", None, payment.captured_minor, "USD", "", "general", 0, None, None, clock.now()
        )

    async def says(self, status: str) -> None:
        async with self.database.transaction() as session:
            await _write_disputes(session, self.payment, [replace(self.told, status=status)])

    def _day(self, day: date) -> int:
        return (day - self.began).days

    async def cash(self) -> dict[int, int]:
        rows = await self.reports.cash(None, self.days, "USD", Interval.DAY)
        return {self._day(one.first): one.disputed_minor for one in rows if one.disputed_minor}

    async def revenue(self) -> dict[int, int]:
        rows = await self.reports.recognised(None, self.days, "USD", Interval.DAY)
        return {self._day(one.first): one.total_minor for one in rows if one.total_minor}

    @property
    def paid(self) -> int:
        return self.payment.captured_minor

    @property
    def days(self) -> Period:
        return Period(self.began, self.began + timedelta(days=99))


@pytest.fixture
async def bank(database: Database) -> Bank:
    business = Business(database, Random(1))
    await business.opens(customers=1)
    business.now = clock.now()
    async with database.transaction() as session:
        intent, _ = await business.checks_out(session, business.customers[0], business.items["pack-small"])
        payment = await payments.payment_for_update(session, intent)
    assert payment is not None
    return Bank(database, payment)


async def test_an_inquiry_takes_no_money_until_it_becomes_a_dispute(bank: Bank, ahead: Callable[..., None]) -> None:
    await bank.says("warning_needs_response")
    assert await bank.cash() == {}
    ahead(days=40)
    await bank.says("needs_response")
    await bank.says("under_review")
    assert (await bank.cash(), await bank.revenue()) == ({40: bank.paid}, {})


async def test_a_dispute_that_is_won_gives_the_money_back_on_that_day(bank: Bank, ahead: Callable[..., None]) -> None:
    await bank.says("needs_response")
    ahead(days=40)
    await bank.says("won")
    assert (await bank.cash(), await bank.revenue()) == ({0: bank.paid, 40: -bank.paid}, {})


async def test_a_dispute_that_is_lost_and_overturned_leaves_the_months_before_alone(
    bank: Bank, ahead: Callable[..., None]
) -> None:
    await bank.says("needs_response")
    ahead(days=10)
    await bank.says("lost")
    assert (await bank.cash(), await bank.revenue()) == ({0: bank.paid}, {10: -bank.paid})
    ahead(days=40)
    await bank.says("won")
    assert (await bank.cash(), await bank.revenue()) == (
        {0: bank.paid, 50: -bank.paid},
        {10: -bank.paid, 50: bank.paid},
    )


async def test_a_dispute_that_was_won_and_is_lost_after_all_takes_the_money_then(
    bank: Bank, ahead: Callable[..., None]
) -> None:
    await bank.says("needs_response")
    ahead(days=10)
    await bank.says("won")
    ahead(days=40)
    await bank.says("lost")
    assert (await bank.cash(), await bank.revenue()) == (
        {0: bank.paid, 10: -bank.paid, 50: bank.paid},
        {50: -bank.paid},
    )


async def test_a_dispute_that_is_decided_again_and_again_leaves_each_month_as_it_was_told(
    bank: Bank, ahead: Callable[..., None]
) -> None:
    await bank.says("needs_response")
    for status in ("won", "lost", "won", "won", "under_review", "lost"):
        ahead(days=10)
        cash, revenue = await bank.cash(), await bank.revenue()
        await bank.says(status)
        today = (clock.now().date() - bank.began).days
        assert {day: amount for day, amount in (await bank.cash()).items() if day < today} == cash
        assert {day: amount for day, amount in (await bank.revenue()).items() if day < today} == revenue
    x = bank.paid
    assert await bank.cash() == {0: x, 10: -x, 20: x, 30: -x, 50: x}
    assert await bank.revenue() == {20: -x, 30: x, 60: -x}


async def test_a_dispute_that_is_prevented_gives_the_money_back_on_that_day(
    bank: Bank, ahead: Callable[..., None]
) -> None:
    await bank.says("needs_response")
    ahead(days=3)
    await bank.says("prevented")
    assert (await bank.cash(), await bank.revenue()) == ({0: bank.paid, 3: -bank.paid}, {})


async def test_a_dispute_of_which_we_first_hear_when_it_is_prevented_moved_nothing(bank: Bank) -> None:
    await bank.says("prevented")
    assert (await bank.cash(), await bank.revenue()) == ({}, {})
