"""A host product's server, as our API sees it: keys, requests, customers; the whole app on a real database."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from billing_app.accounts.api_keys.form import Scope
from billing_app.api.app import create_app
from billing_app.bootstrap import Services, put_together
from billing_app.catalog.loading import read_source
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.settings import Settings

SECRET = "a secret of more than thirty-two characters"
URL = "http://billing.example"
_numbers = itertools.count(1)


@dataclass
class Host:
    """A host product with a key of each scope. Requests go to the app directly, as if by HTTP."""

    services: Services
    app: FastAPI
    keys: dict[Scope, str] = field(default_factory=dict)

    def client(self, key: str | None, **headers: str) -> httpx.AsyncClient:
        """Requests with a key, or with none."""
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **headers}
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=sent)

    async def ask(
        self, method: str, path: str, body: Any = None, *, scope: Scope | None = Scope.SERVER, key: str | None = None
    ) -> httpx.Response:
        """One request; `key` is its Idempotency-Key, one of its own if None."""
        headers = {"Idempotency-Key": key or f"key-{next(_numbers)}"} if method == "POST" else {}
        async with self.client(self.keys[scope] if scope else None) as client:
            return await client.request(f"{method}", f"/api/v1{path}", json=body, headers=headers)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """A list or a figure, with a read-only key."""
        async with self.client(self.keys[Scope.READ_ONLY]) as client:
            return await client.get(f"/api/v1{path}", params=params)

    async def post(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        """Work, with a server key."""
        return await self.ask("POST", path, body, key=key)

    async def give(self, customer: str, credits: int) -> None:
        """Credits from the host's administrator."""
        body = {"customer": customer, "credits": credits, "note": "for the test"}
        answer = await self.ask("POST", "/credits/grant", body, scope=Scope.ADMIN)
        assert answer.status_code == 200, answer.text

    async def available(self, customer: str) -> int:
        """What the customer has."""
        return (await self.get(f"/customers/{customer}/balance")).json()["available"]


@asynccontextmanager
async def a_host(database: Database, catalog: str) -> AsyncIterator[Host]:
    """The app with a catalogue, and keys to it."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database.url,
        stripe_api_base="http://127.0.0.1:9",  # nothing here asks Stripe
        secret_key=SecretStr(SECRET),
        public_url=URL,
    )
    services = put_together(settings, database)
    await services.catalog.apply(read_source(catalog), by=CLI)
    host = Host(services, create_app(services))
    for scope in Scope:
        host.keys[scope] = (await services.api_keys.create(f"{scope} key", scope, by=None)).secret
    try:
        yield host
    finally:
        await services.credits.close()
        await services.gateway.close()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, which must be this one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code, body
    assert body["request_id"] == answer.headers["x-request-id"]
    return body
