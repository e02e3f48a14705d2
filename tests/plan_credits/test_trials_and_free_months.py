"""Credits nobody pays for: a trial's lot, and one lot a calendar month on the free plan."""

from datetime import UTC, datetime, timedelta

import pytest

from billing_app import clock
from billing_app.accounts.models import User
from billing_app.credits import LotKind
from billing_app.entitlements import plan_credits
from billing_app.entitlements.plan_credits.periods import months_after
from tests.plan_credits.subscriber import HOUR, START, Subscriber, World, this_minute

WEEK = timedelta(days=7)


async def on_trial(world: World) -> Subscriber:
    start = this_minute()
    end = start + WEEK
    ada = await world.a_subscriber(status="trialing", trial_start=start, trial_end=end, current_period_end=end)
    async with world.database.transaction() as session:
        for _ in range(2):
            await plan_credits.trial_started(session, world.credits.ledger, await ada.held())
    return ada


async def becomes_paid(ada: Subscriber, at: datetime) -> None:
    end = months_after(at, 1)
    await ada.mirror(status="active", anchor=at, current_period_start=at, current_period_end=end, trial_end=at)


@pytest.mark.row("E5")
async def test_a_trial_has_its_own_lot_which_ends_with_it(world: World) -> None:
    ada = await on_trial(world)
    await ada.pays(await ada.invoice(await ada.whole_period(net_minor=0), reason="subscription_create"))
    assert [(lot.kind, lot.granted, lot.expires_at) for lot in await ada.lots()] == [
        (LotKind.TRIAL, 100, START + WEEK)
    ], "the trial's own invoice is paid, and grants nothing"
    await ada.uses(30)
    await world.to(START + WEEK)
    await becomes_paid(ada, START + WEEK)
    assert await ada.available() == 0
    await world.to(START + WEEK + HOUR)
    await ada.pays()
    assert await ada.available() == 100
    assert (await world.drift()).clean


@pytest.mark.row("E5")
async def test_a_trial_that_is_ended_early_does_not_add_to_the_paid_lot(world: World) -> None:
    ada = await on_trial(world)
    await ada.uses(30)
    await world.to(START + timedelta(days=2))
    at = this_minute()
    end = datetime(2027, 3, 2, 10, 30, tzinfo=UTC)
    times = {"anchor": at, "current_period_start": at, "current_period_end": end, "trial_end": at}
    invoice = await ada.invoice()
    async with world.database.transaction() as session:
        told = await plan_credits.preview_invoice(session, world.credits.ledger, invoice, world.policies)
    assert told.granted_now == 0, "a trial's own line"
    await ada.mirror(status="active", **times)
    await ada.pays()
    assert await ada.available() == 100
    assert (await world.drift()).clean


async def test_a_longer_trial_is_a_longer_lot_and_a_refused_one_ends_at_once(world: World) -> None:
    ada = await on_trial(world)
    await ada.mirror(trial_end=START + 2 * WEEK, current_period_end=START + 2 * WEEK)
    await world.to(START + WEEK + HOUR)
    assert await ada.available() == 100
    await ada.ends()
    assert await ada.available() == 20, "as on the free plan"


@pytest.mark.row("B1")
async def test_the_free_plan_gives_a_lot_in_each_calendar_month_when_its_customer_is_first_seen(world: World) -> None:
    nobody = await world.a_customer()
    balance = await world.credits.balance(nobody)
    assert balance.available == 20
    (lot,) = balance.lots
    assert (lot.kind, lot.source, lot.label) == (LotKind.FREE, "free:2027-01", "Free, January 2027")
    assert lot.expires_at == datetime(2027, 2, 1, tzinfo=UTC)
    for _ in range(2):
        assert (await world.credits.balance(nobody)).available == 20
    await world.to(datetime(2027, 4, 15, tzinfo=UTC))
    assert (await world.credits.balance(nobody)).available == 20
    sources = [lot.source for lot in (await world.credits.lots(nobody)).lots]
    assert sources == ["free:2027-04", "free:2027-01"], "nothing for months in which nobody came"


@pytest.mark.row("B1")
async def test_the_first_paid_lot_ends_the_free_one_and_a_month_has_one_free_lot_at_most(world: World) -> None:
    ada = await world.a_subscriber(status="incomplete")
    await world.to(datetime(2027, 2, 2, tzinfo=UTC))
    assert await ada.available() == 20
    await ada.mirror(status="active")
    invoice = await ada.invoice()
    assert (await ada.preview(invoice)).lost == 20
    await ada.pays(invoice)
    assert await ada.available() == 100
    await ada.ends(voids=True)
    assert await ada.available() == 0, "this month's free lot was made before"
    await world.to(datetime(2027, 3, 2, tzinfo=UTC))
    assert await ada.available() == 20
    assert (await world.drift()).clean


@pytest.mark.row("B1")
async def test_no_free_month_for_who_has_a_plan_and_one_when_its_grace_is_over(world: World) -> None:
    ada = await world.a_subscriber()
    await ada.pays()
    await ada.next_period()
    await ada.mirror(status="past_due", past_due_since=clock.now())
    await world.to(datetime(2027, 3, 4, tzinfo=UTC))
    assert await ada.available() == 0
    await world.to(datetime(2027, 3, 7, 11, tzinfo=UTC))
    assert await ada.available() == 20, "nobody had to tell: the grace ended by itself"


@pytest.mark.row("B1")
async def test_free_credits_wait_for_a_confirmed_address(world: World) -> None:
    customer = await world.a_customer()
    async with world.database.transaction() as session:
        user = User(
            customer_id=customer,
            name="Ada",
            email="ada@example.com",
            email_normalised="ada@example.com",
            password_hash="x",
            role="customer",
            demo=False,
            created_at=clock.wall(),
        )
        session.add(user)
    assert (await world.credits.balance(customer)).available == 0
    async with world.database.transaction() as session:
        user.verified_at = clock.wall()
        await session.merge(user)
    assert (await world.credits.balance(customer)).available == 20
