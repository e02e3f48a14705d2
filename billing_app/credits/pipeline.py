"""Several statements in one trip to the server, in the caller's transaction or on a direct connection."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.direct import Direct, Rows, Statement

Wire = AsyncConnection[Any] | Direct
"""What statements are sent by: the connection of a session's transaction, or a direct one."""

BEGIN: Statement = ("BEGIN", ())
COMMIT: Statement = ("COMMIT", ())
ROLLBACK: Statement = ("ROLLBACK", ())


async def driver_of(session: AsyncSession) -> AsyncConnection[Any]:
    """The psycopg connection of a session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, AsyncConnection)
    return connection


async def fetch(wire: Wire, statements: Sequence[Statement]) -> list[Rows]:
    """Run queries in order, each seeing what the ones before it locked; the rows of each."""
    if isinstance(wire, Direct):
        return await wire.trip(statements)
    async with wire.pipeline():
        cursors = [await wire.execute(query, parameters, prepare=True, binary=True) for query, parameters in statements]
    return [await cursor.fetchall() for cursor in cursors]


async def execute(wire: Wire, statements: Sequence[Statement]) -> None:
    """Run changes in order, for their effect. After one that fails none is run."""
    if isinstance(wire, Direct):
        await wire.trip(statements)
    elif statements:
        async with wire.pipeline():
            for query, parameters in statements:
                await wire.execute(query, parameters, prepare=True)
