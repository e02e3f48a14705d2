"""The two servers that `make bench-http` compares, each started by granian as one process with the same options.

The baseline is pinned: it is the least that answers a figure from PostgreSQL over HTTP with the same parts. Do not make
it faster or slower; figures of years can then be compared.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr

from billing_app.api.app import create_app
from billing_app.bootstrap import close, put_together
from billing_app.db.engine import Database
from billing_app.garbage import leave_out_what_stays
from billing_app.settings import Settings

SECRET = "only for measuring: thirty-two characters and more"  # noqa: S105
DATABASE = "BENCH_DATABASE_URL"
_SELECT = (
    "SELECT coalesce(sum(remaining), 0)::bigint FROM credit_lots "
    "WHERE customer_id = %s AND open AND booked AND frozen_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
)


def settings(database_url: str) -> Settings:
    """As in sandbox mode, with nothing at Stripe's address: nobody is asked there."""
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        stripe_api_base="http://127.0.0.1:9",
        secret_key=SecretStr(SECRET),
        log_level="WARNING",
    )


def baseline() -> FastAPI:
    """FastAPI, a psycopg pool of 10, one prepared SELECT."""
    pool = AsyncConnectionPool(os.environ[DATABASE], min_size=10, max_size=10, open=False, kwargs={"autocommit": True})

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=opened)

    @app.get("/balance/{customer_id}")
    async def balance(customer_id: int) -> dict[str, int]:  # pyright: ignore[reportUnusedFunction]
        async with pool.connection() as connection:
            cursor = await connection.execute(_SELECT, (customer_id,), prepare=True)
            row = await cursor.fetchone()
        return {"available": row[0] if row else 0}

    return app


def ours() -> FastAPI:
    """The API as it is served, alone: keys, rates, validation, everything on."""
    services = put_together(
        settings(os.environ[DATABASE]), Database(os.environ[DATABASE], pool_size=10, follows_clock=True)
    )
    app = create_app(services)

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        leave_out_what_stays()
        yield
        await close(services)

    app.router.lifespan_context = opened
    return app
