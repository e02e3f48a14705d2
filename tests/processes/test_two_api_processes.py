"""Two API processes and a worker on one PostgreSQL: charged once, sold once, and each sees what the other did."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from billing_app.accounts.api_keys.form import Scope
from billing_app.bootstrap import build, close
from billing_app.catalog.loading import read_source
from billing_app.journal.audit import CLI
from billing_app.sandbox.server import free_port
from billing_app.settings import Settings
from tests.front_door.product import PROJECT, clean_environment
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox

SECRET = "a secret of more than thirty-two characters"
FREE = 8


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[StripeSandbox]:
    with stripe_sandbox(tmp_path / "sandbox") as running:
        yield running


class Installation:
    """Where the two processes answer, and a key."""

    def __init__(self, urls: list[str], key: str) -> None:
        self.urls = urls
        self.clients = [
            httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30)
            for url in urls
        ]


@pytest.fixture
async def installation(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Installation]:
    ports = [free_port("127.0.0.1") for _ in range(2)]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        stripe_api_base=sandbox.url,
        stripe_webhook_secret=SecretStr("whsec_until_push"),
        secret_key=SecretStr(SECRET),
        public_url=urls[0],
        data_dir=tmp_path,
    )
    services = await build(settings)
    try:
        await services.catalog.apply(read_source("showcase"), by=CLI)
        made = await services.gateway.ensure_webhook_endpoint(f"{urls[1]}/api/v1/webhooks/stripe")
        assert made.secret
        key = await services.api_keys.create("Server", Scope.SERVER, by=None)
    finally:
        await close(services)
    environment = clean_environment(
        DATABASE_URL=database_url,
        STRIPE_API_BASE=sandbox.url,
        STRIPE_WEBHOOK_SECRET=made.secret,
        SECRET_KEY=SECRET,
        PUBLIC_URL=urls[0],
        DATA_DIR=str(tmp_path),
        DATABASE_POOL_SIZE="5",
    )
    commands = [["api", "--host", "127.0.0.1", "--port", str(port)] for port in ports] + [["worker"]]
    running = [_begin(command, environment, tmp_path / f"{number}.log") for number, command in enumerate(commands)]
    there = Installation(urls, key.secret)
    try:
        for client in there.clients:
            await _ready(client)
        yield there
        for process in running:
            assert process.poll() is None, "a process has ended by itself"
    finally:
        for client in there.clients:
            await client.aclose()
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _begin(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "billing_app", *command],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


async def _ready(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await client.get("/api/v1/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("the API does not answer")


@pytest.mark.row("A4")
async def test_money_is_counted_once_across_processes(installation: Installation, sandbox: StripeSandbox) -> None:
    one, two = installation.clients

    # A pack, opened at one process, paid; its webhook reaches the other, and the worker grants it.
    body = {"customer": "ada", "kind": "pack", "code": "small"}
    opened = (await one.post("/api/v1/checkout-sessions", json=body)).json()
    assert (await two.post("/api/v1/checkout-sessions", json=body)).json()["id"] == opened["id"]
    await sandbox.pay(opened["url"])
    told = {}
    for _ in range(300):
        told = (await two.get(f"/api/v1/checkout-sessions/{opened['id']}")).json()
        if told["state"] == "granted":
            break
        await asyncio.sleep(0.1)
    assert told["state"] == "granted"
    assert told["available"] == FREE + 40

    # Sixty jobs, each reported to both processes at once under one key; credits for 48 of them.
    async def charge(client: httpx.AsyncClient, number: int) -> httpx.Response:
        return await client.post(
            "/api/v1/credits/consume",
            json={"customer": "ada", "feature": "job", "credits": 1, "reference": f"job-{number}"},
            headers={"Idempotency-Key": f"job-{number}"},
        )

    answers = await asyncio.gather(*(charge(client, number) for number in range(60) for client in (one, two)))
    assert {answer.status_code for answer in answers} == {200, 402}
    by_job = [(answers[2 * number], answers[2 * number + 1]) for number in range(60)]
    charged = [pair for pair in by_job if any(answer.status_code == 200 for answer in pair)]
    assert len(charged) == FREE + 40
    for pair in charged:
        entries = {answer.json()["entry"] for answer in pair if answer.status_code == 200}
        assert len(entries) == 1
    for client in (one, two):
        balance = (await client.get("/api/v1/customers/ada/balance")).json()
        assert (balance["available"], balance["held"]) == (0, 0)

    health = (await one.get("/api/v1/health")).json()
    assert (health["mode"], health["database"], health["late"]) == ("sandbox", "ok", False)
    metrics = (await two.get("/api/v1/metrics")).text
    assert 'billing_http_requests_total{method="POST",route="/api/v1/credits/consume",status="200"}' in metrics
