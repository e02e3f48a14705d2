"""Going forward in time: the sandbox's clock and ours together, with everything that is due on the way."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing_app import clock
from billing_app.errors import InvalidInput, Unavailable
from billing_app.jobs import attend_time_travel
from billing_app.payments.time_travel import CannotTravel, TimeTravel
from tests.shop import Shop

pytestmark = pytest.mark.row("D6")


def _travel(shop: Shop) -> TimeTravel:
    assert shop.services.time_travel is not None
    attend_time_travel(shop.services)
    return shop.services.time_travel


async def test_both_clocks_show_the_same_after_a_journey(shop: Shop) -> None:
    travel = _travel(shop)
    before = clock.now()
    done = await travel.advance(days=3)
    assert abs(clock.now() - done.end) < timedelta(seconds=5)
    assert timedelta(days=3) <= done.end - before < timedelta(days=3, seconds=10)
    assert done.steps >= 3, "never more than a day at once, for what only we do by time"
    shown = await travel.follow()
    assert abs(shown - clock.now()) <= timedelta(seconds=2)


async def test_a_pack_bought_today_is_gone_when_its_days_are_over(shop: Shop) -> None:
    ada = await shop.a_customer()
    await shop.buy(ada)
    (lot,) = await shop.rows("SELECT granted, expires_at FROM credit_lots WHERE customer_id = :ada", ada=ada)
    assert await shop.available(ada) == lot["granted"]
    if lot["expires_at"] is None:  # this catalogue's packs never expire
        await _travel(shop).advance(months=3)
        assert await shop.available(ada) == lot["granted"]
        return
    await _travel(shop).advance(to=lot["expires_at"] + timedelta(hours=1))
    assert await shop.available(ada) == 0


async def test_an_abandoned_checkout_expires_on_the_way_and_says_so(shop: Shop) -> None:
    ada = await shop.a_customer()
    await shop.start(ada)
    done = await _travel(shop).advance(days=2)
    (row,) = await shop.rows("SELECT state FROM checkouts")
    assert row["state"] == "expired"
    assert any("checkout.session.expired" in one.what for one in done.happenings)
    assert done.events >= 1


async def test_time_goes_forward_by_a_known_amount_only(shop: Shop) -> None:
    travel = _travel(shop)
    past = datetime.now(UTC) - timedelta(days=1)
    wrong: list[dict[str, Any]] = [
        {}, {"days": 0}, {"days": -1}, {"days": 401}, {"months": 14}, {"to": past}, {"days": 1, "months": 1},
    ]  # fmt: skip
    for asked in wrong:
        with pytest.raises(InvalidInput):
            await travel.advance(**asked)
    with pytest.raises(InvalidInput):
        await travel.advance(to=datetime(2099, 1, 1))  # noqa: DTZ001 - the missing zone is the point
    assert clock.offset() == timedelta(0)


async def test_one_journey_at_a_time(shop: Shop) -> None:
    travel = _travel(shop)
    answers = await asyncio.gather(travel.advance(days=2), travel.advance(days=2), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["CannotTravel", "Travelled"]
    assert isinstance(next(one for one in answers if isinstance(one, Exception)), CannotTravel)


async def test_a_process_without_jobs_cannot_travel(shop: Shop) -> None:
    assert shop.services.time_travel is not None
    with pytest.raises(Unavailable):
        await shop.services.time_travel.advance(days=1)


async def test_what_the_control_room_moved_is_followed(shop: Shop) -> None:
    import httpx

    headers = {"Authorization": "Bearer sk_test_sandbox_no_money_moves"}
    async with httpx.AsyncClient(base_url=shop.sandbox.url, headers=headers, trust_env=False) as room:
        (await room.post("/sandbox/clock/advance", json={"seconds": 86_400})).raise_for_status()
    assert clock.offset() == timedelta(0)
    await _travel(shop).follow()
    assert clock.offset() == timedelta(days=1)
