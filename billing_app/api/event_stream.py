"""Answers that come in pieces, as server-sent events, and that know when nobody reads them any more."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Say = Callable[[str, dict[str, Any]], Awaitable[None]]
Talk = Callable[[Say], Awaitable[None]]


class EventStream(Response):
    """Runs `talk`, which says named events, and cancels it as soon as the reader is gone; then always `afterwards`.

    A server need not fail what is sent to nobody, so the connection is listened to all the while.
    """

    media_type = "text/event-stream"

    def __init__(self, talk: Talk, afterwards: Callable[[], Awaitable[None]]) -> None:
        self._talk = talk
        self._afterwards = afterwards
        # Without X-Accel-Buffering, nginx would keep the pieces until the answer is whole.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        talking = asyncio.create_task(self._speak(send), name="event stream")
        listening = asyncio.create_task(_until_gone(receive), name="event stream's reader")
        try:
            await asyncio.wait((talking, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
            talking.cancel()
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    await talking
            finally:
                # Not in `talk`: what is cancelled before its first step never comes to its own end.
                await self._afterwards()

    async def _speak(self, send: Send) -> None:
        async def say(name: str, data: dict[str, Any]) -> None:
            await send({"type": "http.response.body", "body": encoded(name, data), "more_body": True})

        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await self._talk(say)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def encoded(name: str, data: dict[str, Any]) -> bytes:
    """One event: its name and one line of JSON."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
