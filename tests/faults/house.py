"""A whole installation whose parts can be killed one by one: PostgreSQL, the Stripe sandbox, the API, a worker."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from pydantic import SecretStr

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.customers import ensure_customer
from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import read_source
from billing_app.credits import Grant, LotKind
from billing_app.db.embedded import EmbeddedServer
from billing_app.db.migrate import upgrade
from billing_app.journal.audit import CLI
from billing_app.settings import Settings
from tests.front_door.product import PROJECT, clean_environment, free_port

SECRET = "a secret of more than thirty-two characters"
PARTS = ("postgres", "sandbox", "api", "worker")
GIVEN = 100_000
_START_LIMIT_S = 60


@dataclass
class House:
    """Addresses, processes and the environment they share."""

    folder: Path
    server: EmbeddedServer
    api_url: str = field(default_factory=lambda: f"http://127.0.0.1:{free_port()}")
    sandbox_url: str = field(default_factory=lambda: f"http://127.0.0.1:{free_port()}")
    key: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue]
            database_url=self.server.url,
            stripe_api_base=self.sandbox_url,
            stripe_webhook_secret=SecretStr(self.environment.get("STRIPE_WEBHOOK_SECRET", "whsec_until_push")),
            secret_key=SecretStr(SECRET),
            public_url=self.api_url,
            data_dir=self.folder,
        )

    @contextlib.asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The product's services in this process, beside those that are killed."""
        made = await build(self.settings)
        try:
            yield made
        finally:
            await close(made)

    async def furnish(self, customers: int) -> None:
        """Schema, catalogue, endpoint, key, and customers with credits enough."""
        await asyncio.to_thread(upgrade, self.server.owner_url)
        self.begin("sandbox")
        await self.until_ready("sandbox")
        async with self.services() as services:
            await services.catalog.apply(read_source("showcase"), by=CLI)
            made = await services.gateway.ensure_webhook_endpoint(f"{self.api_url}/api/v1/webhooks/stripe")
            self.key = (await services.api_keys.create("Server", Scope.SERVER, by=None)).secret
            for number in range(customers):
                async with services.database.transaction() as session:
                    one = await ensure_customer(session, f"customer-{number}", name="Ada", email=None)
                self.customers[f"customer-{number}"] = one.id
                await services.credits.grant(
                    Grant(customer_id=one.id, credits=GIVEN, kind=LotKind.PROMOTION, label="Given", source="given")
                )
        self.environment = {
            "DATABASE_URL": self.server.url,
            "STRIPE_API_BASE": self.sandbox_url,
            "STRIPE_WEBHOOK_SECRET": made.secret or "",
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": self.api_url,
            "DATA_DIR": str(self.folder),
            "DATABASE_POOL_SIZE": "5",
        }
        for part in ("api", "worker"):
            self.begin(part)
        await self.until_ready("api")

    # Parts

    def begin(self, part: str) -> None:
        """Start a part; it may have to wait for others."""
        if part == "postgres":
            self.server = EmbeddedServer(self.folder / "pg", database="billing")
            self.server.start()
            return
        port = self.api_url.rsplit(":", 1)[1]
        sandbox = ["--port", self.sandbox_url.rsplit(":", 1)[1], "--data", str(self.folder / "sandbox")]
        command = {
            "sandbox": ["billing_app.sandbox", *sandbox],
            "api": ["billing_app", "api", "--host", "127.0.0.1", "--port", port],
            "worker": ["billing_app", "worker"],
        }[part]
        with (self.folder / f"{part}.log").open("ab") as said:
            self.running[part] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=PROJECT,
                env=clean_environment(**self.environment),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def kill(self, part: str) -> None:
        """SIGKILL, for it and everything it has started."""
        if part == "postgres":
            os.kill(int((self.folder / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            return
        process = self.running.pop(part)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    async def until_ready(self, part: str) -> None:
        """Wait until it answers."""
        url = {"sandbox": self.sandbox_url, "api": f"{self.api_url}/api/v1/health/ready"}.get(part)
        began = time.monotonic()
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while url and time.monotonic() - began < _START_LIMIT_S:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(url)).status_code == 200:
                        return
                process = self.running.get(part)
                assert process is None or process.poll() is None, f"{part} ended: {self.last_words(part)}"
                await asyncio.sleep(0.1)
        assert url is None, f"{part} does not answer: {self.last_words(part)}"

    def last_words(self, part: str) -> str:
        """The end of its log."""
        return (self.folder / f"{part}.log").read_text(errors="replace")[-2_000:]

    def end(self) -> None:
        """Everything, at once."""
        for part in list(self.running):
            self.kill(part)
        self.server.stop()


@contextlib.asynccontextmanager
async def a_house(folder: Path, *, customers: int) -> AsyncIterator[House]:
    """Built, furnished, and torn down at the end."""
    server = EmbeddedServer(folder / "pg", database="billing")
    await asyncio.to_thread(server.start)
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        # A killed process loses nothing that the kernel has; only a power cut would, which is not what is tested.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    house = House(folder, server)
    try:
        await house.furnish(customers)
        yield house
    finally:
        await asyncio.to_thread(house.end)
