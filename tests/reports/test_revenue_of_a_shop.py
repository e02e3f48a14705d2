"""What is bought, used and given back through the product itself, with Stripe's sandbox, is what the reports say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing_app import clock
from billing_app.credits import Consume
from billing_app.reports import Period
from billing_app.usage import VendorCost
from tests.shop import Shop

CURRENCY = "USD"


@pytest.mark.row("C8")
@pytest.mark.row("C6")
async def test_a_pack_that_is_half_used_and_then_refunded_and_an_unlock(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.without_a_free_month(customer)
    services, today = shop.services, clock.now().date()
    period = Period(today - timedelta(days=1), today + timedelta(days=1))
    pack = await shop.buy(customer, "pack", "popular")
    await shop.buy(customer, "unlock", "qa_management")
    used = await services.credits.consume(Consume(customer_id=customer, feature="interview_session", credits=10))
    call = VendorCost(
        source="host", request_id="r1", customer_id=customer, entry_id=used.entry_id, feature="interview_session",
        service="stt", units=Decimal(1), cost=Decimal("1.80"),
        currency=CURRENCY,
    )  # fmt: skip
    await services.costs.log(call)

    async def shown() -> tuple[dict[str, int], int, dict[str, tuple[int, str]]]:
        await services.revenue_rollup.roll()
        await services.cost_rollup.rebuild()
        earned = await services.reports.recognised(None, period, CURRENCY)
        owed = await services.reports.liability(None, None, CURRENCY)
        margins = await services.reports.margins(None, "item", period, CURRENCY)
        rows = {row.name: (row.revenue_minor, str(row.cost.normalize())) for row in margins.rows}
        return {one.item.name: one.total_minor for one in earned}, owed.credits_minor, rows

    earned, owed, margins = await shown()
    assert earned == {"Popular": 320, "Q&A Management": 2500}, "10 of 25 credits at $8.00; the unlock at its sale"
    assert owed == 480
    assert margins["Popular"] == (320, "1.8")

    await shop.sandbox.refund(pack.payment_intent)
    await shop.settle()
    earned, owed, _ = await shown()
    assert earned == {"Popular": 0, "Q&A Management": 2500}, "$4.80 was owed and never earned, $3.20 is taken back"
    assert owed == 0
    (cash,) = await services.reports.cash(None, period, CURRENCY)
    assert (cash.captured_minor, cash.refunded_minor, cash.payments, cash.refunds) == (3300, 800, 2, 1)
    assert (await services.reports.roll_forward(None, Period(today, today), CURRENCY)).ties is True
