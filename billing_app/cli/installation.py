"""How a command reaches its database: the one in DATABASE_URL, that of the running `run`, or one it starts itself."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

from billing_app.db.engine import Database
from billing_app.db.migrate import upgrade
from billing_app.db.reach import reach
from billing_app.settings import Mode, Settings, get_settings
from billing_app.supervisor.places import Places

T = TypeVar("T")


@contextlib.contextmanager
def installation() -> Iterator[Settings]:
    """The settings under which this installation can be worked on, its database reachable for as long.

    Raises:
        AlreadyRunning: another command is starting or ending the embedded database just now.
        Unavailable: the database cannot be reached; says why and what to do.
    """
    settings = get_settings()
    if settings.database_url:
        reach(settings.database_url)
        yield settings
        return
    places = Places.of(settings)
    running = places.running()
    if running is not None:
        yield _under(running.environment)
        return
    with places.locked():
        from billing_app.db.embedded import EmbeddedServer

        server = EmbeddedServer(places.postgres)
        server.start()
        try:
            upgrade(server.owner_url)
            yield _under(
                {"DATABASE_URL": server.url, "DATABASE_OWNER_URL": server.owner_url, "SECRET_KEY": places.secret_key()}
            )
        finally:
            server.stop()


def _under(environment: dict[str, str]) -> Settings:
    os.environ.update(environment)
    get_settings.cache_clear()
    return get_settings()


@contextlib.asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Database]:
    """A database whose connections are given back at the end."""
    database = Database(settings.database_url, pool_size=2, follows_clock=settings.mode is Mode.SANDBOX)
    try:
        yield database
    finally:
        await database.close()


def with_database(act: Callable[[Settings, Database], Awaitable[T]]) -> T:
    """Run one piece of work on the installation's database."""

    async def work(settings: Settings) -> T:
        async with connected(settings) as database:
            return await act(settings, database)

    with installation() as settings:
        return asyncio.run(work(settings))
