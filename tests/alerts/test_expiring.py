"""Credits expiring: told of 30, 7 and 1 days before, of what is left, once each; never of what comes again monthly."""

from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.credits import Consume, Grant, LotKind
from billing_app.db.stamp import advance_clock
from billing_app.notifications.alerts import service
from tests.shop import Shop


async def _a_lot(
    shop: Shop, customer_id: int, days: int, *, kind: LotKind = LotKind.PURCHASE, credits: int = 10
) -> None:
    grant = Grant(
        customer_id=customer_id,
        credits=credits,
        kind=kind,
        label="Popular pack",
        source=f"lot-{kind}-{days}",
        expires_at=clock.now() + timedelta(days=days),
    )
    await shop.services.credits.grant(grant)


async def _days_pass(shop: Shop, days: int) -> None:
    async with shop.services.database.transaction() as session:
        await advance_clock(session, clock.now() + timedelta(days=days, seconds=1))


async def _told(shop: Shop) -> list[tuple[int, int]]:
    """(days before, credits) of every mail."""
    rows = await shop.rows("SELECT data FROM outbox WHERE kind = 'credits_expiring' ORDER BY id")
    return [(row["data"]["days"], row["data"]["credits"]) for row in rows]


async def test_a_pack_is_told_of_three_times_and_says_what_is_left(shop: Shop) -> None:
    ada = await shop.a_customer()
    await _a_lot(shop, ada, 100)
    seen: list[tuple[int, int]] = []
    for day in range(102):
        if day == 80:
            wish = Consume(customer_id=ada, credits=4, feature="interview_session", reference="a")
            await shop.services.credits.consume(wish)
        await shop.services.alerts.credits_expiring()
        seen = await _told(shop)
        assert len(seen) == (0 if day < 70 else 1 if day < 93 else 2 if day < 99 else 3), f"on day {day}"
        await _days_pass(shop, 1)
    assert seen == [(30, 10), (7, 6), (1, 6)]


async def test_nobody_is_told_of_what_is_used_up(shop: Shop) -> None:
    ada = await shop.a_customer()
    await _a_lot(shop, ada, 100)
    await shop.services.credits.consume(
        Consume(customer_id=ada, credits=10, feature="interview_session", reference="a")
    )
    await _days_pass(shop, 99)
    await shop.services.alerts.credits_expiring()
    assert await _told(shop) == []


@pytest.mark.parametrize("kind", [LotKind.PLAN, LotKind.FREE, LotKind.TRIAL])
async def test_credits_that_come_again_each_month_are_not_written_about(shop: Shop, kind: LotKind) -> None:
    ada = await shop.a_customer()
    await _a_lot(shop, ada, 31, kind=kind)
    for _ in range(31):
        await shop.services.alerts.credits_expiring()
        await _days_pass(shop, 1)
    assert await _told(shop) == []


async def test_a_short_lot_is_told_of_near_its_end_only(shop: Shop) -> None:
    ada = await shop.a_customer()
    await _a_lot(shop, ada, 14)
    await shop.services.alerts.credits_expiring()
    await _days_pass(shop, 7)
    await shop.services.alerts.credits_expiring()
    await _days_pass(shop, 6)
    await shop.services.alerts.credits_expiring()
    assert [days for days, _ in await _told(shop)] == [7, 1]


async def test_after_a_long_silence_only_the_nearest_date_is_told(shop: Shop) -> None:
    ada = await shop.a_customer()
    await _a_lot(shop, ada, 100)
    await _days_pass(shop, 95)
    await shop.services.alerts.credits_expiring()
    assert [days for days, _ in await _told(shop)] == [7]


async def test_many_lots_that_end_together_are_all_told_of_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 20)
    people = [await shop.a_customer() for _ in range(45)]
    at = clock.now() + timedelta(days=60)
    async with shop.services.database.transaction() as session:
        await shop.services.credits.apply(
            session,
            [
                Grant(customer_id=one, credits=3, kind=LotKind.GIFT, label="Gift", source="gift", expires_at=at)
                for one in people
            ],
        )
    await _days_pass(shop, 59)
    assert await shop.services.alerts.credits_expiring() == 45
    assert await shop.services.alerts.credits_expiring() == 0
