"""Several statements in one trip to the server, in the caller's transaction."""

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

Statement = tuple[LiteralString, Sequence[Any]]
Rows = list[tuple[Any, ...]]


async def driver_of(session: AsyncSession) -> AsyncConnection[Any]:
    """The psycopg connection of a session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, AsyncConnection)
    return connection


async def fetch(connection: AsyncConnection[Any], statements: Sequence[Statement]) -> list[Rows]:
    """Run queries in order, each seeing what the ones before it locked; the rows of each."""
    async with connection.pipeline():
        cursors = [await connection.execute(query, parameters, prepare=True) for query, parameters in statements]
    return [await cursor.fetchall() for cursor in cursors]


async def execute(connection: AsyncConnection[Any], statements: Sequence[Statement]) -> list[int]:
    """Run changes in order; how many rows each touched."""
    if not statements:
        return []
    async with connection.pipeline():
        cursors = [await connection.execute(query, parameters, prepare=True) for query, parameters in statements]
    return [cursor.rowcount for cursor in cursors]
