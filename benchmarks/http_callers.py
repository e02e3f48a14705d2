"""So many connections that ask, wait for the whole answer, and ask again: HTTP/1.1 with as little Python as can be."""

import asyncio
from array import array
from collections.abc import Callable
from time import perf_counter

from benchmarks.figures import Sample, Timed, sample

LIMIT_S = 30


class Connection(asyncio.Protocol):
    """One connection, kept alive; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._buffer[:end].lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0])
        if len(self._buffer) < end + 4 + length:
            return
        body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
        answer, self._answer = self._answer, None
        answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer.

        Raises:
            RuntimeError: the answer is no 200; a benchmark of refusals would be worth nothing.
        """
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        status, body = await self._answer
        if status != 200:
            raise RuntimeError(f"{status}: {body[:300].decode(errors='replace')}")
        return body

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None
        self._transport.close()


async def measure(
    port: int, request: Callable[[int], bytes], connections: int, warm_s: float, measured_s: float
) -> Sample:
    """Have so many connections ask over and over; `request` makes the next one of connection number N."""
    loop = asyncio.get_running_loop()
    opened = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(connections)]
    ends, took = array("d"), array("d")
    end = perf_counter() + warm_s + measured_s

    async def caller(number: int, connection: Connection) -> None:
        ended = perf_counter()
        while ended < end:
            start = ended
            await connection.ask(request(number))
            ended = perf_counter()
            ends.append(ended)
            took.append(ended - start)

    try:
        async with asyncio.timeout(warm_s + measured_s + LIMIT_S):
            await asyncio.gather(*(caller(number, one) for number, one in enumerate(opened)))
    finally:
        for one in opened:
            one.close()
    return sample([Timed(*one) for one in zip(ends, took, strict=True)], warm_s, measured_s)
