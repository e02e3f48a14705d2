"""A wire to PostgreSQL that can be cut at the worst moment: before or after the server has read a COMMIT."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit


class Cut(StrEnum):
    """Where the wire breaks."""

    BEFORE_COMMIT = "before"
    AFTER_COMMIT = "after"
    BEFORE_ANYTHING = "anything"


class LossyProxy:
    """Forwards bytes; `cut` breaks the next commits, `times` times."""

    def __init__(self, socket_path: str) -> None:
        self.socket_path = socket_path
        self.cut: Cut | None = None
        self.times = 0
        self.cuts_made = 0
        self.was_cut = asyncio.Event()

    def break_commits(self, cut: Cut, times: int = 1) -> None:
        self.cut, self.times = cut, times

    def _breaks(self, data: bytes) -> bool:
        if self.times == 0 or (self.cut is not Cut.BEFORE_ANYTHING and b"COMMIT" not in data):
            return False
        self.times -= 1
        self.cuts_made += 1
        self.was_cut.set()
        return True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self.socket_path)
        answers = asyncio.create_task(self._forward(server_reader, writer))
        try:
            while data := await reader.read(65_536):
                broken = self._breaks(data)
                if broken and self.cut is not Cut.AFTER_COMMIT:
                    break
                if broken:
                    answers.cancel()
                server_writer.write(data)
                await server_writer.drain()
                if broken:
                    await server_reader.read(65_536)  # the server has committed; nobody will hear of it
                    break
        finally:
            answers.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await answers
            for one in (writer, server_writer):
                one.close()
                with contextlib.suppress(ConnectionError, BrokenPipeError):
                    await one.wait_closed()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def lossy_wire(database_url: str) -> AsyncIterator[tuple[LossyProxy, str]]:
    """A proxy in front of the server at `database_url`, and the address to connect to instead."""
    parts = urlsplit(database_url)
    folder = parse_qs(parts.query)["host"][0]
    proxy = LossyProxy(f"{folder}/.s.PGSQL.5432")
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield proxy, f"postgresql://billing_app@127.0.0.1:{port}{parts.path}?sslmode=disable"
