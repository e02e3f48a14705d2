"""Each figure of the overview, and its chart, recomputed from the raw rows of a random business."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from sqlalchemy import text

from billing_app.accounts.errors import NotPermitted
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports import Interval, Period
from billing_app.reports.overview import OverviewReports
from tests.reports.by_hand import Shown, day_of, recognised_by_hand, sold_without_credits
from tests.reports.journals import paid_at_end_of, random_lives, write
from tests.reports.test_recurring import STRANGER
from tests.reports.test_revenue_of_everything import (
    ALL,
    MONTH,
    a_business,
    within,
)


def an_overview(shown: Shown) -> OverviewReports:
    return OverviewReports(shown.database, CatalogService(shown.database))


async def cost_by_hand(shown: Shown, period: Period) -> tuple[Decimal, int, bool]:
    """USD spent, calls of unknown cost, and whether anything was spent in other money."""
    calls = [one for one in await shown.rows("SELECT * FROM cost_log") if within({day_of(one["at"]): 1}, period)]
    dollars = sum((one["sign"] * one["cost"] for one in calls if one["currency"] == "USD"), Decimal(0))
    return dollars, sum(one["cost"] is None for one in calls), any(one["currency"] == "EUR" for one in calls)


async def owed_by_hand(shown: Shown) -> int:
    lots = sum(
        -(-one["paid_minor"] * one["remaining"] // one["granted"])
        for one in await shown.rows("SELECT * FROM credit_lots")
    )
    return lots + sum(one.owed for one in await sold_without_credits(shown))


async def cash_by_hand(shown: Shown) -> int:
    captured = sum(one["captured_minor"] for one in await shown.rows("SELECT * FROM payments"))
    refunds = await shown.rows("SELECT amount_minor FROM refunds WHERE status IN ('pending', 'succeeded')")
    disputes = await shown.rows(
        "SELECT amount_minor FROM disputes WHERE coalesce(outcome, 'lost') = 'lost' AND status <> 'warning_closed'"
    )
    return captured - sum(one["amount_minor"] for one in [*refunds, *disputes])


@pytest.mark.row("C8")
async def test_every_tile_and_the_chart_are_what_the_raw_rows_say(database: Database) -> None:
    shown = await a_business(database, seed=3)
    lines = random_lives(Random(3), customers=20, days=80)
    await write(database, lines)
    earned = await recognised_by_hand(shown)
    for period, interval in ((ALL, Interval.MONTH), (MONTH, Interval.DAY), (MONTH, Interval.WEEK)):
        told = await an_overview(shown).overview(None, period, "USD", interval)
        tiles = {one.key: one.value for one in told.tiles}
        revenue = within(earned, period)
        cost, unknown, foreign = await cost_by_hand(shown, period)
        assert tiles["mrr"] == sum(paid_at_end_of(lines, period.last).values())
        assert (tiles["recognised"], tiles["llm_cost"]) == (revenue, cost)
        left = (Decimal(revenue).scaleb(-2) - cost) * 100 / Decimal(revenue).scaleb(-2)
        assert tiles["margin_percent"] == (None if foreign else left.quantize(Decimal("0.1"), ROUND_HALF_UP))
        assert all(one.definition and (one.value is not None or one.reason) for one in told.tiles)

        assert [one.first for one in told.series] == [part.first for part in period.parts(interval)], "no gaps"
        assert sum(one.revenue_minor for one in told.series) == revenue
        assert sum((one.cost for one in told.series), Decimal(0)) == cost
        assert sum(one.unknown for one in told.series) == unknown
        assert all(one.profit == Decimal(one.revenue_minor).scaleb(-2) - one.cost for one in told.series)
    tiles = {one.key: one.value for one in (await an_overview(shown).overview(None, ALL, "USD", Interval.MONTH)).tiles}
    assert (tiles["cash_in"], tiles["liability"]) == (await cash_by_hand(shown), await owed_by_hand(shown))


async def test_a_period_is_compared_with_the_one_before_it(database: Database) -> None:
    shown = await a_business(database, seed=4)
    earned = await recognised_by_hand(shown)
    told = await an_overview(shown).overview(None, MONTH, "USD", Interval.MONTH)
    assert told.compared is not None
    assert told.compared.last + timedelta(days=1) == MONTH.first
    (recognised,) = [one for one in told.tiles if one.key == "recognised"]
    assert (recognised.value, recognised.before) == (within(earned, MONTH), within(earned, told.compared))
    alone = await an_overview(shown).overview(None, MONTH, "USD", Interval.MONTH, compare=False)
    assert (alone.compared, alone.before, {one.before for one in alone.tiles}) == (None, (), {None})


@pytest.mark.row("C8")
async def test_what_needs_attention_is_found_where_it_went_wrong(database: Database) -> None:
    shown = await a_business(database, seed=5)
    async with database.transaction() as session:
        for statement in (
            "UPDATE subscriptions SET drift = '[\"price x\"]' WHERE stripe_subscription_id = 'sub_0'",
            "UPDATE subscriptions SET status = 'past_due' WHERE stripe_subscription_id = 'sub_1'",
            "INSERT INTO unpriced_models (model, since, source, request_id) VALUES ('new-model', now(), 's', 'r')",
            "INSERT INTO webhook_events (id, type, livemode, created_at, received_at, state, payload) "
            "SELECT 'evt_' || n, 'x', false, now(), now(), 'parked', '{}' FROM generate_series(1, 1200) n",
        ):
            await session.execute(text(statement))
    found = await an_overview(shown).attention(None, MONTH, "USD")
    by_key = {one.key: one for one in found}
    assert by_key["drift"].count == by_key["past_due"].count == 1
    assert (by_key["webhooks"].count, by_key["webhooks"].more) == (1_000, True)
    assert by_key["webhooks"].words.startswith("More than 1,000 events")
    assert by_key["unpriced"].level == "bad"
    assert [one.level for one in found] == sorted((one.level for one in found), key=lambda level: level != "bad")
    assert all(one.href.startswith("/admin/") for one in found)


async def test_customers_see_no_overview(database: Database) -> None:
    overview = OverviewReports(database, CatalogService(database))
    for asked in (
        overview.overview(STRANGER, MONTH, "USD"),
        overview.attention(STRANGER, MONTH, "USD"),
        overview.revenue_and_cost(STRANGER, MONTH, "USD"),
    ):
        with pytest.raises(NotPermitted):
            await asked
