"""What was paid in another currency is not converted: no share is told of what is left, where it would leave it out."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from billing_app.bootstrap import put_together
from billing_app.db.engine import Database
from billing_app.reports.overview import RevenueAndCost
from billing_app.reports.period import Interval, Period
from billing_app.settings import Settings
from billing_app.ui.pages.admin.overview.rows import drawn
from tests.shop import SECRET

pytestmark = pytest.mark.row("C8")
DAY = date(2026, 11, 1)


def test_the_chart_tells_no_share_beside_costs_of_another_currency() -> None:
    points = [RevenueAndCost(DAY, DAY, 1_000, Decimal(4), Decimal(6), 3, 0)]
    assert "60.0 % is left" in drawn(points, (), Interval.DAY, "USD").summary
    assert "is left" not in drawn(points, (), Interval.DAY, "USD", foreign=True).summary


async def test_the_report_of_revenue_and_cost_tells_no_margin_beside_costs_of_another_currency(
    database: Database, database_url: str
) -> None:
    settings = Settings(_env_file=None, database_url=database_url, secret_key=SecretStr(SECRET))  # pyright: ignore[reportCallIssue]
    services = put_together(settings, database)
    cost = (
        "INSERT INTO cost_sums (day, kind, plan, feature, model, purchase, item, currency, calls, cost) "
        "VALUES (:day, 'llm', '', 'chat', 'm', 'purchase', '', :currency, 1, 4)"
    )
    earned = (
        "INSERT INTO revenue_sums (day, currency, item_kind, code, name, lot_kind, feature, movement, amount_minor) "
        "VALUES (:day, 'USD', 'pack', 'small', 'Small', 'purchase', 'chat', 'used', 1000)"
    )
    try:
        for currency, margin in (("USD", Decimal(60)), ("EUR", None)):
            async with database.transaction() as session:
                await session.execute(text(cost), {"day": DAY, "currency": currency})
                if currency == "USD":
                    await session.execute(text(earned), {"day": DAY})
            told = await services.cost_reports.revenue_vs_cost(None, Period(DAY, DAY), "USD")
            assert (told.margin_percent, told.cost) == (margin, 4)
            assert bool(told.reason) is (margin is None)
    finally:
        await services.gateway.close()
