"""The catalogue as staff handle it: whom a file would touch is known first, and nobody is overwritten."""

import pytest
from sqlalchemy import text

from billing_app.accounts.customers import ensure_customer
from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Principal, Role
from billing_app.catalog.loading import Source, read_source
from billing_app.catalog.publish import CatalogMoved
from billing_app.catalog.refusals import CatalogRefused
from billing_app.errors import InvalidInput, NotFound
from billing_app.payments.pushing.desk import CatalogueDesk
from tests.host_api.host import Host
from tests.staff import staff

FILE = read_source("creator")
DEARER = Source("creator.toml", FILE.text.replace('"39.00 USD"', '"45.00 USD"', 1))


ADMIN, SUPPORT, VIEWER = (staff(role, user_id=1) for role in (Role.ADMIN, Role.SUPPORT, Role.VIEWER))
CUSTOMER = Principal(2, 2, 1, Role.CUSTOMER, "ada@example.com", "Ada", verified=True, demo=False)


@pytest.fixture
def sold() -> str:
    return "creator"


@pytest.fixture
def desk(host: Host) -> CatalogueDesk:
    return host.services.catalogue_desk


async def subscribers(host: Host, count: int, *, plan: str = "pro", scheduled: int = 0) -> None:
    async with host.services.database.transaction() as session:
        for number in range(count + scheduled):
            customer = (await ensure_customer(session, f"{plan}-{number}")).id
            await session.execute(
                text(
                    "INSERT INTO subscriptions (customer_id, stripe_subscription_id, item_id, next_item_id, plan_code, "
                    "period, status, started_at, anchor, current_period_start, asked_at, created_at, updated_at) "
                    "SELECT :customer, :stripe, CASE WHEN :coming THEN other.id ELSE held.id END, "
                    "CASE WHEN :coming THEN held.id END, held.code, 'month', 'active', now(), now(), now(), now(), "
                    "now(), now() FROM catalog_items held, catalog_items other WHERE held.code = :plan "
                    "AND held.period = 'month' AND other.code = 'creator' AND other.period = 'month'"
                ),
                {
                    "customer": customer,
                    "stripe": f"sub_{plan}_{number}",
                    "plan": plan,
                    "coming": number >= count,
                },
            )


@pytest.mark.row("C10")
async def test_a_dearer_price_says_who_stays_on_the_old_one_and_who_is_on_the_way_to_it(
    host: Host, desk: CatalogueDesk
) -> None:
    await subscribers(host, 3, scheduled=2)
    shown = await desk.preview(ADMIN, DEARER)
    assert shown.version == 1
    assert [str(one) for one in shown.difference.changes] == ["~ plans.pro.prices.month.amount: 39.00 USD -> 45.00 USD"]
    (touched,) = shown.touched
    assert (touched.stay, touched.scheduled, touched.since) == (3, 2, 1)
    assert touched.in_words().startswith("3 subscribers stay on plan pro by month (v1)")
    assert touched.in_words().endswith("; 2 scheduled to move to it")

    applied = await desk.apply(ADMIN, DEARER, expect=1, reason="Costs rose")
    assert (applied.made, applied.version) == (True, 2)
    items = {(one.label, one.since): one for one in await desk.items(VIEWER)}
    old, new = items["plan pro by month", 1], items["plan pro by month", 2]
    assert (old.retired, old.holders, old.scheduled) == (2, 3, 2)
    assert (new.retired, new.holders, new.at_stripe) == (None, 0, False)


async def test_versions_say_who_applied_them_and_how_they_differ(host: Host, desk: CatalogueDesk) -> None:
    await host.services.accounts.ensure_demo()
    await desk.apply(ADMIN, DEARER, expect=1, reason="Costs rose")
    newest, first = await desk.versions(VIEWER)
    assert (newest.number, newest.in_force, first.in_force, first.applied_by) == (2, True, False, "cli")
    assert "@" in newest.applied_by
    assert [str(one) for one in await desk.between(VIEWER, 1, 2)] == [
        "~ plans.pro.prices.month.amount: 39.00 USD -> 45.00 USD"
    ]
    assert await desk.export(VIEWER, version=1) == FILE.text
    async with host.services.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT actor_id, reason, after FROM audit_log WHERE action = 'catalog.applied' AND actor_kind = 'user'"
            )
        )
        row = found.one()
    assert (row.actor_id, row.reason, row.after["version"]) == ("1", "Costs rose", 2)


async def test_nobodys_change_is_overwritten_and_a_change_has_a_reason(desk: CatalogueDesk) -> None:
    await desk.apply(ADMIN, DEARER, expect=1, reason="Costs rose")
    with pytest.raises(CatalogMoved, match="Version 2 is in force, not 1"):
        await desk.apply(ADMIN, FILE, expect=1, reason="As I saw it")
    with pytest.raises(InvalidInput, match="Say why"):
        await desk.apply(ADMIN, FILE, expect=2, reason="  ")
    assert (await desk.versions(VIEWER))[0].number == 2


async def test_a_bad_file_is_refused_by_line_and_nothing_changes(desk: CatalogueDesk) -> None:
    bad = Source("shop.toml", FILE.text.replace('"39.00 USD"', '"39.00"', 1))
    with pytest.raises(CatalogRefused) as refused:
        await desk.preview(ADMIN, bad)
    (why,) = refused.value.refusals
    assert why.line == FILE.text[: FILE.text.index('"39.00 USD"')].count("\n") + 1
    with pytest.raises(CatalogRefused):
        await desk.apply(ADMIN, bad, expect=1, reason="x")
    assert len(await desk.versions(VIEWER)) == 1


async def test_what_is_retired_is_off_sale_and_its_holders_keep_it(host: Host, desk: CatalogueDesk) -> None:
    await subscribers(host, 1)
    text_without = await desk.retiring(ADMIN, "plan", "pro")
    assert (await desk.preview(ADMIN, text_without)).touched[0].stay == 1
    await desk.apply(ADMIN, text_without, expect=1, reason="Nobody new")
    assert all(one.retired == 2 for one in await desk.items(VIEWER) if one.code == "pro")
    with pytest.raises(InvalidInput, match="off sale already"):
        await desk.retiring(ADMIN, "plan", "pro")
    with pytest.raises(NotFound):
        await desk.retiring(ADMIN, "pack", "nothing")


@pytest.mark.row("C8")
async def test_only_administrators_change_the_catalogue_and_customers_do_not_read_it(desk: CatalogueDesk) -> None:
    for lesser in (VIEWER, SUPPORT, CUSTOMER):
        with pytest.raises(NotPermitted):
            await desk.preview(lesser, DEARER)
        with pytest.raises(NotPermitted):
            await desk.apply(lesser, DEARER, expect=1, reason="x")
        with pytest.raises(NotPermitted):
            await desk.retiring(lesser, "plan", "pro")
    for read in (desk.versions(CUSTOMER), desk.items(CUSTOMER), desk.export(CUSTOMER), desk.between(CUSTOMER, 1, 1)):
        with pytest.raises(NotPermitted):
            await read
    with pytest.raises(NotPermitted):
        await desk.stripe_agrees(CUSTOMER)
    assert len(await desk.versions(VIEWER)) == 1
