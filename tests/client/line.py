"""The line between a client and the API, which can go dead, or lose an answer after the request was carried out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

HOST = "127.0.0.1"


class Line:
    """Forwards bytes. `dead`: every connection is closed at once. `lose_answers`: so many answers never arrive."""

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self.dead = False
        self.lose_answers = 0
        self.requests = 0
        self.url = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            if not self.dead:
                up_reader, up_writer = await asyncio.open_connection(HOST, self._port)
                going = asyncio.create_task(self._forward(reader, up_writer))
                try:
                    await self._answers(up_reader, writer)
                finally:
                    going.cancel()
                    up_writer.close()
        writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if self.dead:
                    break
                self.requests += data.count(b" HTTP/1.1\r\n")
                writer.write(data)
        writer.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if self.lose_answers:
                self.lose_answers -= 1
                return
            if self.dead:
                return
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def a_line(url: str) -> AsyncIterator[Line]:
    """A line to the server at `url`, until the block ends; `line.url` is where the client finds it."""
    line = Line(url)
    server = await asyncio.start_server(line._serve, HOST, 0)
    line.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
