"""A WebSocket client for tests, on the library that Socket.IO brings along."""

import json
from typing import Any, Self

import httpx
from simple_websocket import AioClient, ConnectionClosed

from tests.shop import Shop

PATH = "/api/v1/playground/interview"


class Line:
    """One line to the interview. Use it with `async with`; leaving the block cuts it."""

    def __init__(self, shop: Shop, customer: int, query: str = "", origin: str | None = None) -> None:
        self._address = shop.url.replace("http", "ws", 1) + PATH + query
        self._headers = {"Origin": origin or shop.url, "Cookie": shop.cookies.get(customer, "")}
        self._client: Any = None

    async def __aenter__(self) -> Self:
        self._client = await AioClient.connect(self._address, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def cut(self) -> None:
        """End the line as a browser that is closed does."""
        if self._client.connected:
            await self._client.close()

    def break_off(self) -> None:
        """Cut the wire: no farewell."""
        self._client.wsock.transport.abort()

    async def say(self, **message: Any) -> None:
        """Send one message."""
        await self._client.send(json.dumps(message))

    async def send(self, raw: str) -> None:
        """Send text as it is."""
        await self._client.send(raw)

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        heard = await self._client.receive(timeout=10)
        assert heard is not None, "nothing was said for 10 s"
        return json.loads(heard)

    async def heard_all(self) -> bool:
        """Whether the server has closed the line."""
        try:
            return await self._client.receive(timeout=5) is None
        except ConnectionClosed:
            return True


async def refused(shop: Shop, customer: int, query: str = "", origin: str | None = None) -> httpx.Response:
    """The HTTP answer to a handshake that is not accepted."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Origin": origin or shop.url,
        "Cookie": shop.cookies.get(customer, ""),
    }
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False, timeout=10) as client:
        return await client.get(PATH + query, headers=headers)
