"""The product as a person starts it: `python -m billing_app run` in a folder of its own, on free ports."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PROJECT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 240
COMMAND_LIMIT_S = 90
_BUILT: dict[str, Path] = {}
"""Finished pages by catalogue."""


def free_port() -> int:
    """A port nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(**more: str) -> dict[str, str]:
    """Our environment without what would point a command at another installation, and with the least demo data."""
    ours = ("DATABASE_URL", "DATABASE_OWNER_URL", "CATALOG", "DATA_DIR", "PUBLIC_URL", "SECRET_KEY")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith(("STRIPE_", "REFLEX_", "__REFLEX_"))
    }
    return {**kept, "DEMO": "few", **more}


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command line of the product to its end."""
    return subprocess.run(
        [sys.executable, "-m", "billing_app", *arguments],
        cwd=PROJECT,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )


@dataclass
class Product:
    """A running product. `data_dir` outlives it, so that it can be started again."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://localhost:{self.port}"

    @property
    def _sites(self) -> Path:
        return self.data_dir / self.environment.get("CATALOG", "showcase") / "sites"

    @property
    def process(self) -> subprocess.Popen[str]:
        """Its supervisor."""
        assert self._process is not None, "start() first"
        return self._process

    def start(self) -> float:
        """Start it and wait until it serves. Pages that this run has built for its catalogue are not built again.

        Returns:
            How long that took, in seconds.
        """
        built = _BUILT.setdefault(self._sites.parent.name, self._sites)
        if built.exists() and not self._sites.exists():
            shutil.copytree(built, self._sites)
        began = time.monotonic()
        self.begin()
        self.hear("Ready after")
        return time.monotonic() - began

    def begin(self) -> None:
        """Start it and wait for nothing."""
        self.said.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "billing_app", "run", "--port", str(self.port), "--host", "127.0.0.1"],
            cwd=PROJECT,
            env=clean_environment(DATA_DIR=str(self.data_dir), **self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def hear(self, words: str, limit_s: float = START_LIMIT_S) -> None:
        """Wait until it has said this."""
        deadline = time.monotonic() + limit_s
        while not any(words in line for line in self.said):
            assert self.process.poll() is None, "\n".join(self.said)
            assert time.monotonic() < deadline, "\n".join(self.said)
            time.sleep(0.05)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.said.append(line.rstrip())

    def answers(self, path: str = "/ping", limit_s: float = 30) -> int:
        """The status of a path, waiting while nobody is there."""
        deadline = time.monotonic() + limit_s
        while True:
            try:
                return httpx.get(self.url + path, trust_env=False, timeout=5).status_code
            except httpx.TransportError:
                assert time.monotonic() < deadline, f"{self.url}{path} does not answer"
                time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGINT, limit_s: float = 60) -> int:
        """Ask it to end and wait until it has.

        Returns:
            Its exit code.
        """
        self.process.send_signal(number)
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def processes(self) -> dict[int, str]:
        """Every process that works for it: id and command line."""
        found: dict[int, str] = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(self.data_dir) in line or f"DATA_DIR={self.data_dir}\0" in environment:
                found[int(entry.name)] = line
        return found
