"""Purchases and consumptions that go on whatever dies, and remember what they were told."""

import asyncio
import contextlib
import random
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.faults.house import House

PACK = "small"
_PAY = {
    "email": "ada@example.com", "number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123",
    "name": "Ada Lovelace", "fate": "now", "delay": "1", "action": "pay",
}  # fmt: skip


@dataclass
class Load:
    """Customers who use and buy. `charged`: keys of consumptions that were answered with 200, by customer."""

    house: House
    seed: int
    charged: dict[str, set[str]] = field(default_factory=dict)
    asked: int = 0
    retried: int = 0
    paid: int = 0
    last_refusal: str = ""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self) -> None:
        """Everybody starts."""
        for number, customer in enumerate(self.house.customers):
            self.charged[customer] = set()
            self._tasks.append(asyncio.create_task(self._use(customer)))
            if number % 2 == 0:
                self._tasks.append(asyncio.create_task(self._buy(customer, random.Random(self.seed + number))))

    async def end(self) -> None:
        """Nobody begins anything new; what is under way is asked about until its fate is known."""
        self._stop.set()
        try:
            await asyncio.wait_for(asyncio.gather(*self._tasks), 90)
        except TimeoutError:
            raise AssertionError(f"somebody was never told: {self.last_refusal}") from None

    async def _use(self, customer: str) -> None:
        async with self._client() as client:
            number = 0
            while not self._stop.is_set():
                number += 1
                key = f"{customer}-{number}"
                body = {"customer": customer, "feature": "job", "credits": 1, "reference": key}
                answer = await self._until_told(client, "/api/v1/credits/consume", body, key)
                assert answer.status_code == 200, answer.text
                self.charged[customer].add(key)
                await asyncio.sleep(0.02)

    async def _buy(self, customer: str, chance: random.Random) -> None:
        async with self._client() as client:
            number = 0
            while not self._stop.is_set():
                number += 1
                body = {"customer": customer, "kind": "pack", "code": PACK}
                answer = await self._until_told(client, "/api/v1/checkout-sessions", body, f"{customer}-buys-{number}")
                assert answer.status_code in (200, 201), answer.text
                await self._pay(answer.json()["url"])
                self.paid += 1
                await asyncio.sleep(chance.uniform(0, 0.5))

    async def _until_told(self, client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> httpx.Response:
        """Ask under the same key until there is an answer that means something.

        The key of a request whose process died is taken for two minutes; who cannot wait asks anew (and may).
        """
        self.asked += 1
        again = 0
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.post(path, json=body, headers={"Idempotency-Key": f"{key}-{again}"})
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    return answer
                again += "request_under_way" in answer.text
                self.last_refusal = f"{answer.status_code}: {answer.text[:200]}"
            self.retried += 1
            await asyncio.sleep(0.1)

    async def _pay(self, page: str) -> None:
        """Fill in the page, until the sandbox says that it is complete."""
        session = page.rstrip("/").rsplit("/", 1)[1]
        key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        async with httpx.AsyncClient(trust_env=False, timeout=10) as browser:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    shown = await browser.get(page)
                    tokens = re.findall(r'name="token" value="([^"]+)"', shown.text)
                    if shown.status_code == 200 and tokens:
                        await browser.post(page, data={**_PAY, "token": tokens[0]})
                with contextlib.suppress(httpx.TransportError):
                    told = await browser.get(f"{self.house.sandbox_url}/v1/checkout/sessions/{session}", headers=key)
                    if told.status_code == 200 and told.json()["status"] == "complete":
                        return
                await asyncio.sleep(0.1)

    def _client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.house.key}"}
        return httpx.AsyncClient(base_url=self.house.api_url, headers=headers, trust_env=False, timeout=15)
