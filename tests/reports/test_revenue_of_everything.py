"""Every figure of revenue, liability and margin recomputed from the raw rows of a random business, to the cent."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import text

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.credits.lot_kinds import LotKinds
from billing_app.db.engine import Database
from billing_app.reports import Interval, Period
from billing_app.reports.list_margins import margins_of
from billing_app.reports.lot_items import LotItems
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.service import Reports
from billing_app.reports.tying import RevenueTies
from billing_app.usage import Rollup
from tests.reports.business import START, Business
from tests.reports.by_hand import Shown, day_of, recognised_by_hand, sold_without_credits
from tests.reports.ledger_life import EARNED, all_sums, replayed

pytestmark = pytest.mark.row("C8")
ALL = Period(date(2026, 1, 1), date(2028, 12, 31))
MONTH = Period(date(2026, 2, 1), date(2026, 3, 31))


async def a_business(database: Database, seed: int) -> Shown:
    business = Business(database, random.Random(seed))
    await business.opens(customers=3)
    revenue, costs = RevenueRollup(database), Rollup(database, LotKinds(), LotItems())
    shown = Shown(database, Reports(database, CatalogService(database)), revenue, costs)
    for _ in range(4):
        await business.lives(steps=30)
        await business.books_what_is_due()
        await it_ties_before_the_sums_have_come_so_far(shown)
        await revenue.roll()  # as it goes: what comes later must meet what was summed before
        past = Period(START.date(), business.now.date() - timedelta(days=1))
        shown.told.append((past, await shown.figures(past)))
    await costs.rebuild()
    return shown


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_figure_is_what_the_raw_rows_say(database: Database, seed: int) -> None:
    shown = await a_business(database, seed)
    await recognised_revenue_is_what_the_raw_rows_say_by_day_month_item_and_in_all(shown)
    await bookings_are_the_net_of_every_sale_and_invoice_line(shown)
    await cash_is_what_was_captured_less_what_went_back_and_fees_told_or_modelled(shown)
    await the_roll_forward_ties_to_ledger_invoices_and_unlocks_to_the_cent(shown)
    await costs_meet_what_paid_for_them_and_unknown_ones_are_counted(shown)
    await a_customers_margin_is_exact_by_entry(shown)
    await the_list_of_customers_shows_the_same_margins(shown)
    await what_was_told_of_days_that_are_over_is_told_of_them_still(shown)
    await built_again_the_sums_are_the_same(shown)
    await what_was_told_of_days_that_are_over_is_told_of_them_still(shown)
    await a_sum_that_is_wrong_by_a_cent_does_not_tie(shown)


def within(amounts: dict[date, int], period: Period) -> int:
    return sum(amount for day, amount in amounts.items() if period.first <= day <= period.last)


async def recognised_revenue_is_what_the_raw_rows_say_by_day_month_item_and_in_all(shown: Shown) -> None:
    expected = await recognised_by_hand(shown)
    for period in (ALL, MONTH):
        found = await shown.reports.recognised(None, period, "USD", Interval.MONTH)
        assert sum(one.total_minor for one in found) == within(expected, period)
        for dimension in ("item", "day", "feature", "model", "customer"):
            margins = await shown.reports.margins(None, dimension, period, "USD", limit=1_000)
            assert sum(row.revenue_minor for row in margins.rows) == within(expected, period), dimension
            assert margins.total.revenue_minor == within(expected, period), dimension
        by_day = await shown.reports.margins(None, "day", period, "USD", limit=1_000)
        days = {row.key: row.revenue_minor for row in by_day.rows if row.revenue_minor}
        assert days == {day.isoformat(): one for day, one in expected.items() if one and within({day: one}, period)}


async def bookings_are_the_net_of_every_sale_and_invoice_line(shown: Shown) -> None:
    expected: dict[tuple[date, str, str], int] = defaultdict(int)
    for one in await shown.rows(
        "SELECT c.kind, c.code, c.settled_at AS at, coalesce(l.paid_minor, u.paid_minor) AS net FROM checkouts c "
        "LEFT JOIN credit_lots l ON l.source = c.stripe_session_id "
        "LEFT JOIN unlocks u ON u.source = 'checkout:' || c.stripe_session_id"
    ):
        expected[day_of(one["at"]).replace(day=1), one["kind"], one["code"]] += one["net"]
    for invoice in await shown.rows("SELECT * FROM invoices"):
        for line in invoice["lines"]:
            code = line["description"].split("-")[1]
            expected[day_of(invoice["paid_at"]).replace(day=1), "plan", code] += line["net_minor"]
    found = await shown.reports.bookings(None, ALL, "USD")
    assert {(one.first, one.item.kind, one.item.code): one.net_minor for one in found} == expected
    assert sum(one.sales for one in found) == len(await shown.rows("SELECT id FROM payments"))


async def cash_is_what_was_captured_less_what_went_back_and_fees_told_or_modelled(shown: Shown) -> None:
    payments = await shown.rows("SELECT * FROM payments")
    modelled = [one for one in payments if one["fee_minor"] is None]
    told = [one for one in payments if one["fee_currency"] == "USD"]
    model = sum(
        int((Decimal(one["captured_minor"]) * Decimal("0.029") + 30).quantize(Decimal(1), ROUND_HALF_UP))
        for one in modelled
    )
    refunds = await shown.rows("SELECT * FROM refunds WHERE status IN ('pending', 'succeeded')")
    disputes = await shown.rows("SELECT * FROM disputes WHERE status <> 'warning_closed'")
    foreign = sum(one["fee_currency"] == "EUR" for one in [*payments, *disputes])
    found = await shown.reports.cash(None, ALL, "USD")

    def total(name: str) -> int:
        return sum(getattr(one, name) for one in found)

    assert total("captured_minor") == sum(one["captured_minor"] for one in payments)
    assert total("fees_minor") == model + sum(one["fee_minor"] for one in told)
    assert (total("fees_modelled_minor"), total("payments_modelled")) == (model, len(modelled))
    assert total("fees_unknown") == foreign
    assert total("refunded_minor") == sum(one["amount_minor"] for one in refunds)
    lost_or_open = [one for one in disputes if one["outcome"] in (None, "lost")]
    assert total("disputed_minor") == sum(one["amount_minor"] for one in lost_or_open)
    assert total("dispute_fees_minor") == sum(one["fee_minor"] for one in disputes if one["fee_currency"] == "USD")


async def the_roll_forward_ties_to_ledger_invoices_and_unlocks_to_the_cent(shown: Shown) -> None:
    found = await shown.reports.roll_forward(None, Period(ALL.first, clock.now().date()), "USD")
    assert found.ties is True
    for before, after in zip(found.months, found.months[1:], strict=False):
        assert (before.closing_minor, before.closing) == (after.opening_minor, after.opening)
    for one in found.months:
        gone = one.earned_minor + one.expired_minor + one.ended_minor + one.refunded_minor
        assert one.opening_minor + one.sold_minor - gone == one.closing_minor
        assert one.opening + one.sold - one.earned - one.expired - one.ended - one.refunded == one.closing
    lots = sum(
        -(-one["paid_minor"] * one["remaining"] // one["granted"])
        for one in await shown.rows("SELECT * FROM credit_lots")
    )
    without = sum(one.owed for one in await sold_without_credits(shown))
    owed = await shown.reports.liability(None, None, "USD")
    assert (owed.credits_minor, owed.uses_minor + owed.days_minor) == (lots, without)
    assert owed.total_minor == found.months[-1].closing_minor == found.ledger_minor == sum(
        one.total_minor for one in owed.of_each
    )  # fmt: skip
    aged = await shown.reports.ageing(None, "USD")
    assert (sum(one.value_minor for one in aged), sum(one.credits for one in aged)) == (lots, owed.credits)


async def costs_meet_what_paid_for_them_and_unknown_ones_are_counted(shown: Shown) -> None:
    calls = await shown.rows("SELECT * FROM cost_log")
    cost = sum((one["cost"] for one in calls if one["currency"] == "USD"), Decimal(0))
    unknown = sum(one["cost"] is None for one in calls)
    for dimension in ("item", "day", "feature", "model", "customer"):
        margins = await shown.reports.margins(None, dimension, ALL, "USD", limit=1_000)
        assert sum((row.cost for row in margins.rows), Decimal(0)) == cost == margins.total.cost, dimension
        assert sum(row.unknown for row in margins.rows) == unknown == margins.total.unknown, dimension
        if dimension != "day":
            assert [row.gross for row in margins.rows] == sorted(row.gross for row in margins.rows)
        for row in margins.rows:
            assert row.gross == Decimal(row.revenue_minor).scaleb(-2) - row.cost
            assert (row.gross_percent is None) == (row.foreign or row.revenue_minor <= 0)
            assert row.reason or row.gross_percent is not None
    items = {(row.kind, row.key): row for row in (await shown.reports.margins(None, "item", ALL, "USD")).rows}
    reviews = [one for one in calls if one["feature"] == "review" and one["currency"] == "USD"]
    assert items["unlock", "review"].cost == sum((one["cost"] for one in reviews), Decimal(0))
    fees = await shown.reports.cash(None, ALL, "USD")
    told = sum(one.fees_minor + one.dispute_fees_minor for one in fees)
    expected = None if any(one.fees_unknown for one in fees) else told
    for dimension in ("item", "day", "customer"):
        total = (await shown.reports.margins(None, dimension, ALL, "USD", limit=1_000)).total
        assert total.fees_minor == expected, dimension


async def a_customers_margin_is_exact_by_entry(shown: Shown) -> None:
    whole = {row.key: row for row in (await shown.reports.margins(None, "customer", ALL, "USD")).rows}
    earned = 0
    for customer in await shown.rows("SELECT customer_id AS id FROM credit_accounts"):
        before, seen, cost = None, [], Decimal(0)
        while True:
            page = await shown.reports.margin_of_customer(None, customer["id"], ALL, "USD", before=before, limit=20)
            seen += page.entries
            if (before := page.next_before) is None:
                break
        row = whole[str(customer["id"])]
        assert (page.margin.revenue_minor, page.margin.cost) == (row.revenue_minor, row.cost)
        assert (page.margin.fees_minor, page.margin.unknown) == (row.fees_minor, row.unknown)
        assert len({entry.entry_id for entry in seen}) == len(seen)
        cost = sum((entry.cost for entry in seen), Decimal(0)) + page.unlinked_cost
        assert cost == row.cost
        for entry in seen:
            assert entry.revenue_minor == sum(one.revenue_minor for one in entry.paid_by)
            assert entry.gross == Decimal(entry.revenue_minor).scaleb(-2) - entry.cost
        earned += sum(entry.revenue_minor for entry in seen)
    by_ledger = sum(
        amount
        for (_, currency, _, _, word), (amount, _) in (await replayed(shown.database)).items()
        if currency == "USD" and word in EARNED
    )
    assert earned == by_ledger


async def built_again_the_sums_are_the_same(shown: Shown) -> None:
    before = await all_sums(shown.database)
    assert await shown.revenue.roll() == 0
    await shown.revenue.rebuild()
    assert await all_sums(shown.database) == before
    assert START.date() < clock.now().date()


async def what_was_told_of_days_that_are_over_is_told_of_them_still(shown: Shown) -> None:
    """Refunds that fail later, disputes that are won later: a month that is closed stays as it is."""
    assert await shown.rows("SELECT 1 FROM refunds WHERE undone_at > acted_at")
    assert await shown.rows("SELECT 1 FROM disputes WHERE closed_at > opened_at")
    for past, told in shown.told:
        assert await shown.figures(past) == told, past


async def it_ties_before_the_sums_have_come_so_far(shown: Shown) -> None:
    """The self-audit's look: all that is new is in it, and nothing of it stays."""
    behind = await shown.revenue.behind()
    assert behind[0] > 0
    ties = await RevenueTies(shown.database, shown.revenue).look(None)
    assert [(one.currency, one.holds) for one in ties] == [("USD", True)]
    assert await shown.revenue.behind() == behind


async def a_sum_that_is_wrong_by_a_cent_does_not_tie(shown: Shown) -> None:
    wrong = "UPDATE revenue_sums SET amount_minor = amount_minor + 1 WHERE ctid = (SELECT min(ctid) FROM revenue_sums "
    async with shown.database.transaction() as session:
        await session.execute(text(f"{wrong} WHERE movement = 'sold' AND currency = 'USD')"))
    (tie,) = await RevenueTies(shown.database, shown.revenue).look(None)
    assert (tie.holds, tie.summed_minor - tie.owed_minor) == (False, 1)


async def the_list_of_customers_shows_the_same_margins(shown: Shown) -> None:
    rows = {int(row.key): row for row in (await shown.reports.margins(None, "customer", ALL, "USD")).rows}
    async with shown.database.transaction() as session:
        listed = await margins_of(session, [*rows, 999_999], ALL)
    assert listed.keys() == rows.keys()
    for customer, row in rows.items():
        one = listed[customer]
        expected = (None, None) if row.foreign else (row.gross, row.gross_percent)
        assert (one.gross, one.percent, one.unknown) == (*expected, row.unknown)
