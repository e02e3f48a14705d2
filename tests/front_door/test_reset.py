"""`reset` deletes what people and payments have left, asks first, and touches no database that is not its own."""

from pathlib import Path

from billing_app.settings import Settings
from billing_app.supervisor.places import Places
from tests.front_door.product import command


def an_installation(data_dir: Path) -> Places:
    places = Places.of(Settings(data_dir=data_dir, catalog="showcase"))
    places.make()
    for folder in (places.postgres, places.sandbox, places.sites / "abc"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file").write_text("content")
    places.secret_key()
    return places


def test_reset_deletes_data_and_keeps_the_finished_pages(tmp_path: Path) -> None:
    places = an_installation(tmp_path)
    done = command("reset", "--yes", DATA_DIR=str(tmp_path), CATALOG="showcase")
    assert done.returncode == 0, done.stderr
    assert "postgres" in done.stdout
    assert not places.postgres.exists()
    assert not places.sandbox.exists()
    assert not (places.root / "secret_key").exists()
    assert (places.sites / "abc" / "file").exists()


def test_reset_asks_and_without_an_answer_deletes_nothing(tmp_path: Path) -> None:
    places = an_installation(tmp_path)
    done = command("reset", DATA_DIR=str(tmp_path), CATALOG="showcase")
    assert done.returncode == 1
    assert "--yes" in done.stderr
    assert (places.postgres / "file").exists()


def test_reset_leaves_another_catalogues_data_alone(tmp_path: Path) -> None:
    places = an_installation(tmp_path)
    done = command("reset", "--yes", DATA_DIR=str(tmp_path), CATALOG="interview_mate")
    assert done.returncode == 0, done.stderr
    assert "nothing to delete" in done.stdout
    assert (places.postgres / "file").exists()


def test_reset_refuses_while_the_product_runs(tmp_path: Path) -> None:
    places = an_installation(tmp_path)
    with places.locked():
        done = command("reset", "--yes", DATA_DIR=str(tmp_path), CATALOG="showcase")
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert (places.postgres / "file").exists()


def test_reset_refuses_a_database_of_ones_own(owner_url: str, tmp_path: Path) -> None:
    done = command("reset", "--yes", DATA_DIR=str(tmp_path), DATABASE_URL=owner_url)
    assert done.returncode == 1
    assert "embedded database only" in done.stderr
