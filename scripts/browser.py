"""The browser that the tests drive: one that is installed, else Debian's package (as root), else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INSTALL_LIMIT_S = 600
_ADVICE = (
    "The tests need a browser and none could be installed. Install Chromium (Debian: 'sudo apt-get install -y "
    "chromium'), or name one with BROWSER_PATH=/path/to/chrome, and run this again."
)


def executable() -> str | None:
    """The path of a Chromium that tests can start, or None."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return named if Path(named).exists() else None
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> int:
    """Find a browser, or install one; the exit code is 1, with one sentence, when neither works."""
    if executable():
        return 0
    if os.environ.get("BROWSER_PATH"):
        print(f"BROWSER_PATH names {os.environ['BROWSER_PATH']}, which does not exist.", file=sys.stderr)
        return 1
    apt = shutil.which("apt-get")
    attempts: list[tuple[str, list[str]]] = []
    if apt and os.geteuid() == 0:
        attempts += [
            ("Debian's chromium", [apt, "-q", "install", "-y", "--no-install-recommends", "chromium"]),
            ("Debian's list of packages", [apt, "-q", "update"]),
            ("Debian's chromium", [apt, "-q", "install", "-y", "--no-install-recommends", "chromium"]),
        ]
    attempts.append(("Playwright's Chromium", [sys.executable, "-m", "playwright", "install", "chromium"]))
    for what, command in attempts:
        print(f"  ... no browser here: getting {what}", flush=True)
        if _succeeds(command) and executable():
            return 0
    print(_ADVICE, file=sys.stderr)
    return 1


def _succeeds(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=_INSTALL_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
