"""Recurring revenue: movements add up to the cent, each figure is what its words say, or says why there is none."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Principal, Role
from billing_app.catalog.loading import read_source
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.reports.period import Interval, Period, previous
from billing_app.reports.recurring import Movement, RecurringReports
from billing_app.reports.recurring.movements import Change, movements, summed
from tests.reports.journals import FIRST, Line, a_life, paid_at_end_of, random_lives, write

YEAR = Period(FIRST, date(2026, 12, 31))
JANUARY, FEBRUARY = Period(FIRST, date(2026, 1, 31)), Period(date(2026, 2, 1), date(2026, 2, 28))
STRANGER = Principal(1, 1, 1, Role.CUSTOMER, "ada@example.com", "Ada", verified=True, demo=False)


@pytest.fixture
def reports(database: Database) -> RecurringReports:
    return RecurringReports(database, CatalogService(database))


def adds_up(one: Movement) -> bool:
    up = one.new_minor + one.expansion_minor + one.reactivation_minor
    heads = one.starting + one.joined + one.returned - one.left
    return one.start_minor + up - one.contraction_minor - one.churn_minor == one.end_minor and heads == one.ending


lives = st.lists(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50_000)), max_size=6, unique_by=lambda one: one[0]),
    max_size=8,
)


@given(lives, st.integers(0, 300), st.integers(0, 100), st.sampled_from(Interval))
@pytest.mark.row("C8")
def test_movements_add_up_for_any_lives_and_any_parts(
    given_lives: list[list[tuple[int, int]]], begin: int, length: int, interval: Interval
) -> None:
    period = Period(FIRST + timedelta(days=begin), FIRST + timedelta(days=begin + length))
    changes = sorted(_changes(given_lives), key=lambda one: one.day)
    before = [one for one in changes if one.day < period.first]
    start = {one.customer_id: one.after_minor for one in before}
    inside = [one for one in changes if period.first <= one.day <= period.last]
    parts = movements(
        list(period.parts(interval)),
        summed(inside),
        start_minor=sum(start.values()),
        starting=sum(1 for paid in start.values() if paid),
    )
    end = start | {one.customer_id: one.after_minor for one in inside}
    assert all(adds_up(part) for part in parts)
    assert [part.end_minor for part in parts[:-1]] == [part.start_minor for part in parts[1:]]
    assert (parts[-1].end_minor, parts[-1].ending) == (sum(end.values()), sum(1 for paid in end.values() if paid))


def _changes(given_lives: list[list[tuple[int, int]]]) -> Iterator[Change]:
    for customer, life in enumerate(given_lives):
        paid, ever = 0, False
        for number, amount in sorted(life):
            yield Change(FIRST + timedelta(days=number), customer, paid, amount, ever)
            paid, ever = amount, ever or amount > 0


@pytest.mark.row("C8")
async def test_every_movement_equals_a_recomputation_from_the_raw_rows(
    database: Database, reports: RecurringReports
) -> None:
    lines = random_lives(Random(7), customers=60, days=365)
    await write(database, lines)
    await write(database, random_lives(Random(8), customers=5, days=365), currency="EUR")
    for interval in Interval:
        told = await reports.movements(None, YEAR, "USD", interval)
        assert [part.first for part in told.parts] == [part.first for part in YEAR.parts(interval)]
        for part in (*told.parts, told.total):
            before = paid_at_end_of(lines, part.first - timedelta(days=1))
            after = paid_at_end_of(lines, part.last)
            assert adds_up(part)
            assert (part.start_minor, part.starting) == (sum(before.values()), len(before))
            assert (part.end_minor, part.ending) == (sum(after.values()), len(after))
            assert _by_kind(lines, part) == (
                part.new_minor, part.expansion_minor, part.reactivation_minor, part.contraction_minor, part.churn_minor
            )  # fmt: skip
        assert told.total.end_minor == told.parts[-1].end_minor


def _by_kind(lines: list[Line], part: Movement) -> tuple[int, ...]:
    """The five movements, day by day and customer by customer, from what each paid when the day before ended."""
    sums = [0] * 5
    day = part.first
    while day <= part.last:
        before, after = paid_at_end_of(lines, day - timedelta(days=1)), paid_at_end_of(lines, day)
        for customer in before.keys() | after.keys():
            was, now = before.get(customer, 0), after.get(customer, 0)
            if was == now:
                continue
            paid_before = any(
                customer in paid_at_end_of([line for line in lines if line.customer == customer], line.at.date())
                for line in lines
                if line.customer == customer and line.at.date() < day
            )
            kind = (2 if paid_before else 0) if not was else 4 if not now else 1 if now > was else 3
            sums[kind] += abs(now - was)
        day += timedelta(days=1)
    return tuple(sums)


@pytest.mark.row("C8")
async def test_each_figure_of_a_month_is_what_its_words_say(database: Database, reports: RecurringReports) -> None:
    ids = await write(
        database,
        [
            *a_life(0, (0, 2000)),  # stays as it is
            *a_life(1, (0, 2000), (40, 3000)),  # expands
            *a_life(2, (0, 4000), (40, 1000)),  # contracts
            *a_life(3, (0, 2000), (40, 0)),  # leaves
            *a_life(4, (0, 2000), (5, 0), (45, 2000)),  # comes back
            *a_life(5, (50, 9000)),  # is new
            *a_life(6, (50, 9000), (52, 9500)),  # is new, and pays more the same month
        ],
    )
    async with database.transaction() as session:
        await session.execute(
            text("INSERT INTO cost_sums_customer_month (customer_id, month, currency, calls, cost) VALUES "
                 "(:one, '2026-02-01', 'USD', 3, 12), (:two, '2026-02-01', 'USD', 3, 9), "
                 "(:gone, '2026-02-01', 'USD', 3, 500)"),
            {"one": ids[0], "two": ids[5], "gone": ids[3]},
        )  # fmt: skip
    told = await reports.recurring(None, FEBRUARY, "USD", compare=previous(FEBRUARY))
    values = {one.key: one.value for one in told.figures}
    total = told.total
    assert (total.start_minor, total.new_minor, total.expansion_minor) == (10_000, 18_000, 1_500)
    assert (total.reactivation_minor, total.contraction_minor, total.churn_minor) == (2_000, 3_000, 2_000)
    assert (values["mrr"], values["arr"], values["paying"]) == (26_500, 318_000, 6)
    assert values["logo_churn"] == Decimal("25.0"), "one of the four who paid when February began"
    assert values["nrr"] == Decimal("60.0"), "of 100 dollars, 60 are left among those who paid them"
    assert values["arpu"] == 4_417
    # 28 days are 0.9205 months: (265.00 - 21.00 / months) / 6 customers / (25 % / months).
    assert values["ltv"] == 14_863
    assert (told.figure("mrr").before, told.figure("ltv").before) == (10_000, None)
    assert all(one.definition for one in told.figures)


async def test_a_number_that_has_no_meaning_says_why(database: Database, reports: RecurringReports) -> None:
    nobody = await reports.recurring(None, JANUARY, "USD")
    assert {one.key: one.value for one in nobody.figures} == {
        "mrr": 0, "arr": 0, "paying": 0, "logo_churn": None, "nrr": None, "arpu": None, "ltv": None
    }  # fmt: skip
    assert all(one.reason for one in nobody.figures if one.value is None)
    await write(database, a_life(0, (0, 2000)))
    loyal = await reports.recurring(None, FEBRUARY, "USD")
    assert loyal.figure("logo_churn").value == Decimal("0.0")
    assert (loyal.figure("ltv").value, "Nobody left" in loyal.figure("ltv").reason) == (None, True)


async def test_who_leaves_and_comes_back_on_one_day_has_not_left(database: Database, reports: RecurringReports) -> None:
    lines = [*a_life(0, (0, 2000), (40, 0)), *a_life(0, (40, 3900), subscription=1)]
    await write(database, lines)
    told = (await reports.movements(None, FEBRUARY, "USD")).total
    assert (told.churn_minor, told.reactivation_minor, told.expansion_minor) == (0, 0, 1900)


async def test_plans_over_time_follow_switches_and_are_as_many_as_pay(
    database: Database, reports: RecurringReports
) -> None:
    await CatalogService(database).apply(read_source("creator"), by=CLI)
    await write(database, [*a_life(0, (0, 2000)), *a_life(1, (3, 2000), (40, 0))])
    told = await reports.distribution(None, Period(FIRST, date(2026, 3, 31)), "USD")
    assert [(one.first.month, one.code, one.customers, one.mrr_minor) for one in told.parts] == [
        (1, "pro", 2, 4000), (2, "pro", 1, 2000), (3, "pro", 1, 2000)
    ]  # fmt: skip
    assert told.customers == sum(one.customers for one in told.now) == 2


@pytest.mark.row("C8")
async def test_customers_may_not_read_what_the_business_earns(reports: RecurringReports) -> None:
    with pytest.raises(NotPermitted):
        await reports.recurring(STRANGER, JANUARY, "USD")
    with pytest.raises(NotPermitted):
        await reports.movements(STRANGER, JANUARY, "USD")
    with pytest.raises(NotPermitted):
        await reports.distribution(STRANGER, JANUARY, "USD")


@pytest.mark.row("C8")
async def test_what_customers_cost_in_other_currencies_is_not_left_out_of_ltv(
    database: Database, reports: RecurringReports
) -> None:
    ids = await write(database, [*a_life(0, (0, 2000)), *a_life(1, (0, 2000)), *a_life(2, (0, 2000), (40, 0))])

    async def costs(customer: int, currency: str, cost: int, unknown: int = 0) -> None:
        async with database.transaction() as session:
            await session.execute(
                text("INSERT INTO cost_sums_customer_month (customer_id, month, currency, calls, unknown, cost) "
                     "VALUES (:id, '2026-02-01', :currency, 3, :unknown, :cost)"),
                {"id": customer, "currency": currency, "cost": cost, "unknown": unknown},
            )  # fmt: skip

    await costs(ids[0], "USD", 1)
    await costs(ids[0], "", 0, unknown=7)
    await costs(ids[2], "EUR", 5)
    told = (await reports.recurring(None, FEBRUARY, "USD")).figure("ltv")
    assert told.value is not None, "who left does not count"
    assert told.note == "7 calls of unknown cost are not in it."
    await costs(ids[1], "EUR", 1)
    told = (await reports.recurring(None, FEBRUARY, "USD")).figure("ltv")
    assert (told.value, told.note) == (None, "")
    assert "another currency" in told.reason
