"""Versions of the catalogue in the database: applied again and again, compared, exported; nothing sold is ever lost."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing_app.catalog.in_force import NoCatalog, UnreadableCatalog
from billing_app.catalog.items import ItemKind
from billing_app.catalog.loading import Source, load, read_source
from billing_app.catalog.offers import Capability
from billing_app.catalog.publish import CatalogMoved
from billing_app.catalog.refusals import CatalogRefused
from billing_app.catalog.service import CatalogService, NotForSale
from billing_app.db.engine import Database
from billing_app.errors import NotFound
from billing_app.journal.audit import Actor
from tests.catalog.catalogues import SMALL, small

EVERYTHING = frozenset(Capability)
DEARER = ('"4.00 USD"', '"5.00 USD"')


@pytest.fixture
def catalog(database: Database) -> CatalogService:
    return CatalogService(database, recheck_after_s=0)


async def items(database: Database, columns: str = "*") -> list[tuple[object, ...]]:
    async with database.transaction() as session:
        rows = await session.execute(text(f"SELECT {columns} FROM catalog_items ORDER BY id"))
        return [tuple(row) for row in rows]


@pytest.mark.row("C10")
async def test_applying_says_what_it_made_and_the_second_time_that_nothing_had_to_be(
    catalog: CatalogService, database: Database
) -> None:
    first = await catalog.apply(read_source("interview_mate"))
    assert (first.version, first.made) == (1, True)
    assert first.lines() == [
        "Version 1 is in place.",
        "  made pack starter: 10 credits for 4.00 USD",
        "  made pack popular: 25 credits for 8.00 USD",
        "  made pack pro: 50 credits for 15.00 USD",
        "  made unlock ai_qa_generator: ai_qa_generation, 1 use(s), for 10.00 USD",
        "  made unlock qa_management: qa_pairs_crud, unlimited, for 25.00 USD",
    ]
    before = await items(database)
    again = await catalog.apply(read_source("interview_mate"))
    assert (again.version, again.made) == (1, False)
    assert again.lines() == ["Nothing to do: version 1 is in place."]
    assert await items(database) == before


@pytest.mark.row("C1")
async def test_plans_live_in_the_database_with_a_price_for_each_period(
    catalog: CatalogService, database: Database
) -> None:
    await catalog.apply(read_source("showcase"))
    plans = [
        row[1:] for row in await items(database, "kind, code, period, amount_minor, credits, sort") if row[0] == "plan"
    ]
    assert plans == [
        ("free", None, None, 8, 0),
        ("starter", "month", 1200, 60, 1),
        ("starter", "year", 12000, 60, 1),
        ("pro", "month", 2900, 200, 2),
        ("pro", "year", 29000, 200, 2),
        ("teams", None, None, 0, 3),
    ]


async def test_a_changed_price_is_a_new_item_and_the_old_one_is_kept_for_who_holds_it(catalog: CatalogService) -> None:
    await catalog.apply(small())
    sold = await catalog.offer("pack", "ten")
    applied = await catalog.apply(small(DEARER))
    assert applied.lines() == [
        "Version 2 is in place.",
        "  made pack ten: 10 credits for 5.00 USD",
        "  retired pack ten: 10 credits for 4.00 USD; who holds it keeps it",
        "  ~ packs.ten.price: 4.00 USD -> 5.00 USD",
    ]
    now = await catalog.offer("pack", "ten")
    held = await catalog.item(sold.item_id)
    assert (now.amount_minor, now.introduced_in, now.retired_in) == (500, 2, None)
    assert (held.amount_minor, held.credits, held.introduced_in, held.retired_in) == (400, 10, 1, 2)


async def test_going_back_to_an_old_price_puts_the_old_item_on_sale_again(
    catalog: CatalogService, database: Database
) -> None:
    await catalog.apply(small())
    original = await catalog.offer("pack", "ten")
    await catalog.apply(small(DEARER))
    await catalog.apply(small())
    assert (await catalog.offer("pack", "ten")).item_id == original.item_id
    assert len([row for row in await items(database, "kind") if row[0] == "pack"]) == 2


async def test_a_new_name_is_no_new_item(catalog: CatalogService) -> None:
    await catalog.apply(small())
    sold = await catalog.offer("pack", "ten")
    applied = await catalog.apply(small(('name = "Ten"', 'name = "A handful"')))
    assert "  described anew: pack ten" in applied.lines()
    renamed = await catalog.offer("pack", "ten")
    assert (renamed.item_id, renamed.name, renamed.definition["name"]) == (sold.item_id, "A handful", "A handful")


async def test_what_is_taken_out_can_no_longer_be_bought_and_is_not_deleted(catalog: CatalogService) -> None:
    await catalog.apply(small())
    sold = await catalog.offer("unlock", "pairs")
    without = SMALL[: SMALL.index("[[unlocks]]")] + SMALL[SMALL.index("[[rates]]") :]
    await catalog.apply(Source("small.toml", without))
    with pytest.raises(NotForSale, match='There is no unlock "pairs" for sale'):
        await catalog.offer("unlock", "pairs")
    held = await catalog.item(sold.item_id)
    assert (held.feature, held.uses, held.unlimited, held.retired_in) == ("pairs", None, True, 2)


async def test_a_plan_taken_out_still_describes_what_its_holders_have(catalog: CatalogService) -> None:
    await catalog.apply(small())
    before = (await catalog.current()).plan("pro")
    without = SMALL[: SMALL.index("[[plans]]")] + SMALL[SMALL.index("[[packs]]") :]
    await catalog.apply(Source("small.toml", without))
    assert (await catalog.current()).plan("pro") is None
    assert await catalog.plan("pro") == before
    with pytest.raises(NotFound, match='no plan "nobody"'):
        await catalog.plan("nobody")


@pytest.mark.parametrize(
    ("kind", "code", "period"),
    [
        ("pack", "eleven", None),
        ("pack", "pairs", None),
        ("unlock", "ten", None),
        ("gift", "ten", None),
        ("pack", "ten", "month"),
        ("pack", "", None),
        ("pack", "ten\x00", None),
        ("pack", "ten\n", None),
        ("pack", "ten'; DROP TABLE catalog_items", None),
        ("plan", "pro", "decade"),
        ("plan", "pro", None),
        ("plan", "nobody", "month"),
    ],
)
async def test_what_is_not_for_sale_is_refused_by_name(
    catalog: CatalogService, kind: str, code: str, period: str | None
) -> None:
    await catalog.apply(small())
    with pytest.raises(NotForSale, match=r"for sale\. See the pricing page\."):
        await catalog.offer(kind, code, period)


async def test_a_plan_is_for_sale_by_its_period_but_not_one_that_is_free_or_agreed_by_contact(
    catalog: CatalogService,
) -> None:
    await catalog.apply(read_source("showcase"))
    yearly = await catalog.offer(ItemKind.PLAN, "pro", "year")
    assert (yearly.amount_minor, yearly.credits, yearly.terms.lookup_key) == (29000, 200, "plan_pro_year")
    for code in ("free", "teams"):
        with pytest.raises(NotForSale):
            await catalog.offer("plan", code)


async def test_a_bad_file_changes_nothing(catalog: CatalogService, database: Database) -> None:
    await catalog.apply(small())
    before = await items(database)
    with pytest.raises(CatalogRefused, match=r"small\.toml:2"):
        await catalog.apply(small(('currency = "USD"', 'currency = "USX"')))
    assert await items(database) == before
    assert (await catalog.published()).version == 1


async def test_the_difference_is_shown_and_changes_nothing(catalog: CatalogService, database: Database) -> None:
    fresh = await catalog.diff(small())
    assert (fresh.version, fresh.exit_code) == (0, 2)
    assert fresh.lines()[0] == "No catalogue is applied yet. This would make:"
    await catalog.apply(small())
    same = await catalog.diff(small())
    assert (same.exit_code, same.lines()) == (0, ["No change: version 1 is in place."])
    changed = await catalog.diff(small(DEARER, ("credits = 10\n", "credits = 12\nvalid = 30\n")))
    assert changed.exit_code == 2
    assert [str(change) for change in changed.changes] == [
        "~ packs.ten.price: 4.00 USD -> 5.00 USD",
        "~ packs.ten.credits: 10 -> 12",
        "~ packs.ten.valid: forever -> 30",
    ]
    assert changed.as_json()["changes"][1] == {
        "action": "change",
        "path": "packs.ten.credits",
        "before": 10,
        "after": 12,
    }
    assert len(await items(database)) == 4


async def test_each_changed_thing_is_one_line_that_names_it(catalog: CatalogService) -> None:
    talk = '[[costs]]\nfeature = "talk"\nname = "Speech"\namount = "{} USD"\n\n[[rates]]'
    await catalog.apply(small(("[[rates]]", talk.format("0.18"))))
    found = await catalog.diff(
        small(
            ("[[rates]]", talk.format("0.0025")),
            ("quotas = { cvs = 10 }", 'features = ["pairs"]\nquotas = { cvs = "unlimited" }'),
            ('metering = "credits"', 'metering = "credits"\nquota = { window = "week" }'),
            (
                '{ period = "year", amount = "290.00 USD" }',
                '{ period = "year", amount = "280.00 USD", trial_days = 14 }',
            ),
            ("[brand]", '[[faq]]\nquestion = "Why?"\nanswer = "Because."\n\n[brand]'),
        )
    )
    assert [str(change) for change in found.changes] == [
        "~ features.talk.quota: none -> window week, cap hard",
        "~ plans.pro.prices.year.amount: 290.00 USD -> 280.00 USD",
        "~ plans.pro.prices.year.trial_days: 0 -> 14",
        "~ plans.pro.features: [] -> [pairs]",
        "~ plans.pro.quotas.cvs: 10 -> unlimited",
        "~ costs.talk.Speech.amount: 0.18 USD -> 0.0025 USD",
        "+ faq.Why?: question Why?, answer Because.",
    ]
    assert found.effects == (
        "made plan pro by year: 100 credits a month for 280.00 USD",
        "described anew: plan pro by month",
        "retired plan pro by year: 100 credits a month for 290.00 USD; who holds it keeps it",
    )


async def test_apply_stops_if_another_version_came_into_force_since_the_look(catalog: CatalogService) -> None:
    await catalog.apply(small(), expect=0)
    with pytest.raises(CatalogMoved, match="Version 1 is in force, not 0"):
        await catalog.apply(small(DEARER), expect=0)
    assert (await catalog.offer("pack", "ten")).amount_minor == 400
    assert (await catalog.apply(small(DEARER), expect=1)).version == 2


async def test_two_who_apply_at_once_make_one_version_after_the_other(database: Database) -> None:
    services = [CatalogService(database) for _ in range(6)]
    sources = [small(), small(DEARER)]
    applied = await asyncio.gather(*(service.apply(sources[n % 2]) for n, service in enumerate(services)))
    made = sorted(each.version for each in applied if each.made)
    assert made == list(range(1, len(made) + 1))
    on_sale = [row for row in await items(database, "kind, code, period, retired_in") if row[3] is None]
    assert len(on_sale) == len({row[:3] for row in on_sale}) == 4


@pytest.mark.parametrize("name", ["interview_mate", "showcase"])
async def test_what_is_exported_and_applied_again_is_no_change(catalog: CatalogService, name: str) -> None:
    source = read_source(name)
    await catalog.apply(source)
    assert await catalog.export() == source.text
    for plain in (False, True):
        exported = Source("exported.toml", await catalog.export(plain=plain))
        assert (await catalog.diff(exported)).exit_code == 0
        assert load(exported) == await catalog.current()


async def test_an_older_version_can_be_exported(catalog: CatalogService) -> None:
    await catalog.apply(small())
    await catalog.apply(small(DEARER))
    assert await catalog.export(version=1) == SMALL
    with pytest.raises(NotFound, match="no version 3"):
        await catalog.export(version=3)


async def test_other_processes_see_a_new_version(database: Database) -> None:
    writer, reader = CatalogService(database), CatalogService(database, recheck_after_s=0)
    await writer.apply(small())
    assert (await reader.published()).version == 1
    first = await reader.current()
    assert await reader.current() is first, "parsed once for each version"
    await writer.apply(small(DEARER))
    assert (await reader.published()).version == 2
    assert (await writer.published()).version == 2


async def test_without_a_catalogue_one_is_told_what_to_run(catalog: CatalogService) -> None:
    with pytest.raises(NoCatalog, match="catalog apply"):
        await catalog.current()
    with pytest.raises(NoCatalog, match="catalog apply"):
        await catalog.export()


async def test_a_purchase_asks_within_its_own_transaction(catalog: CatalogService, database: Database) -> None:
    await catalog.apply(small())
    async with database.transaction() as session:
        offer = await catalog.offer("pack", "ten", session=session)
        assert (await catalog.item(offer.item_id, session=session)) == offer
        assert (await catalog.published(session=session)).version == 1
        await catalog.link_stripe_price(offer.item_id, "price_123", session=session)
    assert (await catalog.item(offer.item_id)).stripe_price_id == "price_123"
    with pytest.raises(NotFound, match="no catalogue item 999"):
        await catalog.item(999)


async def test_a_version_that_newer_rules_refuse_is_named_and_healed_by_applying_a_mended_file(
    catalog: CatalogService, database: Database
) -> None:
    await catalog.apply(small())
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO catalog_versions SELECT 2, content_hash, replace(source, 'credits = 10', 'credits = 0'), "
                "source_name, applied_by, applied_at, changes FROM catalog_versions"
            )
        )
    with pytest.raises(UnreadableCatalog, match=r"Version 2 .* small\.toml:41: packs\[0\]\.credits"):
        await catalog.current()
    assert (await catalog.apply(small(), expect=2)).version == 3
    assert (await catalog.offer("pack", "ten")).introduced_in == 1


async def test_who_applied_what_and_when_is_kept(catalog: CatalogService, database: Database) -> None:
    await catalog.apply(small(), by=Actor.user(7))
    await catalog.apply(small(DEARER))
    newest, oldest = await catalog.history()
    assert (newest.number, newest.applied_by, oldest.applied_by) == (2, "cli", "user:7")
    assert "~ packs.ten.price: 4.00 USD -> 5.00 USD" in newest.changes
    assert [version.number for version in await catalog.history(before=2, limit=1)] == [1]
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT action, object FROM audit_log ORDER BY id"))
        assert [tuple(row) for row in rows] == [("catalog.applied", "catalog:1"), ("catalog.applied", "catalog:2")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_versions SET source = ''",
        "DELETE FROM catalog_versions",
        "TRUNCATE catalog_versions CASCADE",
        "UPDATE catalog_items SET amount_minor = 1",
        "UPDATE catalog_items SET credits = 1000",
        "DELETE FROM catalog_items",
        "TRUNCATE catalog_items CASCADE",
    ],
)
async def test_the_database_itself_refuses_to_change_what_was_sold(
    catalog: CatalogService, database: Database, statement: str
) -> None:
    await catalog.apply(small())
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with database.transaction() as session:
            await session.execute(text(statement))
