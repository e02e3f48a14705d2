"""A whole shop for a test: real database, catalogue, Stripe sandbox, HTTP server, worker; its people and purchases."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import stripe
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from pydantic import SecretStr
from sqlalchemy import text

from billing_app.accounts.cookie import session_cookie
from billing_app.accounts.customers import ensure_customer
from billing_app.accounts.use_case import Visit
from billing_app.api.app import create_app
from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import read_source
from billing_app.credits import Grant, LotKind
from billing_app.jobs import queue_with_tasks
from billing_app.journal.audit import CLI
from billing_app.payments.gateway import API_VERSION
from billing_app.payments.progress import Started
from billing_app.sandbox.server import free_port
from billing_app.settings import Settings
from tests.stripe_sandbox import PAYS, StripeSandbox

SECRET = "a secret of more than thirty-two characters"
PASSWORD = "seven blue umbrellas"
WEBHOOKS = "/api/v1/webhooks/stripe"
HOST = "127.0.0.1"
_DUE = (
    "SELECT id FROM procrastinate_jobs WHERE status IN ('todo', 'doing') "
    "AND (scheduled_at IS NULL OR scheduled_at <= now())"
)


@dataclass
class Bought:
    """A checkout that was started, and paid if it says so."""

    customer_id: int
    started: Started
    session_id: str
    payment_intent: str


@dataclass
class Shop:
    """The shop and everything a test does in it."""

    services: Services
    sandbox: StripeSandbox
    url: str
    webhook_secret: str
    people: int = 0
    cookies: dict[int, str] = field(default_factory=dict)

    # People

    async def a_customer(self, *, credits: int = 0, email: str | None = "ada@example.com") -> int:
        """A customer of a host product, with credits given to them if asked."""
        self.people += 1
        async with self.services.database.transaction() as session:
            made = await ensure_customer(session, f"host-{self.people}", name="Ada", email=email)
        if credits:
            await self.give(made.id, credits)
        return made.id

    async def a_person(self, *, credits: int = 0) -> int:
        """A customer with a user who is signed in; `browser(customer)` is their browser.

        With `credits` they have exactly these; without, what the free plan gives them.
        """
        self.people += 1
        accounts = self.services.accounts
        email, here, browser = f"person{self.people}@example.com", Visit("203.0.113.7", "A browser"), "sign-up"
        await accounts.sign_up(email=email, password=PASSWORD, visit=here, browser=browser)
        row = (await self.rows("SELECT data FROM outbox ORDER BY id DESC LIMIT 1"))[0]
        path = await accounts.verification_link(row["data"])
        assert path is not None
        token = path.partition("token=")[2].partition("&")[0]
        signed_in = await accounts.verify(token, visit=here, browser=browser)
        customer_id = signed_in.principal.customer_id
        assert customer_id is not None
        self.cookies[customer_id] = f"{session_cookie(secure=False)}={signed_in.token}"
        if credits:
            await self.without_a_free_month(customer_id)
            await self.give(customer_id, credits)
        return customer_id

    async def without_a_free_month(self, customer_id: int) -> None:
        """As if the free plan's credits had been asked for already: there are those a test gives, and no others."""
        await self.rows(
            "INSERT INTO credit_accounts (customer_id, grants_due_at) VALUES (:id, '2100-01-01Z') "
            "ON CONFLICT (customer_id) DO UPDATE SET grants_due_at = excluded.grants_due_at RETURNING customer_id",
            id=customer_id,
        )

    async def give(self, customer_id: int, credits: int) -> None:
        """Promotional credits, so that a test needs no purchase."""
        await self.services.credits.grant(
            Grant(
                customer_id=customer_id,
                credits=credits,
                kind=LotKind.PROMOTION,
                label="Welcome",
                source=f"welcome-{self.people}",
            )
        )

    def browser(self, customer_id: int | None = None) -> httpx.AsyncClient:
        """A browser on our pages, signed in as somebody or not; it follows no redirect by itself."""
        headers = {"Origin": self.url}
        if customer_id is not None:
            headers["Cookie"] = self.cookies[customer_id]
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=20)

    # Buying

    async def start(self, customer_id: int, kind: str = "pack", code: str = "popular", **options: Any) -> Bought:
        """A checkout, opened and not paid."""
        started = await self.services.checkout.start(customer_id, kind, code, **options)
        row = (await self.rows("SELECT stripe_session_id FROM checkouts WHERE public_id = :id", id=started.public_id))[
            0
        ]
        return Bought(customer_id, started, row["stripe_session_id"], "")

    async def pay(self, bought: Bought, card: str = PAYS, **fields: str) -> httpx.Response:
        """Pay it on Stripe's page; its webhooks are on their way."""
        answer = await self.sandbox.pay(bought.started.url, card, **fields)
        session = await asyncio.to_thread(
            lambda: self.sandbox.client().v1.checkout.sessions.retrieve(bought.session_id)
        )
        bought.payment_intent = str(session.payment_intent or "")
        return answer

    async def buy(self, customer_id: int, kind: str = "pack", code: str = "popular", **options: Any) -> Bought:
        """Bought, paid, reported and granted."""
        bought = await self.start(customer_id, kind, code, **options)
        await self.pay(bought)
        await self.settle()
        return bought

    async def available(self, customer_id: int) -> int:
        """The customer's credits."""
        return (await self.services.credits.balance(customer_id)).available

    # Webhooks and jobs

    async def delivered(self, *types: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many events of each type are in the inbox."""
        rows: list[dict[str, Any]] = []
        for _ in range(300):
            rows = await self.rows(
                "SELECT id, type, state, effects, deliveries FROM webhook_events ORDER BY received_at"
            )
            if all(sum(row["type"] == each for row in rows) >= count for each in types):
                return rows
            await asyncio.sleep(0.02)
        raise AssertionError(f"{types} did not come; there are {[row['type'] for row in rows]}")

    async def work(self) -> None:
        """Run every job that is due, also those that wait for others under their lock: what a worker does."""
        if not await self.rows(_DUE):
            return
        queue = queue_with_tasks(self.services)
        queue.periodic_registry.periodic_tasks.clear()
        async with queue.open_async():
            for _ in range(50):
                await queue.run_worker_async(
                    wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2
                )
                if not await self.rows(_DUE):
                    return
        raise AssertionError("there is no end to the jobs")

    async def settle(self) -> None:
        """Wait until everything the sandbox owes was delivered, and every job that is due has run."""
        for _ in range(300):
            if not self.sandbox.served.under_way():
                break
            await asyncio.sleep(0.02)
        await self.work()

    async def deliver(self, event: dict[str, Any] | bytes, *, secret: str | None = None, at: int | None = None) -> Any:
        """Deliver an event by hand, signed as Stripe signs; the answer."""
        import json

        body = event if isinstance(event, bytes) else json.dumps(event, default=str).encode()
        header = stripe.WebhookSignature.generate_signature_header(
            body.decode("utf-8", "replace"), secret or self.webhook_secret, at
        )
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=20) as client:
            return await client.post(WEBHOOKS, content=body, headers={"Stripe-Signature": header})

    async def raw_events(self, *types: str) -> list[dict[str, Any]]:
        """The sandbox's events as it sends them, oldest first."""
        return [event.to_dict() for event in await self.sandbox.events() if not types or event.type in types]

    # Rows

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """What lies in the database."""
        async with self.services.database.transaction() as session:
            found = await session.execute(text(query), parameters)
            return [dict(row) for row in found.mappings()]

    async def books(self) -> dict[str, Any]:
        """Everything that must be the same however the news came: lots, unlocks, checkouts, payments, entries."""
        return {
            "lots": await self.rows("SELECT source, payment, granted, remaining FROM credit_lots ORDER BY source"),
            "unlocks": await self.rows(
                "SELECT source, code, uses_taken, revoked_at IS NULL AS live FROM unlocks ORDER BY source"
            ),
            "checkouts": await self.rows("SELECT code, state, stripe_payment_intent FROM checkouts ORDER BY id"),
            "payments": await self.rows(
                "SELECT stripe_payment_intent, state, captured_minor, refunded_minor FROM payments ORDER BY 1"
            ),
            "facts": await self.rows("SELECT kind, key FROM facts ORDER BY kind, key"),
            "mails": await self.rows("SELECT kind, reference FROM outbox WHERE kind = 'receipt' ORDER BY reference"),
        }


@contextlib.asynccontextmanager
async def a_shop(
    database_url: str, sandbox: StripeSandbox, folder: Path, *, catalog: str = "interview_mate", webhooks: bool = True
) -> AsyncIterator[Shop]:
    """Open for the time of the block.

    Args:
        webhooks: whether the sandbox knows our endpoint; without, nothing is delivered but by hand.
    """
    port = free_port(HOST)
    url = f"http://{HOST}:{port}"
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        database_pool_size=8,
        stripe_api_base=sandbox.url,
        stripe_webhook_secret=SecretStr("whsec_by_hand"),
        secret_key=SecretStr(SECRET),
        public_url=url,
        data_dir=folder,
        worker_in_process=False,
    )
    services = await build(settings)
    await services.catalog.apply(read_source(catalog), by=CLI)
    app = create_app(services)
    server = Server(app, address=HOST, port=port, interface=Interfaces.ASGI, log_level=LogLevels.error)
    serving = asyncio.create_task(server.serve())
    shop = Shop(services, sandbox, url, "whsec_by_hand")
    try:
        await _answers(url)
        if webhooks:
            made = await services.gateway.ensure_webhook_endpoint(url + WEBHOOKS)
            assert made.secret
            shop.webhook_secret = made.secret
            services.gateway.use_webhook_secret(made.secret)
        yield shop
    finally:
        server.stop()
        await asyncio.wait_for(serving, 10)
        await close(services)


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{url}/api/v1/health")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
    raise AssertionError("the API does not answer")


__all__ = ["API_VERSION", "Bought", "Shop", "a_shop"]
