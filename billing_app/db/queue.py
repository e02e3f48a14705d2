"""The job queue: procrastinate on our own PostgreSQL. Lower packages defer by task name; `jobs.py` holds the tasks."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars, get_contextvars

from billing_app.db.engine import APP_ROLE, libpq_url

REQUEST_ID = "request_id"


def open_queue(url: str, *, max_size: int = 4) -> App:
    """A queue on the database at `url`. Connects when entered with `async with queue.open_async()`."""
    return App(
        connector=PsycopgConnector(
            conninfo=libpq_url(url),
            kwargs={"options": f"-c role={APP_ROLE} -c timezone=UTC"},
            min_size=1,
            max_size=max_size,
        )
    )


# Deferring inside our transaction needs an app only for its SQL; it never connects by itself.
_local = App(connector=PsycopgConnector())


async def defer(
    session: AsyncSession,
    task: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
    delay_s: int = 0,
    **arguments: Any,
) -> int:
    """Queue `task` in the caller's transaction: it runs if, and only after, that transaction commits.

    Args:
        lock: jobs with the same lock run one after the other.
        queueing_lock: at most one waiting job with it; a second raises `AlreadyEnqueued`.
        priority: higher runs first.
        delay_s: wall-clock seconds to wait. No job carries a business date.

    Returns:
        The job's id.
    """
    connection = await (await session.connection()).get_raw_connection()
    deferrer = _local.configure_task(
        task,
        lock=lock,
        queueing_lock=queueing_lock,
        priority=priority,
        schedule_in={"seconds": delay_s} if delay_s else None,
        connection=connection.driver_connection,
    )
    # The job goes by the id of the request that queued it, so that one search of the logs finds both.
    request_id = get_contextvars().get(REQUEST_ID)
    return await deferrer.defer_async(**arguments, **({REQUEST_ID: request_id} if request_id else {}))


def traced(work: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """A task whose log lines carry the id of the request that queued it, where one did."""

    @wraps(work)
    async def run(*, request_id: str | None = None, **arguments: Any) -> None:
        with bound_contextvars(**({REQUEST_ID: request_id} if request_id else {})):
            await work(**arguments)

    return run
