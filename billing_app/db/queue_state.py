"""How far the queue is behind: for the health check and the metrics."""

from dataclasses import dataclass

from sqlalchemy import text

from billing_app.db.engine import Database

MAX_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class QueueState:
    """Jobs due now and waiting (10,000 at most are counted), the wait of the oldest, and how many were given up."""

    waiting: int
    oldest_s: float
    failed: int


_QUERY = text(
    """
    WITH due AS (
        SELECT id, scheduled_at FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY id LIMIT :most
    ),
    oldest AS (SELECT id, scheduled_at FROM due ORDER BY id LIMIT 1)
    SELECT
        (SELECT count(*) FROM due),
        (SELECT extract(epoch FROM now() - coalesce(
            oldest.scheduled_at,
            (SELECT min(at) FROM procrastinate_events WHERE job_id = oldest.id AND type = 'deferred'),
            now()
        )) FROM oldest),
        (SELECT count(*) FROM (SELECT 1 FROM procrastinate_jobs WHERE status = 'failed' LIMIT :most) AS given_up)
    """
)


async def queue_state(database: Database) -> QueueState:
    """One look. Costs a few index reads while the queue is short, which it is."""
    async with database.engine.connect() as connection:
        row = (await connection.execute(_QUERY, {"most": MAX_COUNTED})).one()
    return QueueState(int(row[0]), max(0.0, float(row[1] or 0)), int(row[2]))
