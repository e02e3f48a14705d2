"""The product as it runs in production, on a database of the benchmark's own: pages, API and worker in one process."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from pydantic import SecretStr

from benchmarks.server import Server
from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.customers import ensure_customer
from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import read_source
from billing_app.credits import Grant, LotKind
from billing_app.journal.audit import CLI
from billing_app.sandbox.server import free_port
from billing_app.settings import Settings

SECRET = "only for measuring: thirty-two characters and more"  # noqa: S105
HOST = "127.0.0.1"
GIVEN = 1_000_000
_ROOT = Path(__file__).resolve().parents[2]
_START_LIMIT_S = 90


@dataclass
class Product:
    """Where it answers, the key of its host, and its customers by their ids at the host."""

    url: str
    sandbox_url: str
    settings: Settings
    key: str = ""
    customers: dict[str, int] = field(default_factory=dict)
    _running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def memory(self) -> int:
        """Bytes of the web process and its children."""
        parent = psutil.Process(self._running[-1].pid)
        return sum(each.memory_info().rss for each in (parent, *parent.children(recursive=True)))

    @contextlib.asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The same services in this process: to prepare, and to check the books at the end."""
        made = await build(self.settings)
        try:
            yield made
        finally:
            await close(made)

    def begin(self, folder: Path, name: str, *command: str, **environment: str) -> None:
        """Start a part."""
        with (folder / f"{name}.log").open("wb") as said:
            self._running.append(
                subprocess.Popen(  # noqa: S603 - our own words
                    [sys.executable, "-m", *command],
                    cwd=_ROOT,
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                )
            )

    def end(self) -> None:
        """Stop every part, the last one first."""
        for process in reversed(self._running):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()


@contextlib.asynccontextmanager
async def a_product(server: Server, customers: int) -> AsyncIterator[Product]:
    """Started and furnished; ended with the block."""
    port, sandbox_port = free_port(HOST), free_port(HOST)
    url, sandbox_url = f"http://{HOST}:{port}", f"http://{HOST}:{sandbox_port}"
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=server.url,
        stripe_api_base=sandbox_url,
        stripe_webhook_secret=SecretStr("whsec_until_made"),
        secret_key=SecretStr(SECRET),
        public_url=url,
        data_dir=server.folder,
    )
    product = Product(url, sandbox_url, settings)
    try:
        data = str(server.folder / "sandbox")
        product.begin(server.folder, "sandbox", "billing_app.sandbox", "--port", str(sandbox_port), "--data", data)
        await _answers(sandbox_url)
        secret = await _furnish(product, customers)
        pages = server.folder / "web" / "build" / "client"
        pages.mkdir(parents=True)
        (pages / "index.html").write_text("<!doctype html><title>Pages are built elsewhere</title>")
        product.begin(
            server.folder, "web", "billing_app", "web", "--host", HOST, "--port", str(port),
            DATABASE_URL=server.url, STRIPE_API_BASE=sandbox_url, STRIPE_WEBHOOK_SECRET=secret, SECRET_KEY=SECRET,
            PUBLIC_URL=url, DATA_DIR=str(server.folder), REFLEX_WEB_WORKDIR=str(server.folder / "web"),
            LOG_LEVEL="WARNING",
        )  # fmt: skip
        await _answers(f"{url}/api/v1/health/ready")
        yield product
    finally:
        await asyncio.to_thread(product.end)


async def _furnish(product: Product, customers: int) -> str:
    async with product.services() as services:
        await services.catalog.apply(read_source("showcase"), by=CLI)
        made = await services.gateway.ensure_webhook_endpoint(f"{product.url}/api/v1/webhooks/stripe")
        product.key = (await services.api_keys.create("Load", Scope.SERVER, by=None)).secret
        for number in range(customers):
            name = f"user_{number}"
            async with services.database.transaction() as session:
                one = await ensure_customer(session, name, name=f"User {number}", email=f"{name}@example.com")
            product.customers[name] = one.id
            await services.credits.grant(
                Grant(customer_id=one.id, credits=GIVEN, kind=LotKind.PROMOTION, label="Given", source="given")
            )
    assert made.secret
    return made.secret


async def _answers(url: str) -> None:
    began = time.monotonic()
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        while time.monotonic() - began < _START_LIMIT_S:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise RuntimeError(f"{url} does not answer.")
