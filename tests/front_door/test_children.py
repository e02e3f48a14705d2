"""Child processes are watched, restarted with growing pauses, ended gently first, and never outlive the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing_app.errors import Unavailable
from billing_app.supervisor.children import Child
from billing_app.supervisor.last_words import last_line, reason_among

FOREVER = "import time; print('up', flush=True); time.sleep(60)"
DRAINS = """
import signal, sys, time
def drain(*_):
    print('drained', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
print('up', flush=True)
time.sleep(60)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    made: list[Child] = []

    def make(program: str) -> Child:
        log = tmp_path / f"{len(made)}.log"
        made.append(Child("worker", [sys.executable, "-c", program], dict(os.environ), log, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.stop_limit_s = 0
        one.stop()


def until(condition: Callable[[], object], limit_s: float = 10) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def up(child: Child) -> None:
    child.start()
    until(lambda: child.log.read_text().endswith("up\n"))


def test_a_child_that_dies_is_started_again_after_a_pause(child: Callable[[str], Child]) -> None:
    one = child(FOREVER)
    up(one)
    first = one.pid
    assert one.tend() is None
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: not one.alive)
    said = one.tend()
    assert said is not None
    assert "SIGKILL" in said
    assert "again in 1 s" in said
    assert one.tend() is None
    assert not one.alive
    until(lambda: one.tend() is None and one.alive)
    assert one.pid != first


def test_a_child_that_keeps_dying_ends_the_attempt_with_its_last_words(child: Callable[[str], Child]) -> None:
    one = child("import sys; sys.exit('no such setting')")
    one.start()
    pauses: list[str] = []
    with pytest.raises(Unavailable, match="no such setting") as refusal:
        for _ in range(20):
            until(lambda: not one.alive)
            one._start_after = 0  # the pauses are proven by their announcement; nobody waits them out here
            if said := one.tend():
                pauses.append(said.rpartition(" in ")[2])
    assert pauses == ["1 s.", "2 s.", "4 s.", "8 s.", "16 s."]
    assert "ended 6 times" in refusal.value.detail


def test_a_child_drains_when_it_is_asked_to_end(child: Callable[[str], Child]) -> None:
    one = child(DRAINS)
    up(one)
    one.stop()
    assert last_line(one.log) == "drained"
    assert not one.alive


def test_a_child_that_does_not_listen_is_killed_when_its_time_is_over(child: Callable[[str], Child]) -> None:
    one = child(DEAF)
    up(one)
    one.stop_limit_s = 0.3
    began = time.monotonic()
    one.stop()
    assert not one.alive
    assert time.monotonic() - began < 3


def test_what_a_child_has_started_ends_with_it(child: Callable[[str], Child]) -> None:
    one = child(
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {DEAF!r}]); print(p.pid, flush=True)\n"
        "import time; time.sleep(60)"
    )
    one.start()
    until(lambda: one.log.read_text().endswith("up\n"))
    grandchild = int(one.log.read_text().split()[0])
    one.stop()
    until(lambda: not Path(f"/proc/{grandchild}").exists() or "Z" in _state(grandchild))


def test_the_reason_of_an_end_is_found_among_what_came_after_it() -> None:
    farewell = '{"event": "Shutdown completed", "level": "info"}'
    crash = ["Traceback (most recent call last):", '  File "a.py"', "ImportError: no module named b", farewell]
    assert reason_among(crash) == "ImportError: no module named b"
    error = '{"event": "startup failed", "level": "error", "exception": "Traceback\\nWrongDatabase: not ours"}'
    assert reason_among([error, farewell]) == "startup failed: WrongDatabase: not ours"
    assert reason_among(["the port is taken"]) == "the port is taken"
    assert reason_among([]) == ""


def test_a_start_that_fails_names_the_log_and_its_last_line(child: Callable[[str], Child]) -> None:
    one = child("import sys; sys.exit('the disk is full')")
    one.ready_url = "http://127.0.0.1:9/"
    one.start()
    with pytest.raises(Unavailable, match="the disk is full"):
        one.wait_until_ready()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot tie a process to its parent")
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path\n"
        "from billing_app.supervisor.children import Child\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"one = Child('worker', [sys.executable, '-c', {FOREVER!r}], dict(os.environ), folder / 'log', folder)\n"
        "one.start()\n"
        "print(one.pid, flush=True)\n"
        "time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    until(lambda: (tmp_path / "log").read_text() == "up\n")
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in _state(pid))


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
