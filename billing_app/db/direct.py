"""Connections of the driver's own, outside of the pool, for work in which every trip to the server counts.

A trip sends any number of prepared statements at once and then reads all their rows: one write, one wake-up. (The
driver's own pipelines send each statement by itself.) The connections are in autocommit mode: who takes one begins and
commits in the statements sent. They are not asked whether they are alive before each use: a dead one fails its user,
who tries again.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.abc import Transformer as Loader
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

Statement = tuple[LiteralString, Sequence[Any]]
Rows = list[tuple[Any, ...]]
_BINARY = 1


class Direct:
    """One connection. Its statements are prepared when first sent; there must be only a limited number of them."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection
        self._ear = _Ear(connection.pgconn.socket)
        self._names: dict[str, bytes] = {}
        self._broken = False

    async def trip(self, statements: Sequence[Statement]) -> list[Rows]:
        """Send the statements together; the rows of each. After one that fails none is run, and its error is raised.

        Parameters are sent as text: None, text, whole numbers and moments; the query casts them.
        """
        wire = self.connection.pgconn
        self._broken = True  # until all of it went well
        wire.enter_pipeline_mode()
        made: dict[str, bytes] = {}
        asked: list[bool] = []  # in the order of the answers: one for a statement, one for preparing it
        for query, parameters in statements:
            if not parameters:  # BEGIN and COMMIT are not worth preparing, and can be read on the wire
                wire.send_query_params(query.encode(), None, result_format=_BINARY)
                asked.append(True)
                continue
            name = self._names.get(query) or made.get(query)
            if name is None:
                name = made[query] = b"direct_%d" % (len(self._names) + len(made))
                wire.send_prepare(name, _numbered(query).encode())
                asked.append(False)
            wire.send_query_prepared(name, [_as_text(one) for one in parameters], result_format=_BINARY)
            asked.append(True)
        wire.pipeline_sync()
        results = await self._answers()
        wire.exit_pipeline_mode()
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        self._names |= made
        self._broken = False
        loader = Transformer(self.connection)
        return [_rows(loader, result) for result, is_asked in zip(results, asked, strict=True) if is_asked]

    async def _answers(self) -> list[PGresult]:
        """What came back, one result for each statement sent, in order: libpq's pipeline mode, up to its sync."""
        wire = self.connection.pgconn
        if wire.flush():  # more than the socket takes at once, which is rare: the driver's own waiting writes as well
            self._ear.close()
            await self.connection.wait(_flushed(wire))
        answers: list[PGresult] = []
        while True:
            while not wire.is_busy():
                result = wire.get_result()
                if result is None:
                    continue  # the end of one statement's results
                if result.status == ExecStatus.PIPELINE_SYNC:
                    return answers
                answers.append(result)
            await self._ear.hear()
            wire.consume_input()

    async def close(self) -> None:
        """Hang up."""
        self._ear.close()
        await self.connection.close()

    @property
    def as_new(self) -> bool:
        """Whether nothing is under way on it, so that the next user finds it as the first one did."""
        wire = self.connection.pgconn
        idle = wire.transaction_status == TransactionStatus.IDLE and wire.pipeline_status == PipelineStatus.OFF
        return idle and not self._broken


class DirectConnections:
    """A few connections that sign in as the URL says and then act as one role. Opened when first needed."""

    def __init__(self, url: str, options: str, limit: int) -> None:
        """`url` as libpq reads it; `options` set at connect; `limit`: how many at most, others wait."""
        self._url = url
        self._options = options
        self._room = asyncio.Semaphore(limit)
        self._idle: list[Direct] = []
        self._closed = False

    @asynccontextmanager
    async def take(self) -> AsyncIterator[Direct]:
        """A connection for one piece of work. It is kept if the work went well and left no transaction open."""
        async with self._room:
            direct = self._idle.pop() if self._idle else await self._connected()
            try:
                yield direct
            finally:
                if direct.as_new and not self._closed:  # whoever was still at work when all were closed closes its own
                    self._idle.append(direct)
                else:
                    await direct.close()

    async def _connected(self) -> Direct:
        options = self._options
        return Direct(await AsyncConnection.connect(self._url, autocommit=True, options=options, connect_timeout=10))

    async def forget_idle(self) -> None:
        """Close those nobody uses: when one was found dead, they likely are too."""
        while self._idle:
            await self._idle.pop().close()

    async def close(self) -> None:
        """Close all; what is still in use is closed by its user."""
        self._closed = True
        await self.forget_idle()


class _Ear:
    """Tells when a socket has something to read. It listens as long as the connection lives.

    The driver begins and ends listening with each wait, two calls to the kernel and a timer, a fifth of what a small
    trip costs in all.
    """

    def __init__(self, socket: int) -> None:
        self._socket = socket
        self._listening_to: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.Future[None] | None = None

    async def hear(self) -> None:
        """Return when there is something to read, or the other side has hung up."""
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        if self._listening_to is None:
            loop.add_reader(self._socket, self._heard)
            self._listening_to = loop
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _heard(self) -> None:
        if self._waiting is None:
            self.close()  # said between two trips; the next one reads it. Until then it would be told over and over.
        elif not self._waiting.done():
            self._waiting.set_result(None)

    def close(self) -> None:
        """Listen no more; before the socket is closed, whose number may then be another's."""
        if self._listening_to is not None and not self._listening_to.is_closed():
            self._listening_to.remove_reader(self._socket)
        self._listening_to = None


def _flushed(wire: PGconn) -> Generator[Wait, Ready | int, None]:
    """Everything is sent; what comes back meanwhile is taken, so that the server does not wait for us."""
    while wire.flush():
        if (yield Wait.RW) & Ready.R:
            wire.consume_input()


def _rows(loader: Loader, result: PGresult) -> Rows:
    if not result.ntuples:
        return []
    loader.set_pgresult(result)
    return loader.load_rows(0, result.ntuples, tuple)


def _as_text(value: str | int | datetime | None) -> bytes | None:
    if value is None:
        return None
    return (value.isoformat() if isinstance(value, datetime) else str(value)).encode()


def _numbered(query: str) -> str:
    """The driver's placeholders as the server's: %s, %s become $1, $2."""
    numbers = iter(range(1, query.count("%s") + 1))
    return re.sub("%s", lambda _: f"${next(numbers)}", query)
