"""backup | restore: one file with everything, and back (docs/backups.md)."""

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billing_app.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from billing_app.db.backup import Manifest
    from billing_app.settings import Settings
    from billing_app.supervisor.places import Places


def add_commands(commands: Any) -> None:
    """Backups."""
    command = commands.add_parser("backup", help="write all data into one file, while it is used")
    command.add_argument("file", nargs="?", type=Path, help="(default: one named after the time, in the data folder)")
    command.add_argument("--yes", action="store_true", help="replace the file if it is there")
    command.set_defaults(act=_backup)

    command = commands.add_parser("restore", help="make a database from such a file")
    command.add_argument("file", type=Path)
    command.add_argument("--yes", action="store_true", help="set data that is there aside, under another name")
    command.set_defaults(act=_restore)


def _backup(asked: argparse.Namespace) -> None:
    from billing_app import clock
    from billing_app.cli.installation import installation
    from billing_app.db.backup import back_up
    from billing_app.supervisor.places import Places, shortened

    with installation() as settings:
        places = Places.of(settings)
        file = asked.file or places.root / "backups" / f"{clock.wall():%Y%m%dT%H%M%SZ}.backup"
        sandbox = places.sandbox / "sandbox.sqlite3" if settings.stripe_api_base or not _live(settings) else None
        manifest = back_up(settings.owner_url, file.absolute(), sandbox=sandbox, overwrite=asked.yes)
        asyncio.run(_noted(settings, manifest))
    size = file.stat().st_size
    print(f"{shortened(file.absolute())}: {size / 1e6:,.1f} MB, schema {manifest.schema}, {_told(manifest)}.")
    print("It holds personal data and no SECRET_KEY: keep both, apart from each other.")


def _restore(asked: argparse.Namespace) -> None:
    from billing_app.db.backup import DUMP, SANDBOX, fill, unpack
    from billing_app.db.migrate import upgrade
    from billing_app.settings import get_settings
    from billing_app.supervisor.places import Places, shortened

    settings = get_settings()
    with tempfile.TemporaryDirectory(prefix="restore-") as name:
        folder = Path(name)
        manifest = unpack(asked.file, folder)
        _not_newer(manifest)
        if settings.database_url:
            fill(settings.owner_url, folder / DUMP, manifest)
            upgrade(settings.owner_url)
            where = "the database of DATABASE_URL"
        else:
            places = Places.of(settings)
            aside = _made_room(places, yes=asked.yes)
            with places.locked():
                _fill_embedded(places, folder / DUMP, manifest)
                if (folder / SANDBOX).exists():
                    places.sandbox.mkdir(parents=True, exist_ok=True)
                    shutil.copy(folder / SANDBOX, places.sandbox / "sandbox.sqlite3")
            where = shortened(places.postgres)
            if aside:
                print(f"What was there is in {shortened(aside)}.")
    print(f"Restored into {where}: as of {manifest.made_at}, {_told(manifest)}.")
    print("Now run 'doctor', and start the product with the SECRET_KEY it was made with.")


def _fill_embedded(places: "Places", dump: Path, manifest: "Manifest") -> None:
    from billing_app.db.backup import fill
    from billing_app.db.embedded import EmbeddedServer
    from billing_app.db.migrate import upgrade

    server = EmbeddedServer(places.postgres)
    server.start()
    try:
        fill(server.owner_url, dump, manifest)
        upgrade(server.owner_url)
    finally:
        server.stop()


def _made_room(places: "Places", *, yes: bool) -> Path | None:
    """Set the data folder that is there aside; nothing is deleted."""
    from billing_app import clock

    if places.running() is not None:
        raise Conflict("This installation is running. Stop it first.")
    if not places.postgres.exists():
        places.make()
        return None
    if not yes:
        raise Conflict(f"There are data in {places.postgres}. With --yes they are set aside, under another name.")
    aside = places.root / f"before-{clock.wall():%Y%m%dT%H%M%SZ}"
    aside.mkdir(parents=True)
    for folder in (places.postgres, places.sandbox):
        if folder.exists():
            folder.rename(aside / folder.name)
    return aside


def _not_newer(manifest: "Manifest") -> None:
    from alembic.script import ScriptDirectory

    from billing_app.db.migrate import ROOT, config

    made = config("postgresql://")
    made.set_main_option("script_location", str(ROOT / "alembic"))
    known = {step.revision for step in ScriptDirectory.from_config(made).walk_revisions()}
    if manifest.schema not in known:
        raise InvalidInput(f"This backup has schema {manifest.schema}, of a newer version. Install that one first.")


async def _noted(settings: "Settings", manifest: "Manifest") -> None:
    """In the audit log, where 'doctor --live' looks for the last one."""
    from billing_app.cli.installation import connected
    from billing_app.journal.audit import CLI, audit

    async with connected(settings) as database, database.transaction() as session:
        after = {"schema": manifest.schema, "figures": manifest.figures}
        await audit(session, CLI, "backup.made", "database:billing", after=after)


def _live(settings: "Settings") -> bool:
    from billing_app.settings import Mode

    return settings.mode is Mode.LIVE


def _told(manifest: "Manifest") -> str:
    figures = manifest.figures
    return (
        f"{figures['customers']:,} customers, {figures['ledger_entries']:,} ledger entries, "
        f"{figures['payments']:,} payments"
    )
