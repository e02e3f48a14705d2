"""How the database is: its size, who is connected, what is behind. For staff; asks only catalogues and small tables."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.db.queue_state import queue_state
from billing_app.reports.reader import Reader, may_read
from billing_app.usage import Rollup

LARGEST = 30

_STATE = text(
    """SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,
        current_setting('max_connections')::int AS most,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
        (SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::int FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()) AS oldest"""
)
_TABLES = text(
    """SELECT c.relname AS name, greatest(c.reltuples, 0)::bigint AS rows, pg_total_relation_size(c.oid) AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' ORDER BY bytes DESC, name LIMIT :limit"""
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows as the planner estimates them, bytes with its indexes."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """What one look said.

    Attributes:
        answer_ms: how long the database took to answer a small question.
        oldest_transaction_s: how long the oldest transaction of another connection has been open.
        jobs_waiting, jobs_oldest_s, jobs_failed: the queue; costs_behind: rows of the cost log not in the sums yet.
    """

    version: str
    size_bytes: int
    answer_ms: int
    connections: int
    max_connections: int
    oldest_transaction_s: int
    jobs_waiting: int
    jobs_oldest_s: int
    jobs_failed: int
    costs_behind: int
    costs_rolled_at: datetime | None
    tables: tuple[Table, ...]


class DatabaseReports:
    """Looks at the database itself."""

    def __init__(self, database: Database, rollup: Rollup) -> None:
        self._database = database
        self._rollup = rollup

    async def health(self, by: Reader) -> DatabaseHealth:
        """One look; the 30 largest tables."""
        may_read(by)
        queue = await queue_state(self._database)
        behind = await self._rollup.behind()
        async with self._database.transaction() as session:
            began = time.perf_counter()
            await session.execute(text("SELECT 1"))
            answer_ms = round((time.perf_counter() - began) * 1000)
            state = (await session.execute(_STATE)).one()
            tables = (await session.execute(_TABLES, {"limit": LARGEST})).all()
        return DatabaseHealth(
            version=state.version,
            size_bytes=state.size,
            answer_ms=answer_ms,
            connections=state.connections,
            max_connections=state.most,
            oldest_transaction_s=state.oldest,
            jobs_waiting=queue.waiting,
            jobs_oldest_s=round(queue.oldest_s),
            jobs_failed=queue.failed,
            costs_behind=behind.rows,
            costs_rolled_at=behind.rolled_at,
            tables=tuple(Table(row.name, row.rows, row.bytes) for row in tables),
        )
