"""Lots from paid invoices: a window a month, twelve a year, late ones, a coupon's, renewals and their gap."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing_app.catalog.policies import Policies, Rollover
from billing_app.credits import Group, LotKind, LotState
from billing_app.entitlements.plan_credits import Resets
from billing_app.entitlements.plan_credits.periods import months_after
from tests.front_door.product import command
from tests.plan_credits.subscriber import HOUR, START, World

LEAP = datetime(2028, 2, 29, 10, 30, tzinfo=UTC)


@pytest.mark.row("E2")
async def test_credits_of_a_plan_are_reset_at_each_renewal_not_added(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    assert await ada.available() == 100
    await ada.uses(30)
    ends = [datetime(2027, month, day, 10, 30, tzinfo=UTC) for month, day in ((2, 28), (3, 31), (4, 30))]
    for end in ends:
        assert [lot.expires_at for lot in (await ada.balance()).lots] == [end], "the anchor's day, cut to the month"
        await ada.next_period()
        await ada.pays()
        assert await ada.available() == 100
    lots = await ada.lots()
    assert [lot.granted for lot in lots] == [100] * 4
    assert [lot.expired for lot in lots] == [70, 100, 100, 0]
    assert lots[0].label == "Plus, 31 Jan to 28 Feb 2027"
    assert (lots[0].paid_minor, lots[0].payment) == (1_000, f"in_{ada.customer_id}_1")
    assert (await world.drift()).clean


async def test_an_invoice_grants_once_however_often_it_is_told(world: World) -> None:
    ada = await world.a_subscriber()
    invoice = await ada.invoice()
    assert len(await ada.pays(invoice)) == 1
    assert await ada.pays(invoice) == []
    assert await ada.available() == 100


@pytest.mark.row("B5")
async def test_a_year_is_twelve_windows_for_which_no_clock_has_to_fire(world: World) -> None:
    ada = await world.a_subscriber("plus", "year")
    await ada.pays()
    lots = await ada.lots()
    assert [lot.granted for lot in lots] == [100] * 12
    assert [lot.paid_minor for lot in lots] == [834] * 4 + [833] * 8, "each a twelfth, to the cent"
    assert [lot.state for lot in lots] == [LotState.OPEN] + [LotState.PREPARED] * 11
    assert [lot.effective_at for lot in lots[:4]] == [months_after(START, number) for number in range(4)]
    assert await ada.available() == 100
    for number in range(1, 12):
        await world.to(months_after(START, number))
        assert await ada.available() == 100, "what was left of the month before is gone"
        await ada.uses(number)
    assert (await world.drift()).clean
    await world.to(months_after(START, 12) + HOUR)
    assert await ada.available() == 89, "the renewal is being paid"


@pytest.mark.row("B5")
async def test_a_year_from_29_february_keeps_its_day(world: World) -> None:
    await world.to(LEAP)
    ada = await world.a_subscriber("pro", "year")
    await ada.pays()
    ends = [lot.expires_at for lot in await ada.lots()]
    assert [end.day for end in ends if end] == [29] * 11 + [28]
    assert ends[-1] == datetime(2029, 2, 28, 10, 30, tzinfo=UTC)


@pytest.mark.row("B5")
@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, 60),
        ({"status": "past_due", "past_due_since": datetime(2027, 2, 28, 11, 0, tzinfo=UTC)}, 60),
        ({"status": "past_due", "past_due_since": datetime(2027, 2, 20, 11, 0, tzinfo=UTC)}, 0),
        ({"status": "unpaid"}, 0),
        ({"status": "paused"}, 0),
        ({"paused": True}, 0),
    ],
    ids=["active", "in grace", "grace is over", "unpaid", "paused", "collection paused"],
)
async def test_the_gap_before_a_renewal_is_bridged_only_for_those_in_good_standing(
    world: World, change: dict[str, object], left: int
) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.uses(40)
    await ada.next_period()
    await world.to(START.replace(month=2, day=28) + 2 * HOUR)
    assert await ada.available() == 60
    await ada.mirror(**change)
    assert await ada.available() == left + (20 if change and left == 0 and "paused" not in change else 0)
    await world.to(START.replace(month=3, day=3) + 2 * HOUR)
    assert [lot.kind for lot in (await ada.balance()).lots if lot.kind == LotKind.PLAN] == []
    assert (await world.drift()).clean


@pytest.mark.row("B5")
async def test_who_has_cancelled_has_no_gap_and_who_resumes_has_it_again(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.mirror(cancel_at_period_end=True)
    await ada.mirror(cancel_at_period_end=False)
    await world.to(START.replace(month=2, day=28) + HOUR)
    assert await ada.available() == 100
    bob = await world.a_subscriber()
    await bob.pays()
    await bob.mirror(cancel_at_period_end=True)
    await world.to(START.replace(month=3, day=28) + 2 * HOUR)
    assert await bob.available() == 0


@pytest.mark.row("B5")
async def test_what_is_used_while_the_renewal_is_paid_counts_in_the_new_window(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.uses(90)
    await ada.next_period()
    await world.to(START.replace(month=2, day=28) + HOUR)
    await ada.uses(7)
    await ada.pays()
    assert await ada.available() == 93
    assert (await world.drift()).clean


@pytest.mark.row("B5")
async def test_paid_late_is_for_the_window_that_was_paid_or_to_the_end_of_the_current_one(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.next_period()
    late = await ada.invoice()
    await ada.mirror(status="past_due", past_due_since=START.replace(month=2, day=28))
    await world.to(START.replace(month=3, day=20))
    assert (await ada.balance()).groups[Group.PLAN] == 0, "nothing is granted to those who have not paid"
    await ada.mirror(status="active", past_due_since=None)
    await ada.pays(late)
    assert [lot.expires_at for lot in (await ada.balance()).lots] == [START.replace(month=3, day=31)]

    bob = await world.a_subscriber()
    await bob.pays()
    await bob.next_period()
    late = await bob.invoice()
    await bob.next_period()
    await world.to(START.replace(month=6, day=1))
    assert await bob.available() == 0
    await bob.pays(late)
    assert [lot.expires_at for lot in (await bob.balance()).lots] == [START.replace(month=6, day=20)]
    await bob.mirror(status="past_due", past_due_since=START.replace(month=5, day=20))
    assert (await bob.balance()).groups[Group.PLAN] == 100, "its end is its own, not that of a window"
    assert (await world.drift()).clean


async def test_a_full_discount_is_paid_too(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays(await ada.invoice(await ada.whole_period(net_minor=0)))
    (lot,) = await ada.lots()
    assert (lot.granted, lot.paid_minor, lot.promotional) == (100, 0, False)


async def test_a_price_the_catalogue_does_not_know_keeps_the_last_known_plan(world: World) -> None:
    ada = await world.a_subscriber()
    line = await ada.whole_period()
    await ada.pays(await ada.invoice(replace(line, item_id=None)))
    assert await ada.available() == 100


@pytest.mark.row("E2")
@pytest.mark.parametrize(
    ("rollover", "after"),
    [
        (Rollover(), 100),
        (Rollover(kind="all", valid_days=40), 170),
        (Rollover(kind="capped", cap=50, valid_days=40), 150),
    ],
    ids=["none", "all", "capped"],
)
async def test_what_is_left_rolls_over_by_the_policy(world: World, rollover: Rollover, after: int) -> None:
    world.policies = Policies(rollover=rollover)
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.uses(30)
    await ada.next_period()
    await world.to(START.replace(month=2, day=28) + HOUR)
    await ada.pays()
    assert await ada.available() == after
    yearly = await world.a_subscriber("plus", "year")
    await yearly.pays()
    await yearly.uses(30)
    await world.to(START.replace(month=3, day=28) + 2 * HOUR)
    assert await yearly.available() == after
    assert (await world.drift()).clean


@pytest.mark.row("E2")
async def test_last_and_next_reset_can_be_read(world: World) -> None:
    service = world.service
    ada = await world.a_subscriber()
    await ada.pays()
    assert await service.resets(ada.customer_id) == Resets(START, START.replace(month=2, day=28), 100)
    pro = await world.catalog.offer("plan", "pro", "month")
    await ada.mirror(next_item_id=pro.item_id, next_at=START.replace(month=2, day=28))
    assert (await service.resets(ada.customer_id)).amount == 1_000
    await ada.mirror(next_item_id=None, next_at=None, cancel_at_period_end=True)
    assert await service.resets(ada.customer_id) == Resets(START, None, 0)
    yearly = await world.a_subscriber("pro", "year")
    await yearly.pays()
    await world.to(START.replace(month=4, day=1))
    told = await service.resets(yearly.customer_id)
    assert told == Resets(START.replace(month=3, day=31), START.replace(month=4, day=30), 1_000)
    nobody = await world.a_customer()
    may, april = datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)
    assert await service.resets(nobody) == Resets(april, may, 20)


@pytest.mark.row("E2")
async def test_reset_due_brings_everybody_up_to_date_as_often_as_one_likes(world: World) -> None:
    yearly = [await world.a_subscriber("plus", "year") for _ in range(3)]
    for each in yearly:
        await each.pays()
    nobody = await world.a_customer()
    await world.to(START.replace(month=3, day=1))
    done = await world.service.reset_due()
    assert (done.customers, done.begun, done.credits_begun, done.ended, done.credits_ended) == (3, 3, 300, 3, 300)
    again = await world.service.reset_due()
    assert (again.customers, again.begun, again.ended) == (0, 0, 0)
    assert (await world.credits.balance(nobody)).available == 20
    assert [await each.available() for each in yearly] == [100] * 3
    await world.to(START.replace(month=3, day=1) + timedelta(days=400))
    assert (await world.service.reset_due()).ended == 34
    assert (await world.drift()).clean


@pytest.mark.row("E2")
async def test_the_command_says_what_it_did_and_does_it_once(world: World, database_url: str) -> None:
    ada = await world.a_subscriber("plus", "year")
    await ada.pays()
    await ada.uses(40)
    await world.to(START.replace(month=3, day=1))
    told = [
        await asyncio.to_thread(command, "credits", "reset-due", DATABASE_URL=database_url, SECRET_KEY="s" * 40)
        for _ in range(2)
    ]
    assert [one.returncode for one in told] == [0, 0], told[0].stderr
    assert told[0].stdout == (
        "1 customers brought up to date: 1 windows began with 100 credits, "
        "1 lots ended and 60 unused credits expired.\n"
    )
    assert told[1].stdout == "Every reset is up to date: nothing was due.\n"
