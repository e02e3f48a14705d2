"""A backup holds everything as of one moment; a restore gives it back or says why not."""

import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.loading import read_source
from billing_app.catalog.service import CatalogService
from billing_app.credits import Consume, CreditService, Grant, LotKind
from billing_app.credits.doctor import audit as recompute
from billing_app.db.backup import DUMP, MANIFEST, NotABackup, back_up, fill, read_manifest, unpack
from billing_app.db.engine import Database
from billing_app.errors import Conflict, Unavailable
from billing_app.journal.audit import CLI
from tests.front_door.product import command


@pytest.fixture
def empty_url(owner_url: str) -> Iterator[str]:
    """A database with nothing in it, on the same server."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    ours = urlsplit(owner_url).path
    admin_url = owner_url.replace(ours, "/postgres", 1)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield owner_url.replace(ours, f"/{name}", 1)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def a_customer(database: Database) -> int:
    """Somebody with credits, some of them spent."""
    credits = CreditService(database)
    async with database.transaction() as session:
        made = await ensure_customer(session, "host-1", name="Ada", email="ada@example.com")
    await credits.grant(
        Grant(customer_id=made.id, credits=10, kind=LotKind.PROMOTION, label="Welcome", source="gift-1")
    )
    await credits.consume(Consume(customer_id=made.id, credits=3, feature="chat", reference="chat-1"))
    await credits.close()
    return made.id


async def test_what_was_backed_up_comes_back_and_works(
    database: Database, owner_url: str, empty_url: str, tmp_path: Path
) -> None:
    customer = await a_customer(database)
    file = tmp_path / "kept" / "one.backup"
    made = back_up(owner_url, file)
    assert made.figures["customers"] == 1
    assert (made.figures["ledger_entries"], made.figures["ledger_sum"]) == (2, 7)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match="exists already"):
        back_up(owner_url, file)
    assert unpack(file, tmp_path) == made == read_manifest(file)
    fill(empty_url, tmp_path / DUMP, made)
    restored = Database(empty_url.replace("postgres:@", "billing_app@", 1))
    try:
        credits = CreditService(restored)
        assert (await credits.balance(customer)).available == 7
        await credits.consume(Consume(customer_id=customer, credits=1, feature="chat", reference="chat-2"))
        await credits.close()
        async with restored.transaction() as session:
            assert (await recompute(session)).clean
        async with restored.as_customer(customer + 1) as session:  # the second wall came along
            assert await session.scalar(text("SELECT count(*) FROM credit_entries")) == 0
    finally:
        await restored.close()
    with pytest.raises(Conflict, match="something in this database"):
        fill(empty_url, tmp_path / DUMP, made)


async def test_a_damaged_or_foreign_file_is_refused(owner_url: str, tmp_path: Path) -> None:
    file = tmp_path / "one.backup"
    back_up(owner_url, file)
    with tarfile.open(file) as archive:
        at = archive.getmember(DUMP).offset_data
    damaged = bytearray(file.read_bytes())
    damaged[at + 1_000] ^= 0xFF
    (tmp_path / "damaged").write_bytes(damaged)
    with pytest.raises(NotABackup, match="does not match its checksum"):
        unpack(tmp_path / "damaged", tmp_path)
    (tmp_path / "short").write_bytes(file.read_bytes()[: at + 1_000])
    with pytest.raises(NotABackup):
        unpack(tmp_path / "short", tmp_path)
    (tmp_path / "text").write_text("no archive")
    (tmp_path / "manifest.json").write_text('{"format": 9}')
    with tarfile.open(tmp_path / "newer", "w") as archive:
        archive.add(tmp_path / "manifest.json", arcname=MANIFEST)
    for name in ("text", "newer", "not-there"):
        with pytest.raises(NotABackup):
            read_manifest(tmp_path / name)


async def test_without_the_owner_it_says_whose_rights_are_needed(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="DATABASE_OWNER_URL"):
        back_up(database_url, tmp_path / "one.backup")
    assert not (tmp_path / "one.backup").exists()


async def test_by_command_a_database_becomes_an_embedded_one(
    database: Database, database_url: str, owner_url: str, tmp_path: Path
) -> None:
    await a_customer(database)
    await CatalogService(database).apply(read_source("docs_chat"), by=CLI)
    file = tmp_path / "one.backup"
    there = {"DATABASE_URL": database_url, "DATABASE_OWNER_URL": owner_url, "SECRET_KEY": "s" * 40}
    done = command("backup", str(file), **there)
    assert done.returncode == 0, done.stderr
    assert "1 customers, 2 ledger entries" in done.stdout
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM audit_log WHERE action = 'backup.made'").fetchone()
        assert row == (1,)
    here = {"DATA_DIR": str(tmp_path / "new"), "CATALOG": "docs_chat"}
    restored = command("restore", str(file), **here)
    assert restored.returncode == 0, restored.stderr
    again = command("restore", str(file), **here)
    assert again.returncode == 1
    assert "With --yes they are set aside" in again.stderr
    doctor = command("doctor", **here)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "2 entries, 1 allocations, 0 holds recomputed: every balance is what its entries make it" in doctor.stdout
    assert " 0 bad" in doctor.stdout
