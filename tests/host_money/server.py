"""A host product's server, which calls us with its key over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.shop import Shop


@dataclass
class HostServer:
    """The server, and the shop that it sells through."""

    shop: Shop
    key: str

    async def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> dict[str, Any]:
        """One request; its answer must have this status."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": uuid4().hex}
        async with httpx.AsyncClient(base_url=self.shop.url, headers=headers, trust_env=False, timeout=20) as client:
            answer = await client.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def bought(self, body: dict[str, Any]) -> dict[str, Any]:
        """A checkout, paid and granted; its state."""
        opened = await self.ask("POST", "/checkout-sessions", body, status=201)
        await self.shop.sandbox.pay(opened["url"], "4242424242424242", email="ada@example.com")
        await self.shop.settle()
        return await self.ask("GET", f"/checkout-sessions/{opened['id']}")
