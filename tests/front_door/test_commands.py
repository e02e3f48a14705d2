"""Commands on a real database: their exit codes, what they print, and that a repeated one changes nothing."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from billing_app.catalog.loading import PRESETS
from tests.front_door.product import PROJECT, command


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A file of one's own, a copy of a preset."""
    path = tmp_path / "shop.toml"
    path.write_text((PRESETS / "interview_mate.toml").read_text())
    return path


@pytest.mark.row("C10")
def test_diff_ends_with_2_until_apply_and_with_0_after_it(database_url: str, catalogue: Path) -> None:
    before = command("catalog", "diff", str(catalogue), DATABASE_URL=database_url)
    assert before.returncode == 2, before.stderr
    assert "made" in before.stdout
    applied = command("catalog", "apply", str(catalogue), DATABASE_URL=database_url)
    assert applied.returncode == 0, applied.stderr
    assert "Version 1 is in place" in applied.stdout
    after = command("catalog", "diff", str(catalogue), DATABASE_URL=database_url)
    assert after.returncode == 0, after.stderr
    again = command("catalog", "apply", str(catalogue), DATABASE_URL=database_url)
    assert "Nothing to do: version 1 is in place" in again.stdout


def test_a_bad_file_is_refused_with_file_line_and_reason(database_url: str, catalogue: Path) -> None:
    catalogue.write_text(catalogue.read_text().replace('"8.00 USD"', '"8.001 USD"', 1))
    for action in ("validate", "diff", "apply"):
        done = command("catalog", action, str(catalogue), DATABASE_URL=database_url)
        assert done.returncode == 1
        assert "shop.toml:" in done.stderr
        assert "Traceback" not in done.stderr
    assert command("catalog", "export", DATABASE_URL=database_url).returncode == 1


def test_apply_with_an_outdated_expectation_changes_nothing(database_url: str, catalogue: Path) -> None:
    command("catalog", "apply", str(catalogue), DATABASE_URL=database_url)
    catalogue.write_text(catalogue.read_text().replace('"8.00 USD"', '"9.00 USD"', 1))
    done = command("catalog", "apply", str(catalogue), "--expect", "0", DATABASE_URL=database_url)
    assert done.returncode == 1
    assert "Version 1 is in force" in done.stderr
    diff = command("catalog", "diff", str(catalogue), "--json", DATABASE_URL=database_url)
    assert diff.returncode == 2
    assert json.loads(diff.stdout)["version"] == 1


def test_export_gives_back_the_file_that_was_applied(database_url: str, catalogue: Path, tmp_path: Path) -> None:
    command("catalog", "apply", str(catalogue), DATABASE_URL=database_url)
    out = tmp_path / "exported.toml"
    done = command("catalog", "export", "--output", str(out), DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert out.read_text() == catalogue.read_text()


def test_the_first_administrator_is_made_once_and_the_password_is_shown_once(database_url: str) -> None:
    secret = {"DATABASE_URL": database_url, "SECRET_KEY": "s" * 40}
    done = command("admin", "create", "ada@example.com", **secret)
    assert done.returncode == 0, done.stderr
    assert "Password, shown this once:" in done.stdout
    again = command("admin", "create", "ada@example.com", **secret)
    assert again.returncode == 1
    assert "is a user already" in again.stderr


def test_a_role_is_changed_with_a_reason(database_url: str) -> None:
    secret = {"DATABASE_URL": database_url, "SECRET_KEY": "s" * 40}
    command("admin", "create", "ada@example.com", **secret)
    command("admin", "create", "bob@example.com", **secret)
    done = command("admin", "role", "bob@example.com", "viewer", "--reason", "left", **secret)
    assert done.returncode == 0, done.stderr
    last = command("admin", "role", "ada@example.com", "viewer", "--reason", "left", **secret)
    assert last.returncode == 1
    assert last.stderr.count("\n") == 1
    unknown = command("admin", "role", "nobody@example.com", "admin", "--reason", "x", **secret)
    assert unknown.returncode == 1
    assert "no user" in unknown.stderr


def test_migrations_may_be_run_again(owner_url: str) -> None:
    for _ in range(2):
        done = command("migrate", DATABASE_URL=owner_url)
        assert done.returncode == 0, done.stderr
        assert "up to date" in done.stdout


def test_a_database_without_schema_is_told_so(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    done = command("catalog", "export", DATABASE_URL=owner_url)
    assert done.returncode == 1
    assert "python -m billing_app migrate" in done.stderr
    assert done.stderr.count("\n") == 1


def test_debug_shows_where_an_error_comes_from() -> None:
    done = command("--debug", "catalog", "validate", "nonsense")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_what_lives_long_imports_little() -> None:
    program = (
        "import sys; from billing_app.cli import parser; parser(); import billing_app.supervisor.run, billing_app.web\n"
        "print([name for name in ('sqlalchemy', 'reflex', 'stripe', 'fastapi') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_keys_are_made_listed_replaced_and_revoked_by_command(database_url: str) -> None:
    at = {"DATABASE_URL": database_url, "SECRET_KEY": "a secret of more than thirty-two characters"}
    made = command("keys", "create", "Production server", **at)
    assert made.returncode == 0, made.stderr
    key = made.stdout.splitlines()[-1]
    assert key.startswith("crd_test_sk_")
    number = made.stdout.split()[1].rstrip(",")
    replaced = command("keys", "replace", number, "--overlap-hours", "2", **at)
    assert replaced.stdout.splitlines()[-1] not in ("", key)
    listed = command("keys", "list", **at)
    assert [line.split()[1] for line in listed.stdout.splitlines()] == ["working", "ending"]
    assert key not in listed.stdout
    revoked = command("keys", "revoke", number, "--reason", "leaked", **at)
    assert "has stopped" in revoked.stdout
    assert command("keys", "revoke", "999", "--reason", "leaked", **at).returncode == 1
