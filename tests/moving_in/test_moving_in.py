"""Moving in with credits and a subscription that runs at Stripe: nothing twice, nothing lost, the renewal goes on."""

import asyncio
from typing import Any

from billing_app import clock
from billing_app.credits.doctor import audit as doctor
from tests.moving_in.older import customer_of, move, older
from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers


async def _everything(shop: Shop) -> list[list[dict[str, Any]]]:
    tables = ("customers", "stripe_customers", "subscriptions", "credit_lots", "credit_entries", "plan_windows",
              "unlocks", "quota_usage", "facts", "subscription_changes", "audit_log", "outbox")  # fmt: skip
    left_out = ("asked_at", "updated_at", "watched_at")
    return [
        [{name: value for name, value in row.items() if name not in left_out} for row in found]
        for table in tables
        for found in [await shop.rows(f"SELECT * FROM {table} ORDER BY 1, 2")]
    ]


async def test_a_subscription_made_elsewhere_moves_in_with_what_is_left_and_renews_once(
    shop: Shop, subscribers: Subscribers
) -> None:
    somebody, made = await older(shop)
    row = f"user-17,ada@example.com,{somebody},{made},pro,120,plan,11.70,USD,"
    before = await _everything(shop)
    (tried,) = await move(shop, row, dry_run=True)
    assert tried.problem is None
    assert any("taken over" in effect for effect in tried.effects)
    assert await _everything(shop) == before, "a dry run changes nothing"

    (moved,) = await move(shop, row)
    assert moved.problem is None
    assert moved.effects == tried.effects
    await shop.settle()
    ada = await customer_of(shop)
    assert await shop.available(ada) == 120
    held = await subscribers.held(made)
    assert (held.plan_code, held.status, held.live, held.drift) == ("pro", "active", True, ())
    assert await shop.rows("SELECT status FROM invoices") == [{"status": "paid"}], "the history came along"
    assert await shop.rows("SELECT kind FROM outbox") == [], "and no mail was sent about old things"

    done = await _everything(shop)
    (again,) = await move(shop, row)
    assert (again.effects, again.problem) == ((), None)
    await shop.settle()
    assert await _everything(shop) == done, "once more changes nothing"

    await subscribers.pass_time(days=32)
    assert await shop.available(ada) == 400, "the renewal's credits, once; what was left of the old window is over"
    assert await subscribers.failed_jobs() == []
    await subscribers.pass_time(days=31)
    assert await shop.available(ada) == 400
    async with shop.services.database.transaction() as session:
        assert (await doctor(session)).clean


async def test_the_running_window_can_be_used_until_the_renewal_is_paid(shop: Shop, subscribers: Subscribers) -> None:
    somebody, made = await older(shop)
    await move(shop, f"user-17,,{somebody},{made},,120,plan,,,")
    await shop.settle()
    ada = await customer_of(shop)
    held = await subscribers.held(made)
    assert held.period_end is not None
    (lot,) = await shop.rows("SELECT renews_at, expires_at FROM credit_lots WHERE customer_id = :ada", ada=ada)
    assert lot["renews_at"] == held.period_end
    assert lot["expires_at"] > held.period_end, "the renewal gap, as for any plan"


async def test_a_year_that_was_paid_before_goes_on_month_by_month(shop: Shop, subscribers: Subscribers) -> None:
    offer = await shop.services.catalog.offer("plan", "pro", "year")
    assert offer.price
    somebody, made = await older(shop, amount=offer.price.minor, interval="year")
    (moved,) = await move(shop, f"user-17,,{somebody},{made},pro,50,plan,10.00,USD,")
    assert moved.problem is None
    await shop.settle()
    ada = await customer_of(shop)
    assert await shop.available(ada) == 50
    lots = await shop.rows("SELECT granted FROM credit_lots WHERE customer_id = :ada", ada=ada)
    assert sorted(lot["granted"] for lot in lots) == [50, *[400] * 11]
    await subscribers.pass_time(days=33)
    assert await shop.available(ada) == 400


async def test_what_is_left_of_a_trial_ends_with_it_and_the_paid_plan_begins(
    shop: Shop, subscribers: Subscribers
) -> None:
    somebody, made = await older(shop, trial_period_days=7)
    (moved,) = await move(shop, f"user-17,,{somebody},{made},pro,33,trial,,,")
    assert moved.problem is None
    await shop.settle()
    ada = await customer_of(shop)
    assert await shop.available(ada) == 33, "what the file says, not a trial's credits anew"
    await subscribers.pass_time(days=8)
    await subscribers.pass_time(hours=2)
    assert await shop.available(ada) == 400


async def test_bought_lots_and_a_cancelled_plan_come_as_they_are(shop: Shop, subscribers: Subscribers) -> None:
    somebody, made = await older(shop, cancel_at_period_end=True)
    expires = f"{clock.now().year + 2}-01-31"
    moved = await move(
        shop,
        f"user-17,ada@example.com,{somebody},{made},pro,120,plan,,,",
        f"user-17,,,,,500,purchase,19.00,USD,{expires}",
    )
    assert [one.problem for one in moved] == [None]
    await shop.settle()
    ada = await customer_of(shop)
    assert await shop.available(ada) == 620
    assert await shop.rows("SELECT kind FROM outbox") == []
    await subscribers.pass_time(days=33)
    assert await shop.available(ada) == 500, "the plan is over, what was bought stays"
    assert (await subscribers.held(made)).status == "canceled"


async def test_who_cannot_come_changes_nothing_and_keeps_nobody_out(shop: Shop) -> None:
    strange_customer, strange = await older(shop, amount=1234)
    mine, good = await older(shop)
    _, elsewhere = await older(shop)
    lonely = (await asyncio.to_thread(lambda: shop.sandbox.client().v1.customers.create({"name": "Lonely"}))).id
    before = await shop.rows("SELECT id FROM credit_entries")
    moved = await move(
        shop,
        f"strange,,{strange_customer},{strange},,,,,,",
        "nobody,,cus_NOBODY,,,,,,,",
        f"mixed,,{lonely},{elsewhere},,,,,,",
        f"wrong-plan,,{mine},{good},ultimate,,,,,",
        "over,,,,,10,purchase,,,2020-01-01",
        "plain,,,,,10,gift,,,",
    )
    said = {one.customer: one.problem.what if one.problem else one.effects for one in moved}
    assert "is no price in the catalogue" in said["strange"]
    assert "knows no customer cus_NOBODY" in said["nobody"]
    assert "belongs to" in said["mixed"]
    assert "of the plan ultimate" in said["wrong-plan"]
    assert "over already" in said["over"]
    assert said["plain"] == ("customer made", "10 credits (gift)")
    assert [row["external_id"] for row in await shop.rows("SELECT external_id FROM customers")] == ["plain"]
    assert len(await shop.rows("SELECT id FROM credit_entries")) == len(before) + 1
    untouched = await asyncio.to_thread(lambda: shop.sandbox.client().v1.subscriptions.retrieve(strange))
    assert "managed_by" not in untouched.metadata


async def test_a_lot_that_moved_in_never_changes_and_new_ones_stand_behind_it(shop: Shop) -> None:
    header = "customer,lot_credits,lot_kind"
    await move(shop, "user-17,10,gift", header=header)
    (changed,) = await move(shop, "user-17,12,gift", header=header)
    assert changed.problem is not None
    assert "an opening lot never changes" in changed.problem.what
    (grown,) = await move(shop, "user-17,10,gift", "user-17,12,gift", header=header)
    assert grown.effects == ("12 credits (gift)",)
    assert await shop.available(await customer_of(shop)) == 22


async def test_somebody_elses_stripe_customer_is_refused(shop: Shop, subscribers: Subscribers) -> None:
    bob = await shop.a_customer()
    theirs = await subscribers.stripe_customer(bob)
    (moved,) = await move(shop, f"user-17,,{theirs},,,,,,,")
    assert moved.problem is not None
    assert moved.problem.what == f"{theirs} is customer {bob} here already."


async def test_a_mark_that_never_reached_stripe_is_set_by_the_next_run(shop: Shop, subscribers: Subscribers) -> None:
    somebody, made = await older(shop)
    row = f"user-17,,{somebody},{made},pro,120,plan,,,"
    await move(shop, row)
    unmarked: Any = {"metadata": {"managed_by": "", "item_id": ""}}
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.update(made, unmarked))
    await shop.settle()
    (again,) = await move(shop, row)
    assert again.effects == (f"{made} marked as ours at Stripe",)
    await shop.settle()
    assert (await subscribers.held(made)).drift == ()
    assert await shop.available(await customer_of(shop)) == 120
