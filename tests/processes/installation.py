"""Processes of the product on one PostgreSQL, as somebody runs them in production, but against the sandbox."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from pydantic import SecretStr

from billing_app.accounts.api_keys.form import Scope
from billing_app.bootstrap import build, close
from billing_app.catalog.loading import read_source
from billing_app.journal.audit import CLI
from billing_app.sandbox.server import free_port
from billing_app.settings import Settings
from tests.front_door.product import PROJECT, clean_environment
from tests.stripe_sandbox import StripeSandbox

SECRET = "a secret of more than thirty-two characters"


class Installation:
    """Where the processes answer, and a key."""

    def __init__(self, urls: list[str], key: str) -> None:
        self.urls = urls
        self.clients = [
            httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30)
            for url in urls
        ]


@asynccontextmanager
async def installed(
    database_url: str, sandbox: StripeSandbox, folder: Path, commands: Sequence[str], **environment: str
) -> AsyncIterator[Installation]:
    """Run these commands, `web`, `api` or `worker`, until the block ends; webhooks go to the last that listens.

    Each that listens has answered, and none has ended by itself.
    """
    listening = {number: free_port("127.0.0.1") for number, command in enumerate(commands) if command != "worker"}
    urls = [f"http://127.0.0.1:{port}" for port in listening.values()]
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        stripe_api_base=sandbox.url,
        stripe_webhook_secret=SecretStr("whsec_until_push"),
        secret_key=SecretStr(SECRET),
        public_url=urls[0],
        data_dir=folder,
    )
    services = await build(settings)
    try:
        await services.catalog.apply(read_source("showcase"), by=CLI)
        made = await services.gateway.ensure_webhook_endpoint(f"{urls[-1]}/api/v1/webhooks/stripe")
        assert made.secret
        key = await services.api_keys.create("Server", Scope.SERVER, by=None)
    finally:
        await close(services)
    given = {
        "DATABASE_URL": database_url,
        "STRIPE_API_BASE": sandbox.url,
        "STRIPE_WEBHOOK_SECRET": made.secret,
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": urls[0],
        "DATA_DIR": str(folder),
        "DATABASE_POOL_SIZE": "5",
        **environment,
    }
    running: list[subprocess.Popen[bytes]] = []
    there = Installation(urls, key.secret)
    try:
        for number, command in enumerate(commands):
            listens = ["--host", "127.0.0.1", "--port", str(listening[number])] if number in listening else []
            running.append(_begin([command, *listens], clean_environment(**given), folder / f"{number}.log"))
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
