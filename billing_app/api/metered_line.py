"""A WebSocket whose talk is paid for: held while it lives, charged or given back however it ends (rows A10, B4).

What is said, and what it costs, is the subclass's; this keeps the promises that hold for all of them.
"""

import asyncio
import contextlib
import json
import logging
from abc import ABC, abstractmethod
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse

from billing_app.api.problems import MEDIA_TYPE, problem, request_id_of
from billing_app.errors import DomainError

MAX_MESSAGES = 2_000
NORMAL, POLICY = 1000, 1008
_REFUSED = 4000
"""A refusal after the handshake closes with 4000 and its HTTP status: 4402 when credits are short."""

logger = logging.getLogger(__name__)


class MeteredLine(ABC):
    """One line from its acceptance to its end.

    Attributes:
        over: settled: what `end` or `refuse` said is charged is charged.
    """

    name = "line"
    heartbeat_s: float = 20
    silence_limit_s: float = 20 * 60
    max_messages = MAX_MESSAGES

    def __init__(self, line: WebSocket) -> None:
        self.line = line
        self.over = False

    @abstractmethod
    async def begin(self) -> None:
        """Say the first words; the line was just accepted."""

    @abstractmethod
    async def take(self, heard: str) -> None:
        """One message of the other side."""

    @abstractmethod
    async def end(self) -> None:
        """Settle, say what was charged, and close. Twice is once."""

    @abstractmethod
    async def beat(self) -> None:
        """Keep what is held alive."""

    @abstractmethod
    async def lost(self) -> None:
        """The line broke: charge what was delivered, give the rest back."""

    async def hold(self) -> None:
        """Talk until one side ends it. However it ends, what is held is charged or given back."""
        heartbeat: asyncio.Task[None] | None = None
        try:
            heartbeat = asyncio.create_task(self._keep_alive(), name=f"heartbeat of {self.name}")
            await self.begin()
            await self._listen()
        except (WebSocketDisconnect, TimeoutError):
            logger.info("%s was lost", self.name)
        finally:
            if heartbeat is not None:
                heartbeat.cancel()
            if not self.over:
                # Shielded: a server that is stopping still charges or gives back.
                await asyncio.shield(self.lost())

    async def say(self, message: dict[str, Any]) -> None:
        """Send one message."""
        await self.line.send_text(json.dumps(message, ensure_ascii=False))

    async def complain(self, error: DomainError) -> None:
        """What was sent cannot be used; the line goes on."""
        await self.say({"type": "error", "problem": problem(error, request_id_of(self.line.scope))})

    async def close(self, code: int = NORMAL) -> None:
        """Close; the other side may have gone already."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self.line.close(code)

    async def _listen(self) -> None:
        for _ in range(self.max_messages):
            if self.over:
                return
            await self.take(await asyncio.wait_for(self.line.receive_text(), self.silence_limit_s))
        await self.end()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_s)
            try:
                await self.beat()
            except DomainError as error:
                logger.warning("the hold of %s could not be extended: %s", self.name, error.detail)


async def refuse_after_accept(line: WebSocket, refusal: DomainError) -> None:
    """Say the whole problem, then close with its code: what every WebSocket client can read, browsers included."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        body = {"type": "error", "problem": problem(refusal, request_id_of(line.scope))}
        await line.send_text(json.dumps(body, ensure_ascii=False))
        await line.close(_REFUSED + refusal.status, refusal.code)


async def refuse_handshake(line: WebSocket, refusal: DomainError) -> None:
    """Answer the handshake with 403 and the wall's body; a server that cannot send bodies answers 403 alone."""
    if "websocket.http.response" in line.scope.get("extensions", {}):
        status = 503 if refusal.status == 503 else 403
        body = problem(refusal, request_id_of(line.scope), status=status)
        await line.send_denial_response(
            JSONResponse(body, status, {"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)
        )
    else:
        await line.close(POLICY)
