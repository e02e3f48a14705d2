"""Asking the chat over HTTP, as a page does: a server of its own, the answer event by event, and when to go away."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from billing_app.api.app import create_app
from billing_app.bootstrap import Services
from billing_app.playground.answerer import Inquiry, Part, answer
from billing_app.playground.chat import ChatService, Engine
from billing_app.playground.knowledge import Knowledge
from billing_app.sandbox.server import free_port
from tests.shop import HOST, Shop

CHAT = "/api/v1/playground/chat"
QUESTION = "When do the credits of a pack expire?"
ALL = ["documentation", "github", "calculator"]
Event = tuple[str, dict[str, Any]]


@dataclass
class StepByStep:
    """An engine that answers as the product's own, but waits for a nod before each part, and may fail instead."""

    nods: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    fails_after: int | None = None

    async def __call__(self, inquiry: Inquiry) -> AsyncIterator[Part]:
        for number, part in enumerate(answer(inquiry)):
            if number == self.fails_after:
                raise ConnectionError("the model went away")
            if self.fails_after is None:
                await self.nods.acquire()
            yield part

    def nod(self, times: int = 1) -> None:
        """Let it go on."""
        for _ in range(times):
            self.nods.release()


def with_engine(services: Services, engine: Engine) -> Services:
    """The same services, with another engine behind the chat."""
    knowledge = Knowledge(services.catalog, services.interviews, services.drafts)
    chat = ChatService(
        services.database,
        services.catalog,
        services.entitlements,
        services.credits,
        knowledge=knowledge,
        engine=engine,
    )
    return replace(services, chat=chat)


@contextlib.asynccontextmanager
async def serving(services: Services) -> AsyncIterator[str]:
    """Another server process's worth of API on the same services; its address."""
    port = free_port(HOST)
    server = Server(create_app(services), address=HOST, port=port, interface=Interfaces.ASGI, log_level=LogLevels.error)
    running = asyncio.create_task(server.serve())
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(200):
                with contextlib.suppress(httpx.TransportError):
                    await client.get(f"http://{HOST}:{port}/api/v1/health")
                    break
                await asyncio.sleep(0.02)
        yield f"http://{HOST}:{port}"
    finally:
        server.stop()
        await asyncio.wait_for(running, 10)


def a_question(*extras: str, question: str = QUESTION, question_id: str | None = None, **more: Any) -> dict[str, Any]:
    """The body of a question."""
    return {"id": question_id or f"ask_{secrets.token_hex(8)}", "question": question, "extras": list(extras), **more}


@contextlib.asynccontextmanager
async def asking(
    shop: Shop, customer_id: int, body: dict[str, Any], *, at: str | None = None
) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[Event]]]:
    """Ask and hear the answer event by event. Leaving the block closes the connection, like closing the page."""
    headers = {"Origin": shop.url, "Cookie": shop.cookies[customer_id]}
    async with (
        httpx.AsyncClient(base_url=at or shop.url, headers=headers, trust_env=False, timeout=20) as client,
        client.stream("POST", CHAT, json=body) as response,
    ):
        yield response, _events(response)


async def _events(response: httpx.Response) -> AsyncIterator[Event]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def ask(shop: Shop, customer_id: int, body: dict[str, Any], *, at: str | None = None) -> list[Event]:
    """Ask and hear the whole answer; a refusal is one event named by its status."""
    async with asking(shop, customer_id, body, at=at) as (response, events):
        if response.status_code != 200:
            await response.aread()
            return [(str(response.status_code), response.json())]
        return [event async for event in events]


def words(events: list[Event]) -> str:
    """The text of an answer."""
    return "".join(data["text"] for name, data in events if name == "words")


async def settled(shop: Shop, question_id: str) -> dict[str, Any]:
    """The question's row, once nobody is answering it any more."""
    for _ in range(200):
        (row,) = await shop.rows("SELECT * FROM chat_questions WHERE id = :id", id=question_id)
        if row["state"] != "asked":
            return row
        await asyncio.sleep(0.02)
    raise AssertionError(f"question {question_id} is still being answered")


async def balance(shop: Shop, customer_id: int) -> tuple[int, int]:
    """Available and held."""
    found = await shop.services.credits.balance(customer_id)
    return found.available, found.held


async def charges(shop: Shop, customer_id: int) -> list[int]:
    """What was charged, oldest first."""
    entries = (await shop.services.credits.entries(customer_id)).entries
    return [-entry.amount for entry in reversed(entries) if entry.amount < 0]
