"""A start puts a catalogue in force where none is, follows its own source, leaves alone what was applied by hand."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from billing_app.catalog.loading import PRESETS, Source, load, read_source
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.db.stamp import Identity, stamp
from billing_app.errors import InvalidInput
from billing_app.settings import Mode, Settings, get_settings
from billing_app.supervisor.environment import base_environment
from billing_app.supervisor.places import Places
from billing_app.supervisor.preparing import prepare
from billing_app.ui.brand import built_catalog

SHIPPED = read_source("interview_mate")


def changed(source: Source, price: str, name: str = "") -> Source:
    assert '"8.00 USD"' in source.text
    return Source(name or source.name, source.text.replace('"8.00 USD"', f'"{price} USD"', 1))


@pytest.fixture
def catalog(database: Database) -> CatalogService:
    return CatalogService(database)


async def in_force(catalog: CatalogService) -> tuple[int, str]:
    [newest] = await catalog.history(limit=1)
    return newest.number, newest.source_name


async def test_the_first_start_applies_and_the_second_changes_nothing(catalog: CatalogService) -> None:
    first = await catalog.start_with(SHIPPED, shipped=True)
    assert first is not None
    assert first.made
    assert await catalog.start_with(SHIPPED, shipped=True) is None
    assert await in_force(catalog) == (1, "interview_mate.toml")


async def test_what_was_applied_by_hand_stays_through_starts_and_through_new_releases(catalog: CatalogService) -> None:
    await catalog.start_with(SHIPPED, shipped=True)
    await catalog.apply(changed(SHIPPED, "9.00", "mine.toml"))
    assert await catalog.start_with(SHIPPED, shipped=True) is None
    assert await catalog.start_with(changed(SHIPPED, "7.00"), shipped=True) is None
    assert await in_force(catalog) == (2, "mine.toml")


async def test_a_file_of_ones_own_that_is_called_like_a_preset_stays_too(catalog: CatalogService) -> None:
    await catalog.start_with(SHIPPED, shipped=True)
    await catalog.apply(changed(SHIPPED, "9.00"))
    assert await catalog.start_with(changed(SHIPPED, "7.00"), shipped=True) is None
    assert (await in_force(catalog))[0] == 2


async def test_a_new_release_of_the_preset_in_force_is_applied(catalog: CatalogService) -> None:
    await catalog.start_with(SHIPPED, shipped=True)
    newer = await catalog.start_with(changed(SHIPPED, "7.00"), shipped=True)
    assert newer is not None
    assert newer.version == 2


async def test_an_edited_file_is_applied_and_an_older_text_of_it_is_not_brought_back(catalog: CatalogService) -> None:
    mine = Source("mine.toml", SHIPPED.text)
    await catalog.apply(mine)
    assert await catalog.start_with(mine, shipped=False) is None
    edited = await catalog.start_with(changed(mine, "7.00"), shipped=False)
    assert edited is not None
    assert edited.version == 2
    assert await catalog.start_with(mine, shipped=False) is None


def settings_for(owner_url: str, database_url: str, data_dir: Path, **more: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "database_owner_url": owner_url,
        "data_dir": data_dir,
        "secret_key": SecretStr("s" * 40),
        "stripe_api_base": "http://127.0.0.1:9",
        **more,
    }
    return Settings(_env_file=None, **values)  # pyright: ignore[reportArgumentType, reportCallIssue]


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CATALOG", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")


async def test_pages_are_built_with_what_is_in_force(
    catalog: CatalogService, database: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction() as session:
        await stamp(session, Identity(Mode.SANDBOX, "acct_sandbox", False))
    settings = settings_for(owner_url, database.url, tmp_path)
    first = await prepare(settings, "")
    assert first["summary"] == "catalogue version 1 (new), not all prices are in Stripe yet: catalog push"
    assert "catalog_file" not in first

    own = (PRESETS / "interview_mate.toml").read_text()
    await catalog.apply(Source("mine.toml", own))
    second = await prepare(settings, "")
    assert str(second["summary"]).startswith("catalogue version 2 as it was applied, ")
    assert second["catalog_hash"] != first["catalog_hash"]
    assert second["catalog_file"] == str(Places.of(settings).catalog)

    monkeypatch.setenv("BUILD_CATALOG", second["catalog_file"])
    get_settings.cache_clear()
    built_catalog.cache_clear()
    try:
        assert built_catalog() == load(read_source("interview_mate"))
    finally:
        get_settings.cache_clear()
        built_catalog.cache_clear()

    await catalog.apply(read_source("showcase"))
    assert "catalog_file" not in await prepare(settings, "")
    assert not Places.of(settings).catalog.exists()


async def test_live_mode_never_puts_the_showcase_on_sale_unasked(
    catalog: CatalogService, database: Database, owner_url: str, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        await stamp(session, Identity(Mode.LIVE, "acct_real", True))
    live: dict[str, object] = {
        "stripe_api_base": "",
        "stripe_secret_key": SecretStr("sk_live_x"),
        "stripe_webhook_secret": SecretStr("whsec_x"),
        "smtp_url": SecretStr("smtp://mail.example.com:587"),
        "public_url": "https://billing.example.com",
        "trusted_proxy_hops": 1,
    }
    unnamed = settings_for(owner_url, database.url, tmp_path, **live)
    with pytest.raises(
        InvalidInput, match="apply your catalogue first: CATALOG=file, or python -m billing_app catalog"
    ):
        await prepare(unnamed, "")
    assert await catalog.history() == []

    mine = tmp_path / "mine.toml"
    mine.write_text(SHIPPED.text)
    await prepare(settings_for(owner_url, database.url, tmp_path, catalog=str(mine), **live), "")
    assert await in_force(catalog) == (1, "mine.toml")
    unverified = settings_for(owner_url, database.url, tmp_path, **live | {"stripe_webhook_secret": SecretStr("")})
    with pytest.raises(InvalidInput, match="cannot be verified yet"):
        await prepare(unverified, "")
    assert (await prepare(unnamed, ""))["catalog_file"]
    assert await in_force(catalog) == (1, "mine.toml")


def test_the_parts_are_told_a_catalogue_only_when_somebody_named_one(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert "CATALOG" not in base_environment(settings_for("", "", tmp_path), places, 3000)
    named = settings_for("", "", tmp_path, catalog="showcase")
    assert base_environment(named, places, 3000)["CATALOG"] == "showcase"
