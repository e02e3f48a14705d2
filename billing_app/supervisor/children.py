"""Child processes: started with their own log, watched, restarted with back-off, ended in order, never orphaned."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from billing_app.errors import Unavailable
from billing_app.supervisor.last_words import reason_in
from billing_app.supervisor.places import shortened

_LOG_LIMIT_BYTES = 20_000_000
_RESTARTS_LIMIT = 5
_RESTARTS_WINDOW_S = 120
_BACKOFF_LIMIT_S = 16


@dataclass
class Child:
    """One process of the product.

    Attributes:
        ready_url: answers with any HTTP status when the process is ready; None: ready when started.
        ready_limit_s: how long it may take until then.
        stop_limit_s: how long it may drain after being asked to end; then it is killed.
        echo: its output goes to the terminal, not to its log.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    ready_url: str | None = None
    ready_limit_s: float = 90
    stop_limit_s: float = 25
    echo: bool = False
    _process: subprocess.Popen[bytes] | None = None
    _deaths: list[float] = field(default_factory=list)
    _start_after: float = 0

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self.alive and self._process else None

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it in a process group of its own, so that a Ctrl-C reaches only the supervisor."""
        keep_log_short(self.log)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                tethered(self.command),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=None if self.echo else log,
                stderr=None if self.echo else subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, interrupted: Callable[[], bool] = lambda: False) -> None:
        """Wait until it answers.

        Raises:
            Unavailable: it ended, or did not answer in time; names its log and quotes its last line.
        """
        deadline = time.monotonic() + self.ready_limit_s
        while self.ready_url and not interrupted():
            if not self.alive:
                raise Unavailable(f"The {self.name} ended while starting. {self.last_words()}")
            if answers(self.ready_url):
                return
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"The {self.name} did not answer within {self.ready_limit_s:.0f} s. {self.last_words()}"
                )
            time.sleep(0.1)

    def tend(self) -> str | None:
        """Look after it once: restart it when it has died, with growing pauses.

        Returns:
            A sentence for the screen when something happened.

        Raises:
            Unavailable: it dies again and again.
        """
        if self.alive:
            return None
        now = time.monotonic()
        if self._process is not None:
            code = self._process.returncode
            self._end_group(signal.SIGKILL)
            self._process = None
            self._deaths = [death for death in self._deaths if now - death < _RESTARTS_WINDOW_S] + [now]
            if len(self._deaths) > _RESTARTS_LIMIT:
                raise Unavailable(
                    f"The {self.name} ended {len(self._deaths)} times within {_RESTARTS_WINDOW_S} s. "
                    f"{self.last_words()}"
                )
            pause = min(2 ** (len(self._deaths) - 1), _BACKOFF_LIMIT_S)
            self._start_after = now + pause
            return f"The {self.name} ended ({_how_it_ended(code)}); starting it again in {pause} s."
        if now >= self._start_after:
            self.start()
        return None

    def stop(self) -> None:
        """Ask it to end, wait while it drains, kill what is left of its group."""
        if self._process is None:
            return
        if self.alive:
            self._process.terminate()
            asked = time.monotonic()
            # The limit is read anew each time: a second Ctrl-C shortens it.
            while self.alive and time.monotonic() - asked < self.stop_limit_s:
                time.sleep(0.05)
        self._end_group(signal.SIGKILL)
        self._process.wait(5)

    def _end_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            try:
                os.killpg(self._process.pid, number)
            except (ProcessLookupError, PermissionError):
                return

    def last_words(self) -> str:
        """Why it ended, as far as its log tells, and where that is."""
        if self.echo:
            return "The reason stands above."
        reason = reason_in(self.log)
        return (f"It says: {reason} " if reason else "") + f"(log: {shortened(self.log)})"


def tethered(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` (by its full path) and ends it when this process ends."""
    return [sys.executable, str(Path(__file__).with_name("tether.py")), str(os.getpid()), *command]


def answers(url: str) -> bool:
    """Whether an HTTP server is there, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def keep_log_short(path: Path) -> None:
    """Move a log that has grown beyond 20 MB aside, over the one moved before."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".old.log"))


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"
