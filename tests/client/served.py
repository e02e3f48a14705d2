"""An ASGI app on a real port, as in production."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from billing_app.sandbox.server import free_port

HOST = "127.0.0.1"


@asynccontextmanager
async def served(app: Any, *, asks: str = "/api/v1/health") -> AsyncIterator[str]:
    """Its address, until the block ends; it answers at `asks` when it is up."""
    port = free_port(HOST)
    url = f"http://{HOST}:{port}"
    server = Server(app, address=HOST, port=port, interface=Interfaces.ASGI, log_level=LogLevels.error)
    serving = asyncio.create_task(server.serve())
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(200):
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(url + asks)).status_code < 500:
                        break
                await asyncio.sleep(0.02)
        yield url
    finally:
        server.stop()
        await asyncio.wait_for(serving, 10)
