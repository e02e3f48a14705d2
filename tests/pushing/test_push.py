"""catalog push against the sandbox: everything is made once, kept right, and who holds an old price keeps it (E4)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.items import ItemKind
from billing_app.catalog.loading import preset_names
from tests.catalog.catalogues import small
from tests.pushing.conftest import Counter

PRO_DEARER = ('amount = "29.00 USD"', 'amount = "35.00 USD"')
NO_PACK = ('[[packs]]\ncode = "ten"\nname = "Ten"\nprice = "4.00 USD"\ncredits = 10\n', "")


@pytest.mark.row("E4")
@pytest.mark.parametrize("preset", preset_names())
async def test_a_catalogue_pushed_once_has_nothing_left_to_push(counter: Counter, preset: str) -> None:
    await counter.sells(preset)
    done = await counter.push()
    assert done.exit_code == 2

    assert await counter.changes() == []
    made = {price.lookup_key: price for price in counter.prices()}
    await counter.push()
    assert len(counter.prices()) == len(made)
    async with counter.services.database.transaction() as session:
        rows = await session.execute(
            text("SELECT code, amount_minor, stripe_price_id FROM catalog_items WHERE amount_minor IS NOT NULL")
        )
        items = {row.stripe_price_id: row.amount_minor for row in rows}
    assert items == {price.id: price.unit_amount for price in made.values()}


@pytest.mark.row("E4")
async def test_products_and_prices_say_what_they_stand_for(counter: Counter) -> None:
    await counter.sells("creator")
    await counter.push()
    yearly = counter.price("plan_pro_year")
    assert yearly.recurring is not None
    assert (yearly.unit_amount, yearly.currency, yearly.recurring.interval) == (39_000, "usd", "year")
    assert yearly.tax_behavior == "exclusive"
    assert yearly.metadata.to_dict() == {"managed_by": "billing_app", "item": "plan_pro_year", "credits": "400"}
    monthly = counter.price("plan_pro_month")
    assert monthly.product == yearly.product
    product = counter.dashboard.v1.products.retrieve(str(yearly.product))
    assert (product.id, product.name, product.active) == ("billing_app_plan_pro", "Pro", True)
    pack = counter.price("pack_small")
    assert (pack.unit_amount, pack.recurring) == (1_200, None)


@pytest.mark.row("E4")
async def test_a_changed_amount_is_a_new_price_the_key_moves_and_the_old_one_is_archived(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    old = counter.price("plan_pro_month")
    await _subscribes(counter, old.id)

    await counter.sells(small(PRO_DEARER))
    plan = await counter.services.push.plan()
    assert plan.stays == ("1 subscription stays on plan pro by month: 100 credits a month for 29.00 USD",)
    assert [line for line in plan.changes if "price" in line] == [
        "make price for plan pro by month: 100 credits a month for 35.00 USD",
        f"archive price {old.id}: plan pro by month, 100 credits a month for 29.00 USD",
    ]
    await counter.services.push.push(plan)

    new = counter.price("plan_pro_month")
    assert (new.unit_amount, new.active) == (3_500, True)
    kept = counter.dashboard.v1.prices.retrieve(old.id)
    assert (kept.unit_amount, kept.active, kept.lookup_key) == (2_900, False, None)
    known = await counter.services.catalog.item_of_stripe_price(old.id)
    assert known is not None
    assert known.retired_in is not None
    assert await counter.changes() == []


async def test_going_back_to_an_old_price_revives_it_instead_of_making_a_third(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    first = counter.price("plan_pro_month").id
    await counter.sells(small(PRO_DEARER))
    await counter.push()
    await counter.sells(small())
    await counter.push()
    assert counter.price("plan_pro_month").id == first
    assert len([price for price in counter.prices() if price.metadata["item"] == "plan_pro_month"]) == 2
    assert await counter.changes() == []


async def test_more_credits_for_the_same_money_are_another_price_so_that_who_holds_the_old_keeps_it(
    counter: Counter,
) -> None:
    await counter.sells(small())
    await counter.push()
    old = counter.price("plan_pro_month").id
    await counter.sells(small(("credits_per_month = 100", "credits_per_month = 150")))
    await counter.push()
    assert counter.price("plan_pro_month").id != old
    held = await counter.services.catalog.item_of_stripe_price(old)
    assert held is not None
    assert held.credits == 100


async def test_what_is_taken_out_is_archived_with_its_product(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    gone = counter.price("pack_ten")
    await counter.sells(small(NO_PACK))
    await counter.push()
    assert not counter.dashboard.v1.prices.retrieve(gone.id).active
    assert not counter.dashboard.v1.products.retrieve(str(gone.product)).active
    assert await counter.changes() == []
    await counter.sells(small())
    await counter.push()
    assert counter.price("pack_ten").id == gone.id
    assert counter.dashboard.v1.products.retrieve(str(gone.product)).active


async def test_what_was_changed_by_hand_in_stripe_is_put_right(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    month, year = counter.price("plan_pro_month"), counter.price("plan_pro_year")
    stripe_ = counter.dashboard.v1
    stripe_.products.update(str(month.product), {"name": "Renamed by hand"})
    stripe_.prices.update(month.id, {"active": False})
    stripe_.prices.update(year.id, {"lookup_key": "somebody_elses"})

    assert await counter.changes() == [
        'change product billing_app_plan_pro: called "Pro" instead of "Renamed by hand"',
        f"change price {month.id} of plan pro by month: no longer archived",
        f"change price {year.id} of plan pro by year: lookup key plan_pro_year",
    ]
    await counter.push()
    assert stripe_.products.retrieve(str(month.product)).name == "Pro"
    assert counter.price("plan_pro_month").active
    assert counter.price("plan_pro_year").id == year.id
    assert await counter.changes() == []


async def test_a_price_made_by_hand_that_asks_the_same_is_adopted_with_its_product(counter: Counter) -> None:
    stripe_ = counter.dashboard.v1
    product = stripe_.products.create({"name": "Our Pro plan"})
    price = stripe_.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 2900,
            "recurring": {"interval": "month"},
            "lookup_key": "plan_pro_month",
        }
    )
    await counter.sells(small())
    await counter.push()
    adopted = counter.price("plan_pro_month")
    assert (adopted.id, adopted.tax_behavior, adopted.metadata["managed_by"]) == (price.id, "exclusive", "billing_app")
    assert counter.price("plan_pro_year").product == product.id
    assert stripe_.products.retrieve(product.id).name == "Pro"
    assert await counter.changes() == []


async def test_a_price_of_somebody_else_that_asks_another_sum_loses_only_the_lookup_key(counter: Counter) -> None:
    stripe_ = counter.dashboard.v1
    product = stripe_.products.create({"name": "Somebody else's"})
    foreign = stripe_.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 999, "lookup_key": "pack_ten"}
    )
    await counter.sells(small())
    plan = await counter.push()
    assert plan.notes == (
        f"price {foreign.id}, which is not ours, loses the lookup key pack_ten; it stays as it is otherwise",
    )
    assert counter.price("pack_ten").unit_amount == 400
    left = stripe_.prices.retrieve(foreign.id)
    assert (left.active, left.lookup_key, left.metadata.to_dict()) == (True, None, {})
    assert stripe_.products.retrieve(product.id).name == "Somebody else's"
    assert await counter.changes() == []


async def test_a_new_database_finds_what_was_pushed_before(counter: Counter) -> None:
    await counter.sells("career_coach")
    await counter.push()
    before = {price.id for price in counter.prices()}
    async with counter.services.database.transaction() as session:
        await session.execute(text("UPDATE catalog_items SET stripe_price_id = NULL"))
    assert all(line.startswith("link ") for line in await counter.changes())
    await counter.push()
    assert {price.id for price in counter.prices()} == before
    assert await counter.changes() == []


async def test_a_push_that_broke_off_is_finished_by_the_next(counter: Counter) -> None:
    await counter.sells(small())
    plan = await counter.services.push.plan()
    first = plan.sold.steps[:3]
    for step in first:  # as far as it came
        await counter.services.push._take(step, {})  # pyright: ignore[reportPrivateUsage]
    await counter.push()
    assert len(counter.prices()) == 4
    assert await counter.changes() == []


async def test_two_pushes_at_once_make_everything_once(counter: Counter) -> None:
    await counter.sells(small())
    first, second = await counter.services.push.plan(), await counter.services.push.plan()
    await counter.services.push.push(first)
    await counter.services.push.push(second)
    assert len(counter.prices()) == 4
    assert len(counter.dashboard.v1.products.list({"limit": 100}).data) == 3


async def test_an_unknown_price_stands_for_nothing(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    assert await counter.services.catalog.item_of_stripe_price("price_unknown") is None
    known = await counter.services.catalog.item_of_stripe_price(counter.price("pack_ten").id)
    assert known is not None
    assert (known.kind, known.code) == (ItemKind.PACK, "ten")


async def test_the_portal_obeys_the_rules_of_upgrade_and_downgrade(counter: Counter) -> None:
    await counter.sells("creator")
    await counter.push()
    (portal,) = counter.dashboard.v1.billing_portal.configurations.list({"active": True}).data
    change = portal.features.subscription_update
    assert (change.enabled, change.proration_behavior) == (True, "always_invoice")
    conditions = {one.type for one in change.schedule_at_period_end.conditions}
    assert conditions == {"decreasing_item_amount", "shortening_interval"}
    assert change.products is not None
    assert [len(product.prices) for product in change.products] == [2, 2, 2, 2]
    assert (portal.features.subscription_cancel.enabled, portal.features.subscription_cancel.mode) == (
        True,
        "at_period_end",
    )
    counter.dashboard.v1.billing_portal.configurations.update(
        portal.id, {"features": {"subscription_cancel": {"enabled": True, "mode": "immediately"}}}
    )
    assert await counter.changes() == ["change the customer portal's configuration"]
    await counter.push()
    assert await counter.changes() == []


async def test_a_push_is_in_the_audit_log(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    await counter.push()
    async with counter.services.database.transaction() as session:
        rows = (
            await session.execute(text("SELECT object, after FROM audit_log WHERE action = 'catalog.pushed'"))
        ).all()
    assert [row.object for row in rows] == ["catalog:1"]
    assert "make product billing_app_plan_pro: Pro" in rows[0].after["changes"]


async def _subscribes(counter: Counter, price: str) -> None:
    """A row of the mirror: somebody holds the item of this price."""
    item = await counter.services.catalog.item_of_stripe_price(price)
    assert item is not None
    now = datetime.now(UTC)
    async with counter.services.database.transaction() as session:
        customer = await ensure_customer(session, "host-1", name="Ada", email="ada@example.com")
        await session.execute(
            text(
                "INSERT INTO subscriptions (customer_id, stripe_subscription_id, item_id, plan_code, period,"
                " amount_minor, currency, status, started_at, anchor, current_period_start, asked_at, created_at,"
                " updated_at) VALUES (:customer, 'sub_1', :item, 'pro', 'month', 2900, 'USD', 'active', :now, :now,"
                " :now, :now, :now, :now)"
            ),
            {"customer": customer.id, "item": item.item_id, "now": now},
        )
