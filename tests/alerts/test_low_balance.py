"""Low balance: told on crossing a fifth, a tenth and nothing, once for each period, never inside a consumption."""

import asyncio
from datetime import datetime, timedelta

import pytest

from billing_app import clock
from billing_app.credits import Consume, Consumed, Grant, LotKind
from billing_app.db.stamp import advance_clock
from billing_app.notifications.alerts import rules
from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers

FEATURE = "interview_session"


async def _use(shop: Shop, customer_id: int, credits: int, reference: str) -> None:
    wish = Consume(customer_id=customer_id, credits=credits, feature=FEATURE, reference=reference)
    assert isinstance(await shop.services.credits.consume(wish), Consumed)


async def _later(shop: Shop, hours: int) -> None:
    async with shop.services.database.transaction() as session:
        await advance_clock(session, clock.now() + timedelta(hours=hours))


async def _told(shop: Shop, customer_id: int) -> list[int]:
    """The thresholds that were written about, in order."""
    rows = await shop.rows(
        "SELECT (o.data ->> 'threshold')::int AS threshold FROM alerts a JOIN outbox o ON o.id = a.outbox_id "
        "WHERE a.customer_id = :id AND a.kind = 'low_balance' ORDER BY a.id",
        id=customer_id,
    )
    return [row["threshold"] for row in rows]


async def test_a_thousand_consumptions_around_a_threshold_make_one_alert(shop: Shop) -> None:
    ada = await shop.a_customer(credits=5_000)
    await _use(shop, ada, 3_500, "before")
    for hundred in range(10):  # from 1500 down to 500, past a fifth (1000) and on to a tenth
        uses = (_use(shop, ada, 1, f"use-{hundred}-{one}") for one in range(100))
        await asyncio.gather(shop.services.alerts.sweep(), *uses, shop.services.alerts.sweep())
    await shop.services.alerts.sweep()
    assert await _told(shop, ada) == [20], "a tenth is reached within the cool-down"


async def test_each_threshold_is_told_of_once_after_its_cool_down(shop: Shop) -> None:
    ada = await shop.a_customer(credits=100)
    for reference, credits, expected in (
        ("a", 79, []),
        ("b", 1, [20]),
        ("c", 5, [20]),
        ("d", 5, [20, 10]),
        ("e", 9, [20, 10]),
        ("f", 1, [20, 10, 0]),
    ):
        await _use(shop, ada, credits, reference)
        for _ in range(3):
            await shop.services.alerts.sweep()
        assert await _told(shop, ada) == expected
        await _later(shop, 25)


async def test_what_was_skipped_is_covered_by_the_lower_threshold(shop: Shop) -> None:
    ada = await shop.a_customer(credits=100)
    await _use(shop, ada, 100, "all at once")
    await shop.services.alerts.sweep()
    assert await _told(shop, ada) == [0]


async def test_a_purchase_begins_a_new_period_and_the_cool_down_holds_across_it(shop: Shop) -> None:
    ada = await shop.a_customer(credits=10)
    await _use(shop, ada, 10, "a")
    await shop.services.alerts.sweep()
    await shop.services.credits.grant(
        Grant(customer_id=ada, credits=10, kind=LotKind.PROMOTION, label="More", source="more")
    )
    await _use(shop, ada, 9, "b")
    await shop.services.alerts.sweep()
    assert await _told(shop, ada) == [0], "not twice in a day"
    await _later(shop, 25)
    await _use(shop, ada, 1, "c")
    await shop.services.alerts.sweep()
    assert await _told(shop, ada) == [0, 0]


async def test_the_mail_says_what_is_left_of_what(shop: Shop) -> None:
    ada = await shop.a_person(credits=50)
    await _use(shop, ada, 45, "a")
    assert await shop.services.alerts.sweep() == 1
    await shop.work()
    (mail, *_) = await shop.services.notifications.mailbox()
    text = (await shop.services.notifications.mail(mail.id)).text
    assert "You have 5 credits left of 50." in text


async def test_a_customer_without_an_address_is_decided_on_and_gets_no_mail(shop: Shop) -> None:
    ada = await shop.a_customer(credits=10, email=None)
    await _use(shop, ada, 10, "a")
    assert await shop.services.alerts.sweep() == 0
    assert len(await shop.rows("SELECT id FROM alerts WHERE outbox_id IS NULL")) == 1
    assert await shop.services.alerts.sweep() == 0


@pytest.mark.parametrize(
    ("available", "base", "reached"),
    [(21, 100, None), (20, 100, 20), (11, 100, 20), (10, 100, 10), (1, 100, 10), (0, 100, 0), (1, 3, None), (0, 3, 0)],
)
def test_a_threshold_is_reached_exactly_at_its_share(available: int, base: int, reached: int | None) -> None:
    assert rules.threshold_reached(available, base) == reached


async def test_who_has_a_plan_is_told_when_it_brings_more(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada, "pro")
    await _use(shop, ada, 400, "all")
    await shop.services.alerts.sweep()
    (mail,) = await shop.rows("SELECT data FROM outbox WHERE kind = 'low_balance'")
    held = await subscribers.live(ada)
    assert held is not None
    assert held.period_end is not None
    assert mail["data"]["next_credits"] == 400
    assert datetime.fromisoformat(mail["data"]["next_at"]) == held.period_end
