"""`python -m billing_app run`, whole: it starts, is mended when a part dies, ends without a trace, and starts again."""

import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from billing_app.settings import Settings
from billing_app.supervisor.places import Places
from tests.front_door.product import Product, command, free_port

pytestmark = pytest.mark.xdist_group("product")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    made = Product(tmp_path_factory.mktemp("installation"))
    made.start()
    yield made
    if made.process.poll() is None:
        made.stop()


def pid_of(product: Product, words: str) -> int:
    """The topmost process of the product whose command line holds these words."""
    return min(pid for pid, line in product.processes().items() if words in line)


def until(condition: Callable[[], object], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_says_where_it_serves_and_how_to_sign_in(product: Product) -> None:
    text = "\n".join(product.said)
    assert f"Open            {product.url}" in text
    assert "Stripe sandbox  http://localhost:" in text
    assert "Sign in         demo@example.com / " in text
    assert "Traceback" not in text
    assert product.answers("/") == 200


def test_secrets_of_an_installation_are_its_owners_alone(product: Product) -> None:
    places = Places.of(Settings(data_dir=product.data_dir, catalog="showcase"))
    for name in ("secret_key", "webhook_secret", "running.json"):
        assert stat.S_IMODE((places.root / name).stat().st_mode) == 0o600


def test_a_second_start_on_the_same_data_is_refused(product: Product) -> None:
    done = command("run", "--port", str(free_port()), DATA_DIR=str(product.data_dir))
    assert done.returncode == 1
    assert f"{product.url})" in done.stderr


def test_a_command_works_on_the_running_installation(product: Product) -> None:
    done = command("catalog", "diff", DATA_DIR=str(product.data_dir))
    assert done.returncode == 0, done.stderr
    assert "No change: version 1 is in place" in done.stdout


def test_the_demo_customer_has_bought_and_used(product: Product) -> None:
    own = {"DATA_DIR": str(product.data_dir)}
    assert command("balance", "demo@example.com", **own).stdout.startswith("available 8, held 0, frozen 0, owed 0")
    assert command("ledger", "demo@example.com", **own).stdout.count("consume") == 10
    assert "Large pack" in command("balance", "ext:demo-host-2", **own).stdout
    again = command("demo", "seed", **own)
    assert again.returncode == 0, again.stderr
    assert command("balance", "demo@example.com", **own).stdout.startswith("available 8,")


def test_an_operator_gives_credits_once_and_the_doctor_finds_no_drift(product: Product) -> None:
    own = {"DATA_DIR": str(product.data_dir)}
    for _ in range(2):
        given = command("grant", "ext:demo-host-1", "5", "--reason", "an apology", "--key", "apology-1", **own)
        assert given.returncode == 0, given.stderr
        assert "available now: 125" in given.stdout
    refused = command("grant", "ext:demo-host-1", "6", "--reason", "an apology", "--key", "apology-1", **own)
    assert refused.returncode == 1
    assert "was used for another request" in refused.stderr
    doctor = command("doctor", **own)
    assert doctor.returncode == 0, doctor.stderr
    assert "every balance is what its entries make it" in doctor.stdout


def test_what_stripe_delivered_is_listed_and_replayed_without_change(product: Product) -> None:
    own = {"DATA_DIR": str(product.data_dir)}
    until(lambda: " done " in command("webhooks", "list", "--state", "done", **own).stdout)
    event = next(word for word in command("webhooks", "list", **own).stdout.split() if word.startswith("evt_"))
    replayed = command("webhooks", "replay", event, **own)
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == f"{event}: no change\n"


@pytest.mark.skipif(sys.platform != "linux", reason="memory shared between processes is told apart only there")
def test_the_whole_stays_below_500_megabytes(product: Product) -> None:
    processes = {psutil.Process(pid) for pid in product.processes()}
    for process in list(processes):
        processes.update(process.children(recursive=True))
    assert len(processes) > 5
    assert sum(process.memory_full_info().pss for process in processes) < 500 * 1024 * 1024


@pytest.mark.parametrize("part", ["billing_app web", "billing_app.sandbox"])
def test_a_part_that_is_killed_is_started_again(product: Product, part: str) -> None:
    before = pid_of(product, part)
    os.kill(before, signal.SIGKILL)
    product.hear("SIGKILL", limit_s=10)
    until(lambda: [pid for pid, line in product.processes().items() if part in line and pid != before])
    product.said[:] = [line for line in product.said if "SIGKILL" not in line]
    assert product.answers("/") == 200


def test_postgresql_is_started_again_with_its_data(product: Product) -> None:
    places = Places.of(Settings(data_dir=product.data_dir, catalog="showcase"))
    os.kill(int((places.postgres / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    product.hear("PostgreSQL ended; starting it again", limit_s=30)
    until(lambda: "is in place" in command("catalog", "diff", DATA_DIR=str(product.data_dir)).stdout)


def test_it_ends_in_order_and_leaves_nothing_behind(product: Product) -> None:
    assert product.stop(signal.SIGINT) == 0
    assert product.said[-1] == "Ended. The data is kept."
    assert "Traceback" not in "\n".join(product.said)
    until(lambda: not product.processes())
    assert not (product.data_dir / "showcase" / "running.json").exists()


def test_a_second_start_serves_within_10_seconds_from_what_was_built(product: Product) -> None:
    took: list[float] = []
    for _ in range(2):  # the better of two, because other tests run at the same time
        product.port = free_port()
        took.append(product.start())
        text = "\n".join(product.said)
        assert "as built before" in text
        assert "catalogue version 1," in text
        assert product.stop(signal.SIGTERM) == 0
    assert min(took) < 10


@pytest.mark.parametrize("moment", ["ok  PostgreSQL", "ok  Database"])
def test_ctrl_c_while_it_starts_ends_it_too(tmp_path: Path, moment: str) -> None:
    product = Product(tmp_path)
    product.begin()
    product.hear(moment)
    assert product.stop(signal.SIGINT) == 0
    assert "Traceback" not in "\n".join(product.said)
    until(lambda: not product.processes())
