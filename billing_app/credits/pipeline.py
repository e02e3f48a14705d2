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


async def fetch(
    connection: AsyncConnection[Any], statements: Sequence[Statement], *, begin: bool = False
) -> list[Rows]:
    """Run queries in order, each seeing what the ones before it locked; the rows of each.

    `begin`: a transaction first, for a connection in autocommit mode.
    """
    async with connection.pipeline():
        if begin:
            await connection.execute("BEGIN", prepare=False)
        cursors = [
            await connection.execute(query, parameters, prepare=True, binary=True) for query, parameters in statements
        ]
    return [await cursor.fetchall() for cursor in cursors]


async def execute(connection: AsyncConnection[Any], statements: Sequence[Statement], *, commit: bool = False) -> None:
    """Run changes in order, for their effect, and if all went well `commit`. After one that fails none is run."""
    if not statements and not commit:
        return
    async with connection.pipeline():
        for query, parameters in statements:
            await connection.execute(query, parameters, prepare=True)
        if commit:
            await connection.execute("COMMIT", prepare=False)
