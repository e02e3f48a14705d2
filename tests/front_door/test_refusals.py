"""What stands in the way of a start is said in one sentence that tells what to do: no traceback, exit code 1."""

import socket
from pathlib import Path

import psycopg
import pytest

from billing_app.db.embedded import EmbeddedServer
from billing_app.settings import Settings
from billing_app.supervisor.places import Places, Running
from tests.front_door.product import command, free_port


def refused(*arguments: str, **environment: str) -> str:
    """The one sentence with which a command refuses."""
    done = command(*arguments, **environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    sentence = done.stderr.strip()
    assert sentence
    assert "\n" not in sentence
    return sentence


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused("run", "--port", str(port), DATA_DIR=str(tmp_path))
    assert f"Port {port} cannot be used" in said
    assert "PORT=" in said
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_does_not_exist(tmp_path: Path) -> None:
    assert "There is no port 70000" in refused("run", "--port", "70000", DATA_DIR=str(tmp_path))


def test_a_catalogue_that_does_not_exist_makes_no_folder(tmp_path: Path) -> None:
    said = refused("run", "--port", str(free_port()), DATA_DIR=str(tmp_path), CATALOG="nonsense")
    assert "There is no catalogue 'nonsense'" in said
    assert "showcase" in said
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "showcase").mkdir()
    (tmp_path / "showcase" / "postgres").write_text("a file where a folder should be")
    done = command("run", "--port", str(free_port()), DATA_DIR=str(tmp_path), CATALOG="showcase")
    assert done.returncode == 1
    assert done.stderr.startswith("The embedded PostgreSQL could not be started")
    assert "Traceback" not in done.stderr


def test_a_second_start_on_the_same_data(tmp_path: Path) -> None:
    places = Places.of(Settings(data_dir=tmp_path, catalog="showcase"))
    with places.locked():
        places.announce(Running(pid=1, public_url="http://localhost:3999", environment={}))
        said = refused("run", "--port", str(free_port()), DATA_DIR=str(tmp_path), CATALOG="showcase")
    assert "is in use (process 1, http://localhost:3999)" in said
    assert "CATALOG=" in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody@127.0.0.1:{port}/billing", "No PostgreSQL answers at DATABASE_URL"),
        ("postgresql://nobody@no-such-host.invalid/billing", "host of DATABASE_URL"),
        ("mysql://root@127.0.0.1/billing", "must be a PostgreSQL's"),
        ("not an address", "is not an address of PostgreSQL"),
    ],
)
def test_a_database_url_that_leads_nowhere(url: str, words: str, tmp_path: Path) -> None:
    address = url.format(port=free_port())
    assert words in refused("run", "--port", str(free_port()), DATA_DIR=str(tmp_path), DATABASE_URL=address)


def test_a_database_that_does_not_exist(owner_url: str) -> None:
    said = refused("migrate", DATABASE_URL=owner_url.replace("/t_", "/missing_", 1))
    assert "There is no such database" in said
    assert "createdb" in said


def test_a_wrong_password_is_told_and_not_shown(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "pg")
    server.start()
    try:
        with psycopg.connect(server.owner_url, autocommit=True) as connection:
            connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
            rules = tmp_path / "pg" / "pg_hba.conf"
            rules.write_text("local all guarded scram-sha-256\n" + rules.read_text())
            connection.execute("SELECT pg_reload_conf()")
        said = refused("migrate", DATABASE_URL=server.owner_url.replace("postgres:@", "guarded:wrong-one@", 1))
    finally:
        server.stop()
    assert "refuses the user or password of DATABASE_URL" in said
    assert "wrong-one" not in said


def test_live_mode_names_everything_that_is_missing() -> None:
    said = refused("run", "--port", str(free_port()), STRIPE_SECRET_KEY="sk_live_" + "x" * 20)
    for name in ("SECRET_KEY", "DATABASE_URL", "SMTP_URL", "PUBLIC_URL"):
        assert name in said


def test_live_mode_behind_https_must_know_its_proxies() -> None:
    live = {
        "STRIPE_SECRET_KEY": "sk_live_" + "x" * 20,
        "SECRET_KEY": "s" * 40,
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/billing",
        "SMTP_URL": "smtp://mail.example.com:587",
        "PUBLIC_URL": "https://billing.example.com",
    }
    said = refused("migrate", **live)
    assert "TRUSTED_PROXY_HOPS must be set to the number of proxies in front of the app, 0 if none" in said
    assert "No PostgreSQL answers" in refused("migrate", **live, TRUSTED_PROXY_HOPS="0")


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (("run", "--port", str(free_port())), ("catalog", "diff")):
        said = refused(*arguments, DATA_DIR=str(tmp_path / "file"))
        assert "cannot be made" in said
        assert "DATA_DIR=" in said


def test_an_announcement_counts_only_while_its_lock_is_held(tmp_path: Path) -> None:
    places = Places.of(Settings(data_dir=tmp_path, catalog="showcase"))
    with places.locked():
        places.announce(Running(pid=1, public_url="http://localhost:3999", environment={}))
        assert places.running() is not None
        left_over = (places.root / "running.json").read_bytes()
    (places.root / "running.json").write_bytes(
        left_over
    )  # its number belongs to a process that has nothing to do with us
    assert places.running() is None
    with places.locked():
        assert places.running() is None


def test_a_wrong_call_says_how_it_is_used() -> None:
    assert "--help" in refused("catalog")
