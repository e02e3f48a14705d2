"""`python -m billing_app.sandbox`: says where it is, refuses in one sentence, ends cleanly."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import stripe

from tests.sandbox.running import eventually


@contextmanager
def command(data: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, serving; yields the process and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "billing_app.sandbox", "--data", str(data), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, "".join(process.stdout.readline() for _ in range(3))
    finally:
        process.terminate()
        process.communicate(timeout=10)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command when it is expected to give up."""
    return subprocess.run(
        [sys.executable, "-m", "billing_app.sandbox", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_it_says_where_it_is_serves_and_ends_cleanly(tmp_path: Path) -> None:
    with command(tmp_path, "--port", "0") as (process, printed):
        assert "no money moves" in printed
        [url], [key] = re.findall(r"http://\S+", printed), re.findall(r"sk_test_\w+", printed)
        assert eventually(lambda: httpx.get(f"{url}/healthz", trust_env=False).status_code == 200)
        connections = stripe.RequestsClient()
        client = stripe.StripeClient(key, base_addresses={"api": url}, http_client=connections)
        assert client.v1.products.create({"name": "One"}).livemode is False
        connections.close()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = run("--data", str(tmp_path), "--port", str(other.getsockname()[1]))
    assert refused.returncode == 1
    assert re.fullmatch(r"The sandbox cannot start: 127.0.0.1:\d+ is not free .*--port\.\n", refused.stderr)


def test_a_data_directory_has_one_sandbox(tmp_path: Path) -> None:
    with command(tmp_path, "--port", "0"):
        refused = run("--data", str(tmp_path), "--port", "0")
    assert refused.returncode == 1
    assert "another sandbox already uses the data directory" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_data_directory_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = run("--data", str(tmp_path / "file"), "--port", "0")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
