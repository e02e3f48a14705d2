"""Connections of the driver's own, outside of the pool, for work in which every trip to the server counts.

They are in autocommit mode: who takes one begins and commits in the statements sent, so that these can share a trip
with others. They are not asked whether they are alive before each use: a dead one fails its user, who tries again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection
from psycopg.pq import PipelineStatus, TransactionStatus


class DirectConnections:
    """A few connections that sign in as the URL says and then act as one role. Opened when first needed."""

    def __init__(self, url: str, options: str, limit: int) -> None:
        """`url` as libpq reads it; `options` set at connect; `limit`: how many at most, others wait."""
        self._url = url
        self._options = options
        self._room = asyncio.Semaphore(limit)
        self._idle: list[AsyncConnection[Any]] = []

    @asynccontextmanager
    async def take(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection for one piece of work. It is kept if the work left it outside of any transaction."""
        async with self._room:
            connection = self._idle.pop() if self._idle else await self._connected()
            try:
                yield connection
            finally:
                if is_idle(connection):
                    self._idle.append(connection)
                else:
                    await connection.close()

    async def _connected(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(self._url, autocommit=True, options=self._options, connect_timeout=10)

    async def forget_idle(self) -> None:
        """Close those nobody uses: when one was found dead, they likely are too."""
        while self._idle:
            await self._idle.pop().close()

    async def close(self) -> None:
        """Close all; nobody may be using one."""
        await self.forget_idle()


def is_idle(connection: AsyncConnection[Any]) -> bool:
    """Whether nothing is under way on it, so that the next user finds it as new."""
    wire = connection.pgconn
    return wire.transaction_status == TransactionStatus.IDLE and wire.pipeline_status == PipelineStatus.OFF
