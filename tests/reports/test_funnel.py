"""The funnel counts people: who went on from a step, whatever they had done before it."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from billing_app.accounts.customers import ensure_customer
from billing_app.accounts.errors import NotPermitted
from billing_app.catalog.loading import read_source
from billing_app.catalog.service import CatalogService
from billing_app.credits import Consume, CreditService, Grant, Ledger, LotKind
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.reports.funnel import FunnelReports, Step
from billing_app.reports.period import Interval, Period
from tests.reports.journals import day
from tests.reports.test_recurring import STRANGER

JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))


@pytest.fixture
async def reports(database: Database) -> FunnelReports:
    catalog = CatalogService(database)
    await catalog.apply(read_source("interview_mate"), by=CLI)
    return FunnelReports(database, catalog)


async def happened(
    database: Database, name: str, at: datetime, *, who: int | None = None, tab: str | None = None, **data: Any
) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("INSERT INTO funnel_events (at, visitor, customer_id, name, data) VALUES "
                 "(:at, :tab, :who, :name, CAST(:data AS jsonb))"),
            {"at": at, "tab": tab, "who": who, "name": name, "data": json.dumps(data)},
        )  # fmt: skip


def people(steps: tuple[Step, ...]) -> list[int]:
    return [step.people for step in steps]


@pytest.mark.row("C8")
async def test_a_stranger_who_signs_in_and_buys_is_one_person_from_the_prices_to_the_first_use(
    database: Database, reports: FunnelReports
) -> None:
    async with database.transaction() as session:
        ada = (await ensure_customer(session, "ada")).id
    await happened(database, "pricing_seen", day(1, 9), tab="tab_1")
    await happened(database, "pricing_seen", day(1, 10), tab="tab_1", who=ada)
    await happened(database, "pricing_seen", day(2), tab="tab_2")
    await happened(database, "checkout_opened", day(1, 11), who=ada)
    await happened(database, "granted", day(1, 12), who=ada, trial=False)
    await happened(database, "checkout_opened", day(3), who=900)
    await happened(database, "granted", day(3), who=900, late=True)
    told = await reports.funnel(None, JANUARY)
    assert people(told.purchases) == [2, 1, 1, 0]
    assert (told.opened_elsewhere, told.paid_elsewhere, told.at_once, told.late) == (1, 1, 1, 1)
    credits = CreditService(database, Ledger())
    await credits.grant(Grant(customer_id=ada, credits=5, kind=LotKind.PURCHASE, label="Pack", source="s"))
    await credits.consume(Consume(customer_id=ada, feature="chat", credits=1, key="k"))
    await credits.close()
    assert people((await reports.funnel(None, JANUARY)).purchases) == [2, 1, 1, 1]


async def test_a_trial_is_not_paid_until_it_is(database: Database, reports: FunnelReports) -> None:
    await happened(database, "pricing_seen", day(1), who=1)
    await happened(database, "checkout_opened", day(2), who=1)
    await happened(database, "granted", day(2), who=1, trial=True)
    assert people((await reports.funnel(None, JANUARY)).purchases) == [1, 1, 0, 0]


@pytest.mark.row("C8")
async def test_what_came_of_a_wall_is_what_happened_after_it(database: Database, reports: FunnelReports) -> None:
    feature = "live_interview"
    for who in (1, 2, 3, 4):
        await happened(database, "wall_shown", day(5), who=who, feature=feature, basis="credits")
    await happened(database, "cta_clicked", day(4), who=1, via="wall")  # before it: of an older wall
    for who in (2, 3, 4):
        await happened(database, "cta_clicked", day(5, 13), who=who, via="wall")
    await happened(database, "checkout_opened", day(5, 14), who=2, via="wall")
    await happened(database, "checkout_opened", day(5, 14), who=3)  # from the pricing page
    await happened(database, "granted", day(5, 15), who=2)
    await happened(database, "resumed", day(5, 16), who=2)
    await happened(database, "plan_switched", day(6), who=4)
    told = await reports.funnel(None, JANUARY)
    assert people(told.walls) == [4, 3, 2, 2, 1]
    (wall,) = told.by_feature
    assert (wall.feature, wall.basis, wall.shown, wall.clicked, wall.opened, wall.paid, wall.resumed) == (
        feature, "credits", 4, 3, 2, 2, 1
    )  # fmt: skip


async def test_reasons_to_cancel_are_counted_by_part_and_a_month_without_any_is_there(
    database: Database, reports: FunnelReports
) -> None:
    await happened(database, "plan_cancelled", day(3), who=1, reason="unused")
    await happened(database, "plan_cancelled", day(4), who=2, reason="unused")
    await happened(database, "plan_cancelled", day(70), who=3, reason=None)
    await happened(database, "plan_resumed", day(5), who=1)
    told = await reports.funnel(None, Period(date(2026, 1, 1), date(2026, 3, 31)), Interval.MONTH)
    assert [(one.first.month, one.reason, one.cancellations) for one in told.reasons] == [(1, "unused", 2), (3, "", 1)]
    assert [first.month for first in told.parts] == [1, 2, 3]
    assert (told.kept, told.reasons[1].label) == (1, "No reason given")


async def test_a_quiet_period_has_steps_of_nobody(reports: FunnelReports) -> None:
    told = await reports.funnel(None, JANUARY)
    assert (people(told.purchases), people(told.walls)) == ([0] * 4, [0] * 5)
    assert all(step.of_first is None for step in (*told.purchases, *told.walls))


async def test_customers_do_not_see_the_funnel(reports: FunnelReports) -> None:
    with pytest.raises(NotPermitted):
        await reports.funnel(STRANGER, JANUARY)
