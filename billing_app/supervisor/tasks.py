"""Short-lived processes of a start: they import much, answer, and take all of it away with them again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from billing_app.errors import Unavailable
from billing_app.supervisor.children import keep_log_short, tethered
from billing_app.supervisor.last_words import reason_in
from billing_app.supervisor.places import PROJECT, Places, shortened

PREPARE_LIMIT_S = 300
LAYOUT_LIMIT_S = 120
LIFE_LIMIT_S = 4_000
BUILD_LIMIT_S = 900


class Interrupted(Exception):
    """We were asked to end while still starting."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Runs them one at a time.

    Attributes:
        interrupted: whether someone has asked us to end; a running task is then ended too.
    """

    places: Places
    interrupted: Callable[[], bool]

    def prepare_database(self, environment: Mapping[str, str], webhook_url: str) -> dict[str, object]:
        """Migrations, stamp, catalogue, demo data.

        Args:
            webhook_url: where the sandbox shall deliver to; empty: there is no sandbox of ours.

        Returns:
            `summary` for the screen, `catalog_hash`, `catalog_file`, `sign_ins`, `webhook_secret`.

        Raises:
            Unavailable: it failed; the sentence is the task's own.
        """
        answer = self.places.root / "prepared.json"
        arguments = ("--webhook-url", webhook_url, "--answer", str(answer))
        try:
            self._run(environment, "prepare.log", PREPARE_LIMIT_S, "prepare", *arguments)
            return json.loads(answer.read_text())
        except Unavailable:
            if answer.exists():
                raise Unavailable(json.loads(answer.read_text())["error"]) from None
            raise
        finally:
            answer.unlink(missing_ok=True)

    def lay_out_web_folder(self, environment: Mapping[str, str]) -> None:
        """Make the folder in which Reflex builds while one develops."""
        self._run(environment, "build.log", LAYOUT_LIMIT_S, "build", "--layout-only")

    def build_pages(self, environment: Mapping[str, str]) -> None:
        """Compile and bundle the pages into the folder that the environment names.

        Raises:
            Unavailable: it failed, or took longer than 15 minutes.
        """
        self._run(environment, "build.log", BUILD_LIMIT_S, "build")

    def begin_life(self, environment: Mapping[str, str]) -> "Underway":
        """Begin to tell the demo life, beside whatever else is started; see `Underway`."""
        return Underway(self, self._start(environment, "demo.log", "demo", "seed"), self.places.logs / "demo.log")

    def _run(self, environment: Mapping[str, str], log_name: str, limit_s: int, *command: str) -> None:
        """Run a command of our own to its end; a failure's sentence is the last line of its log."""
        log = self.places.logs / log_name
        process = self._start(environment, log_name, *command)
        self.wait(
            process, time.monotonic() + limit_s, f"'{command[0]}' was not done after {limit_s} s. See {shortened(log)}."
        )
        if process.returncode != 0:
            reason = reason_in(log) or f"exit code {process.returncode}"
            raise Unavailable(f"'{command[0]}' failed. It says: {reason} (log: {shortened(log)})")

    def _start(self, environment: Mapping[str, str], log_name: str, *command: str) -> "subprocess.Popen[bytes]":
        log = self.places.logs / log_name
        keep_log_short(log)
        with log.open("ab") as out:
            return subprocess.Popen(  # noqa: S603 - our own command line
                tethered([sys.executable, "-m", "billing_app", *command]),
                cwd=PROJECT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, process: subprocess.Popen[bytes], deadline: float, too_late: str) -> None:
        """Until it ends.

        Raises:
            Interrupted: we were asked to end. Unavailable: it is too late; the process is ended in both cases.
        """
        while process.poll() is None:
            if self.interrupted() or time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise Interrupted if self.interrupted() else Unavailable(too_late)
            time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Underway:
    """The demo life, being told while pages are built."""

    tasks: Tasks
    process: "subprocess.Popen[bytes]"
    log: Path

    def finish(self) -> str:
        """Wait until it is told; what came of it, in words. A life that was cut short ends today all the same.

        Raises:
            Interrupted: we were asked to end; the next start goes on with it.
            Unavailable: it does not come to an end, or failed before it was today: nothing is served in the past.
        """
        log = shortened(self.log)
        self.tasks.wait(self.process, time.monotonic() + LIFE_LIMIT_S, f"The demo life has no end. See {log}.")
        said = reason_in(self.log) or "nothing was said"
        if self.process.returncode != 0:
            raise Unavailable(
                f"The demo life could not be told. It says: {said} (log: {log}). Start again to go on with it, or "
                "'make reset' and start with DEMO=few."
            )
        return said

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
