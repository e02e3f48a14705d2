"""A request's id goes with the jobs it queues: one search finds the request and what came of it."""

import io
import json
import logging

import pytest
from structlog.contextvars import bound_contextvars

from billing_app.db.engine import Database
from billing_app.db.queue import defer, open_queue, traced
from billing_app.logs import configure_logging


@pytest.fixture
def lines() -> io.StringIO:
    """The log of a worker."""
    return io.StringIO()


async def test_a_job_is_logged_under_the_id_of_the_request_that_queued_it(
    database: Database, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    configure_logging("worker", stream=lines)
    queue = open_queue(database.url)
    done: list[int] = []

    @queue.task(name="say")
    @traced
    async def say(*, number: int) -> None:
        logging.getLogger("a job").info("said %s", number)
        done.append(number)

    with bound_contextvars(request_id="req_of_the_test"):
        async with database.transaction() as session:
            await defer(session, "say", number=1)
    async with database.transaction() as session:
        await defer(session, "say", number=2)
    async with queue.open_async():
        await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
    assert sorted(done) == [1, 2]
    said = {line["event"]: line for line in map(json.loads, lines.getvalue().splitlines()) if line["logger"] == "a job"}
    assert said["said 1"]["request_id"] == "req_of_the_test"
    assert "request_id" not in said["said 2"]
