"""`catalog push` as people and pipelines run it: exit codes, what it shows, and that live money is asked about."""

import io
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from billing_app.cli.catalog import confirm_live
from billing_app.errors import InvalidInput
from tests.front_door.product import command
from tests.stripe_sandbox import StripeSandbox

Push = Callable[..., CompletedProcess[str]]


@pytest.fixture
def push(database_url: str, sandbox: StripeSandbox) -> Push:
    environment = {
        "DATABASE_URL": database_url,
        "STRIPE_API_BASE": sandbox.url,
        "SECRET_KEY": "s" * 40,
        "PUBLIC_URL": "https://shop.example",
    }

    def run(*options: str) -> CompletedProcess[str]:
        return command("catalog", "push", *options, **environment)

    assert command("catalog", "apply", "creator", **environment).returncode == 0
    return run


@pytest.mark.row("E4")
def test_a_dry_run_ends_with_2_until_pushed_and_with_0_after_it(push: Push, sandbox: StripeSandbox) -> None:
    shown = push("--dry-run")
    assert shown.returncode == 2, shown.stderr
    assert "make price for plan pro by year: 400 credits a month for 390.00 USD" in shown.stdout
    assert sandbox.client().v1.prices.list({"limit": 100}).data == []

    done = push()
    assert done.returncode == 0, done.stderr
    assert len(sandbox.client().v1.prices.list({"limit": 100}).data) == 11

    for options in ((), ("--dry-run",), ("--roll", "--yes")):
        again = push(*options)
        assert again.returncode == 0, again.stderr
        assert again.stdout == "Version 1 of the catalogue and Stripe: no change.\n"


def test_an_error_ends_with_1_and_one_sentence(database_url: str) -> None:
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": "s" * 40, "STRIPE_API_BASE": "http://127.0.0.1:9"}
    done = command("catalog", "push", "--dry-run", **settings)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_live_account_is_pushed_to_only_after_the_word_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("live\n"))
    confirm_live()
    for typed in ("yes\n", "\n", "LIVE\n"):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        with pytest.raises(InvalidInput, match="Nothing was changed"):
            confirm_live()


def test_a_pipeline_pushes_to_a_live_account_only_with_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("live\n"))
    with pytest.raises(InvalidInput, match="--yes"):
        confirm_live()
