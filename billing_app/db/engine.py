"""Connections and units of work. One transaction per use case; nobody commits in the middle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import QueuePool

from billing_app import clock
from billing_app.db.direct import DirectConnections
from billing_app.db.looking import OnlyLooking, only_looking

APP_ROLE = "billing_app"
CUSTOMER_ROLE = "billing_customer"
# Workers and compiled plans take longer to begin than any statement of a page takes to end.
LIMITS = "-c timezone=UTC -c statement_timeout=60s -c max_parallel_workers_per_gather=0 -c jit=off"
MAX_DIRECT = 4
CLOSE_LOOKS = 200
"""How often it is looked whether everybody is done, 10 ms apart."""
# Direct connections run few statements, all of them look-ups by key of some hundred rows at most. Each is planned once,
# not for each length of its arrays, and as what it is however small a table is yet: no scans or hashes of whole tables.
DIRECT = (
    f"{LIMITS} -c plan_cache_mode=force_generic_plan "
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_memoize=off"
)


def driver_url(url: str) -> URL:
    """The address with our driver, whichever of `postgres://` and `postgresql://` it was written with."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """The address as libpq and psycopg read it."""
    return driver_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """One PostgreSQL, connected to as the role `billing_app`, which owns nothing and bypasses nothing."""

    def __init__(self, url: str, *, pool_size: int = 10, follows_clock: bool = False) -> None:
        """`follows_clock`: read the stored clock offset at each begin (sandbox mode).

        `writers` and `customer_readers` are a few connections outside of the pool, for the ledger's fast paths.
        """
        self.url = url
        self.follows_clock = follows_clock
        self.engine: AsyncEngine = create_async_engine(
            driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,  # an error must not carry what people typed into a log
            # SET ROLE at connect: whoever the URL signs in as, statements run with the rights of `billing_app`.
            connect_args={"options": f"-c role={APP_ROLE} {LIMITS}"},
        )
        self.writers = DirectConnections(libpq_url(url), f"-c role={APP_ROLE} {DIRECT}", MAX_DIRECT)
        # Read-only, and no rows but those of the customer named in `app.customer_id`.
        self.customer_readers = DirectConnections(
            libpq_url(url), f"-c role={CUSTOMER_ROLE} -c default_transaction_read_only=on {DIRECT}", MAX_DIRECT
        )

    @asynccontextmanager
    async def transaction(self, *, of_the_house: bool = False) -> AsyncIterator[AsyncSession]:
        """A unit of work: committed at the end, rolled back on any exception.

        Args:
            of_the_house: it counts attempts or keeps sessions, so it may write also for who may only look.

        Raises:
            OnlyLooking: a write was tried by a member of staff who looks on as a customer.
        """
        reads_only = only_looking() and not of_the_house
        try:
            async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
                if reads_only:
                    await session.execute(text("SET TRANSACTION READ ONLY"))
                await self._follow_clock(session)
                yield session
        except DBAPIError as error:
            if reads_only and isinstance(error.orig, ReadOnlySqlTransaction):
                raise OnlyLooking from None
            raise

    @asynccontextmanager
    async def as_customer(self, customer_id: int) -> AsyncIterator[AsyncSession]:
        """Read-only work in one snapshot, in which row-level security shows this customer's rows alone (row A12)."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            await self._follow_clock(session)
            await session.execute(
                text(
                    "SELECT set_config('transaction_read_only', 'on', true), "
                    "set_config('app.customer_id', :id, true), set_config('role', :role, true)"
                ),
                {"id": str(customer_id), "role": CUSTOMER_ROLE},
            )
            yield session

    async def _follow_clock(self, session: AsyncSession) -> None:
        if self.follows_clock:
            row = await session.execute(text("SELECT clock_offset_s FROM system_state"))
            clock.follow(timedelta(seconds=row.scalar_one_or_none() or 0))

    async def close(self) -> None:
        """Give every connection back. Who is still at work is waited for, a moment: a connection that comes back to a
        pool that was closed is closed by nobody.
        """
        await self.writers.close()
        await self.customer_readers.close()
        pool = self.engine.pool
        for _ in range(CLOSE_LOOKS):
            if not isinstance(pool, QueuePool) or not pool.checkedout():
                break
            await asyncio.sleep(0.01)
        await self.engine.dispose()
