"""Plans that change in the middle of a window: what comes, what goes, what was spent; told before it is done."""

from datetime import UTC, datetime, timedelta

import pytest

from billing_app import clock
from billing_app.catalog.policies import Policies, Rollover
from billing_app.credits import LotState
from billing_app.entitlements.plan_credits import (
    CreditEffect,
    Window,
    preview_at_period_end,
    preview_ending_now,
    upgrade_credits,
)
from billing_app.entitlements.plan_credits.periods import months_after
from tests.plan_credits.subscriber import HOUR, START, World

FEB_28 = START.replace(month=2, day=28)
FEB_14 = START + timedelta(days=14)


def test_an_upgrade_is_worth_the_difference_for_the_time_that_is_left_rounded_down() -> None:
    window = Window(START, FEB_28)
    assert upgrade_credits(100, 1_000, window, START) == 900
    assert upgrade_credits(100, 1_000, window, FEB_14) == 450
    assert upgrade_credits(100, 1_000, window, FEB_14 + timedelta(seconds=1)) == 449
    assert upgrade_credits(100, 1_000, window, FEB_28) == 0
    assert upgrade_credits(1_000, 100, window, START) == 0


@pytest.mark.row("B5")
async def test_an_upgrade_adds_a_second_lot_to_the_same_window_when_it_is_paid(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.uses(70)
    await world.to(FEB_14)
    invoice = await ada.replaces("pro")
    told = await ada.preview(invoice)
    assert told == CreditEffect(granted_now=450, carried=30, lost=0, next=1_000, next_at=FEB_28)
    assert await ada.available() == 30, "a preview changes nothing, and nothing comes unpaid"
    await ada.pays(invoice)
    assert await ada.available() == 480
    base, second = await ada.lots()
    assert second.label == "Pro, upgrade, 14 Feb to 28 Feb 2027"
    assert (second.expires_at, second.paid_minor, second.payment) == (FEB_28, 950, invoice.invoice_id)
    assert base.expires_at == FEB_28
    await ada.next_period()
    await world.to(FEB_28 + HOUR)
    assert await ada.available() == 480, "both stay through the gap"
    await ada.uses(20)
    await ada.pays()
    assert await ada.available() == 980, "and neither is added to the next"
    assert (await world.drift()).clean


async def test_an_upgrade_of_a_year_reaches_every_window_that_is_left(world: World) -> None:
    ada = await world.a_subscriber("plus", "year")
    await ada.pays()
    await world.to(FEB_14)
    await ada.pays(await ada.replaces("pro", "year"))
    assert await ada.available() == 550
    lots = await ada.lots()
    upgrades = [lot for lot in lots if "upgrade" in lot.label]
    assert [lot.granted for lot in upgrades] == [450] + [900] * 11
    assert sum(lot.paid_minor for lot in upgrades) == 29_000 * 351 // 365 - 10_000 * 351 // 365
    await world.to(months_after(START, 5))
    assert await ada.available() == 1_000


async def test_a_second_upgrade_counts_from_the_first(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await world.to(START + timedelta(days=7))
    first = await ada.replaces("pro")
    await world.to(FEB_14)
    second = await ada.replaces("plus")
    await ada.pays(first)
    assert await ada.available() == 100 + 675
    await ada.pays(second)
    assert await ada.available() == 775 - 450, "the rest of the window is Plus again"
    assert (await world.drift()).clean


@pytest.mark.row("E3")
async def test_from_a_month_to_a_year_at_once_what_is_credited_goes_and_what_was_overspent_is_left_out(
    world: World,
) -> None:
    ada = await world.a_subscriber("pro")
    await ada.pays()
    await ada.uses(800)
    await world.to(FEB_14)
    invoice = await ada.restarts("pro", "year")
    told = await ada.preview(invoice)
    assert told == CreditEffect(granted_now=700, carried=0, lost=200, next=1_000, next_at=months_after(FEB_14, 1))
    await ada.pays(invoice)
    assert await ada.available() == 700
    old, *new = await ada.lots()
    assert (old.used, old.revoked) == (800, 200)
    assert [lot.granted for lot in new] == [700] + [1_000] * 11
    assert await ada.pays(invoice) == []
    await world.to(months_after(FEB_14, 1))
    assert await ada.available() == 1_000
    assert (await world.drift()).clean

    bob = await world.a_subscriber("plus")
    await bob.pays()
    await bob.uses(20)
    await world.to(months_after(FEB_14, 1) + timedelta(days=10))
    await bob.pays(await bob.restarts("plus", "year"))
    assert await bob.available() in range(110, 115), "what its used time was worth stays to its own end"


@pytest.mark.row("E3")
async def test_from_a_year_to_another_at_once_the_windows_to_come_go(world: World) -> None:
    ada = await world.a_subscriber("plus", "year")
    await ada.pays()
    await world.to(months_after(START, 3) + timedelta(days=15))
    await ada.uses(10)
    await ada.pays(await ada.restarts("pro", "month"))
    lots = await ada.lots()
    assert [lot.state for lot in lots[4:12]] == [LotState.REVOKED] * 8
    assert await ada.available() == 100 * 15 // 31 - 10 + 1_000
    await world.to(months_after(START, 4) + HOUR)
    assert await ada.available() == 1_000
    assert (await world.drift()).clean


async def test_what_cannot_be_taken_back_is_left_out_of_lots_that_come_later(world: World) -> None:
    ada = await world.a_subscriber("pro")
    await ada.pays()
    await ada.uses(1_000)
    await world.to(FEB_14)
    await ada.pays(await ada.replaces("plus"))
    assert await ada.available() == 0
    for expected in (0, 0, 0, 0, 50, 100):
        await ada.next_period()
        await ada.pays()
        assert await ada.available() == expected, "450 credits were credited in money, and spent"
    assert (await world.drift()).clean


@pytest.mark.row("E3")
async def test_a_downgrade_at_the_periods_end_leaves_what_there_is(world: World) -> None:
    ada = await world.a_subscriber("pro")
    await ada.pays()
    await ada.uses(100)
    plus = await world.catalog.offer("plan", "plus", "month")
    async with world.database.transaction() as session:
        told = await preview_at_period_end(session, world.credits.ledger, await ada.held(), plus)
        ended = await preview_at_period_end(session, world.credits.ledger, await ada.held(), None)
    assert told == CreditEffect(granted_now=0, carried=900, lost=0, next=100, next_at=FEB_28)
    assert ended == CreditEffect(granted_now=0, carried=900, lost=0, next=0, next_at=None)
    await ada.next_period()
    await ada.holds("plus")
    await ada.pays()
    assert await ada.available() == 100


@pytest.mark.row("E3")
@pytest.mark.parametrize(("voids", "left"), [(False, 60), (True, 0)], ids=["keep_paid", "void"])
async def test_cancelled_at_once_credits_stay_or_go_by_the_policy(world: World, voids: bool, left: int) -> None:
    ada = await world.a_subscriber("plus", "year")
    await ada.pays()
    await ada.uses(40)
    async with world.database.transaction() as session:
        told = await preview_ending_now(session, world.credits.ledger, await ada.held(), voids=voids)
    assert (told.carried, told.lost) == (left, 60 - left)
    await ada.ends(voids=voids)
    free = 20
    assert await ada.available() == left + free, "as on the free plan from now on"
    await world.to(months_after(START, 2))
    assert await ada.available() == (100 if left else 0) + free
    assert (await world.drift()).clean


async def test_cancelled_at_the_periods_end_voids_nothing_and_leaves_no_gap(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.mirror(cancel_at_period_end=True)
    await world.to(FEB_28 - HOUR)
    assert await ada.available() == 100
    await world.to(FEB_28)
    await ada.ends()
    assert await ada.available() == 20


@pytest.mark.row("A7")
async def test_invoices_learnt_of_in_another_order_come_to_the_same(world: World) -> None:
    ada, bob = await world.a_subscriber("pro"), await world.a_subscriber("pro")
    firsts = [await ada.invoice(), await bob.invoice()]
    await world.to(FEB_14)
    seconds = [await ada.restarts("plus", "year"), await bob.restarts("plus", "year")]
    await ada.pays(firsts[0])
    await ada.pays(seconds[0])
    await bob.pays(seconds[1])
    await bob.pays(firsts[1])
    assert await ada.available() == await bob.available() == 500 + 100
    upgraded, late = await world.a_subscriber(), await world.a_subscriber()
    firsts = [await upgraded.invoice(), await late.invoice()]
    await world.to(FEB_28)
    seconds = [await upgraded.replaces("pro"), await late.replaces("pro")]
    for invoice in (firsts[0], seconds[0]):
        await upgraded.pays(invoice)
    for invoice in (seconds[1], firsts[1]):
        await late.pays(invoice)
    assert await upgraded.available() == await late.available() > 500
    assert (await world.drift()).clean


async def test_rolling_over_is_capped_for_a_window_with_its_upgrade_together(world: World) -> None:
    world.policies = Policies(rollover=Rollover(kind="capped", cap=150))
    ada = await world.a_subscriber()
    await ada.pays()
    await world.to(FEB_14)
    await ada.pays(await ada.replaces("pro"))
    await ada.next_period()
    await ada.pays()
    assert await ada.available() == 1_150
    assert (await world.drift()).clean


async def test_an_upgrade_invoiced_with_the_next_period_counts_for_the_window_it_was_for(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await world.to(FEB_14)
    prorations = (await ada.replaces("pro")).lines
    await ada.next_period()
    await ada.pays(await ada.invoice(*prorations, await ada.whole_period()))
    assert clock.now() > FEB_28
    assert await ada.available() == 1_000 + 450, "paid late: to the end of the current window"
    await world.to(datetime(2027, 3, 31, 12, tzinfo=UTC))
    assert await ada.available() == 1_000


async def test_what_was_deducted_once_is_spent_and_deducted_again_if_its_time_is_credited(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await world.to(START + timedelta(days=1))
    await ada.uses(7)
    await ada.pays(await ada.restarts("plus", "month"))
    assert await ada.available() == 96, "of the first day 3 credits were used, and 4 more"
    await world.to(START + timedelta(days=2))
    await ada.pays(await ada.restarts("plus", "month"))
    assert await ada.available() == 99, "and of two days 6"
    assert (await world.drift()).clean
