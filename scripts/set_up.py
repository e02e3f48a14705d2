"""Make the virtual environment and install what is needed, once; a second run finds all in place and says nothing.

Runs on the system's Python with nothing but its standard library. `python3 scripts/set_up.py [requirements file]`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = PROJECT / "constraints.txt"
OLDEST = (3, 11)
INSTALL_LIMIT_S = 1800
HEARTBEAT_S = 15


class CannotSetUp(Exception):
    """One sentence that says what to do."""


def main() -> int:
    """The exit code: 0 all in place, 1 with one sentence."""
    requirements = PROJECT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
    try:
        set_up(requirements)
    except CannotSetUp as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def set_up(requirements: Path) -> None:
    """The environment and its packages, unless they are in place.

    Raises:
        CannotSetUp: something is missing on this machine; says what to do.
    """
    if sys.version_info < OLDEST:
        raise CannotSetUp(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}. "
            "Install a newer one and run 'make PYTHON=python3.12 ...' with its name."
        )
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = fingerprint(requirements)
    usable = runs(PYTHON)
    if usable and stamp.exists() and stamp.read_text() == wanted:
        return
    if not usable:
        make_environment()
    install(requirements)
    stamp.write_text(wanted)


def fingerprint(requirements: Path) -> str:
    """Changes with the requirements, the constraints, and the Python they were installed for."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (requirements, PROJECT / "requirements.txt", CONSTRAINTS):
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def runs(python: Path) -> bool:
    """Whether the environment's Python works and is as new as needed; false when its folder was moved or broken."""
    if not python.exists():
        return False
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST} or sys.prefix != {str(VENV)!r})"
    return subprocess.run([str(python), "-c", check], capture_output=True, timeout=60, check=False).returncode == 0


def make_environment() -> None:
    """Make `.venv`. Debian ships `venv` without the part that brings pip: then install that, or say how."""
    began = time.monotonic()
    made = _venv()
    if made.returncode != 0 and not _has_ensurepip():
        install_venv_package()
        made = _venv()
    if made.returncode != 0:
        raise CannotSetUp(f"No virtual environment could be made in {VENV}: {_last(made.stdout + made.stderr)}")
    print(f"  ok  Virtual environment .venv {time.monotonic() - began:40.1f} s", flush=True)


def _venv() -> "subprocess.CompletedProcess[str]":
    shutil.rmtree(VENV, ignore_errors=True)
    return subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, timeout=300, check=False
    )


def _has_ensurepip() -> bool:
    check = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(check, capture_output=True, timeout=60, check=False).returncode == 0


def install_venv_package() -> None:
    """Debian and Ubuntu: as root run apt, else give the line."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    apt = shutil.which("apt-get")
    if apt is None:
        raise CannotSetUp(f"{sys.executable} comes without 'ensurepip', which makes virtual environments. Install it.")
    if os.geteuid() != 0:
        raise CannotSetUp(
            f"Python's venv is not complete here. Run 'sudo apt-get install -y {package}', then this again."
        )
    print(f"  ... Python's venv is not complete here: running 'apt-get install -y {package}'", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    answer = None
    for command in (["install", "-y", package], ["update"], ["install", "-y", package]):
        answer = subprocess.run(
            [apt, "-q", *command], env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        if answer.returncode == 0 and command[0] == "install":
            return
    reason = _last(answer.stderr) if answer else ""
    raise CannotSetUp(f"'apt-get install -y {package}' failed ({reason}); run it yourself, then this again.")


def install(requirements: Path) -> None:
    """Let pip install. Nothing is heard of it but that it is at work, and what went wrong."""
    began, done = time.monotonic(), threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            print(f"  ... Python packages, still at work ({time.monotonic() - began:.0f} s)", flush=True)

    print(f"  ... Python packages of {requirements.name}, a minute or two the first time", flush=True)
    threading.Thread(target=beat, daemon=True).start()
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    if CONSTRAINTS.exists():
        command += ["-c", str(CONSTRAINTS)]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise CannotSetUp(f"Installing the packages took longer than {INSTALL_LIMIT_S} s; run it again.") from None
    finally:
        done.set()
    if answer.returncode != 0:
        print(answer.stderr[-4000:], file=sys.stderr)
        raise CannotSetUp("The Python packages could not be installed; pip's words stand above. Is there a network?")
    print(f"  ok  Python packages {time.monotonic() - began:50.1f} s", flush=True)


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


if __name__ == "__main__":
    sys.exit(main())
