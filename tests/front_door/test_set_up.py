"""Set-up: a second run finds all in place; what is missing on a machine is named in one sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.front_door.product import PROJECT

LIMIT_S = 120


def run(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that needs no package, with the real script."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(PROJECT / "scripts" / "set_up.py", tmp_path / "scripts")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def test_a_second_run_finds_all_in_place_and_says_nothing(project: Path) -> None:
    script = project / "scripts" / "set_up.py"
    first = run(script)
    assert first.returncode == 0, first.stderr
    assert "Virtual environment" in first.stdout
    second = run(script)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    (project / "requirements.txt").write_text("# still nothing\n")
    assert "Python packages" in run(script).stdout


def test_packages_that_cannot_be_had_end_with_one_sentence(project: Path) -> None:
    script = project / "scripts" / "set_up.py"
    run(script)
    (project / "requirements.txt").write_text("no-such-package-of-billing==1\n")
    done = run(script, PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS=str(project))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("The Python packages could not be installed")


def test_without_a_browser_the_advice_is_one_sentence(tmp_path: Path) -> None:
    nothing = str(tmp_path)
    done = run(
        PROJECT / "scripts" / "browser.py",
        PATH=nothing,
        PLAYWRIGHT_BROWSERS_PATH=nothing,
        PLAYWRIGHT_DOWNLOAD_HOST="http://127.0.0.1:9",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The tests need a browser")
    assert "apt-get install -y chromium" in done.stderr
    named = run(PROJECT / "scripts" / "browser.py", BROWSER_PATH="/no/such/browser")
    assert named.returncode == 1
    assert named.stderr == "BROWSER_PATH names /no/such/browser, which does not exist.\n"
