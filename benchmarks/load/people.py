"""Who makes the load: users of a host product, buyers, and browsers in which a dashboard is open."""

import asyncio
import json
import random
import re
from array import array
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from simple_websocket import AioClient

from benchmarks.http_callers import Connection
from benchmarks.load.product import HOST, Product

PACK = "small"
_STATE = "reflex___state____state"
_DASHBOARD = f"{_STATE}.billing_app___ui___pages___dashboard___state____dashboard_state"
_PAY = {
    "email": "ada@example.com", "number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123",
    "name": "Ada Lovelace", "fate": "now", "delay": "1", "action": "pay",
}  # fmt: skip


@dataclass
class Load:
    """What was asked and answered. Times in seconds; `late`: consumptions that could not begin when they were due."""

    product: Product
    took: "array[float]" = field(default_factory=lambda: array("d"))
    bought: "array[float]" = field(default_factory=lambda: array("d"))
    errors: list[str] = field(default_factory=list)
    consumed: dict[str, int] = field(default_factory=dict)
    late: int = 0
    updates: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def _failed(self, what: str, error: object) -> None:
        self.errors.append(f"{what}: {error}"[:300])

    async def use(self, customer: str, every_s: float, first_s: float) -> None:
        """Consume one credit every so often, on a connection of one's own."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, HOST, urlsplit(self.product.url).port or 0)
        due, number = perf_counter() + first_s, 0
        while not self.over.is_set():
            await asyncio.sleep(max(0.0, due - perf_counter()))
            number += 1
            began = perf_counter()
            self.late += began - due > every_s
            try:
                await connection.ask(self._consumption(customer, number))
            except Exception as error:
                self._failed("consume", error)
                return
            self.took.append(perf_counter() - began)
            self.consumed[customer] = number
            due = max(due + every_s, began)
        connection.close()

    def _consumption(self, customer: str, number: int) -> bytes:
        key = f"{customer}-{number}"
        body = json.dumps({"customer": customer, "feature": "job", "credits": 1, "reference": key}).encode()
        head = (
            f"POST /api/v1/credits/consume HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.product.key}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def buy(self, every_s: float) -> None:
        """A purchase every so often, by one customer after the other, until it is granted."""
        names = list(self.product.customers)
        chance = random.Random(5)  # noqa: S311 - a load, not a secret
        headers = {"Authorization": f"Bearer {self.product.key}"}
        async with httpx.AsyncClient(base_url=self.product.url, headers=headers, trust_env=False, timeout=30) as client:
            while not self.over.is_set():
                began = perf_counter()
                try:
                    await self._buy(client, chance.choice(names))
                    self.bought.append(perf_counter() - began)
                except Exception as error:
                    self._failed("buy", repr(error))
                await asyncio.sleep(max(0.0, every_s - (perf_counter() - began)))

    async def _buy(self, client: httpx.AsyncClient, customer: str) -> None:
        body = {"customer": customer, "kind": "pack", "code": PACK}
        answer = await client.post("/api/v1/checkout-sessions", json=body, headers={"Idempotency-Key": str(uuid4())})
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{answer.status_code}: {answer.text[:200]}")
        opened = answer.json()
        async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
            page = await browser.get(opened["url"])
            token = re.findall(r'name="token" value="([^"]+)"', page.text)[0]
            await browser.post(opened["url"], data={**_PAY, "token": token})
        for _ in range(300):
            told = (await client.get(f"/api/v1/checkout-sessions/{opened['id']}")).raise_for_status().json()
            if told["state"] == "granted":
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(f"a purchase of {customer} was not granted within 30 s")

    async def look_on(self, customer: str) -> None:
        """A dashboard that is open, signed in by the host's hand-over, and keeps itself fresh."""
        try:
            cookie = await self._signed_in(customer)
            token = str(uuid4())
            address = self.product.url.replace("http", "ws", 1)
            line: Any = await AioClient.connect(
                f"{address}/_event/?EIO=4&transport=websocket&token={token}",
                headers={"Origin": self.product.url, "Cookie": cookie},
            )
            await line.receive()
            await line.send("40/_event,")
            router = {"pathname": "/dashboard", "asPath": "/dashboard", "query": {}}
            for name in (f"{_STATE}.hydrate", f"{_DASHBOARD}.load", f"{_DASHBOARD}.keep_fresh"):
                event = {"token": token, "name": name, "router_data": router, "payload": {}}
                await line.send("42/_event," + json.dumps(["event", event]))
            while not self.over.is_set():
                heard = await line.receive(timeout=2)
                if heard == "2":
                    await line.send("3")
                elif heard:
                    self.updates += "delta" in heard
            await line.close()
        except Exception as error:
            self._failed("dashboard", repr(error))

    async def _signed_in(self, customer: str) -> str:
        headers = {"Authorization": f"Bearer {self.product.key}"}
        async with httpx.AsyncClient(base_url=self.product.url, headers=headers, trust_env=False, timeout=30) as client:
            made = (await client.post("/api/v1/hand-overs", json={"customer": customer})).raise_for_status().json()
        async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
            await browser.get(made["url"])
            return "; ".join(f"{each.name}={each.value}" for each in browser.cookies.jar)
