"""Every statement about the cost log. Each joins the caller's transaction, and is one statement for 10,000 rows too."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.arrays import Array, documents, integers, moments, octets, texts

WRITERS_LOCK = 7_018_001
"""Writers share this advisory lock until they commit; who takes it alone knows that nothing is being written."""

_TYPES = {
    "source": "text",
    "request_id": "text",
    "sign": "smallint",
    "kind": "text",
    "model": "text",
    "customer_id": "bigint",
    "entry_id": "bigint",
    "plan": "text",
    "feature": "text",
    "input": "bigint",
    "output": "bigint",
    "cached_input": "bigint",
    "cache_write": "bigint",
    "reasoning": "bigint",
    "units": "numeric",
    "price_id": "bigint",
    "currency": "text",
    "cost": "numeric",
    "at": "timestamptz",
    "corrects": "bigint",
    "details": "jsonb",
    "fingerprint": "bytea",
}
COLUMNS = tuple(_TYPES)
_LISTED = ", ".join(COLUMNS)
_ARRAYS = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())
_WRITERS: Mapping[str, Callable[[Iterable[Any]], Array]] = {
    "text": texts,
    "smallint": integers,
    "bigint": integers,
    "numeric": integers,
    "timestamptz": moments,
    "jsonb": documents,
    "bytea": octets,
}
# In the order of the unique key, so that two intakes of the same rows wait for each other instead of deadlocking.
_INSERT = text(
    f"WITH writers AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({WRITERS_LOCK})) "  # noqa: S608
    f"INSERT INTO cost_log ({_LISTED}, recorded_at) SELECT {_LISTED}, :recorded_at "
    f"FROM writers, unnest({_ARRAYS}) AS r({_LISTED}) "
    'ORDER BY source COLLATE "C", request_id COLLATE "C", sign '
    "ON CONFLICT DO NOTHING RETURNING source, request_id, sign, id"
)
_FIND = text(
    f"SELECT l.id, {', '.join('l.' + name for name in COLUMNS)} "  # noqa: S608
    "FROM unnest(CAST(:sources AS text[]), CAST(:requests AS text[])) AS k(source, request_id) "
    "JOIN cost_log l ON l.source = k.source AND l.request_id = k.request_id AND l.sign = 1"
)
_REVERSED = text("SELECT source || ' ' || request_id FROM cost_log WHERE corrects = :id AND sign = -1")
_CUSTOMERS = text("SELECT id FROM customers WHERE id = ANY(:ids)")
_UNPRICED = text(
    "INSERT INTO unpriced_models AS u (model, since, source, request_id) VALUES (:model, :since, :source, :request_id) "
    "ON CONFLICT (model) DO UPDATE SET since = excluded.since, source = excluded.source, "
    "request_id = excluded.request_id, settled_at = NULL WHERE u.settled_at IS NOT NULL RETURNING model"
)
_ATTENTION = text(
    "SELECT u.model, u.since, u.source, u.request_id, (SELECT count(*) FROM (SELECT 1 FROM cost_log l WHERE "
    "l.model = u.model AND l.cost IS NULL AND l.sign = 1 AND NOT EXISTS "
    "(SELECT 1 FROM cost_log r WHERE r.corrects = l.id AND r.sign = -1) LIMIT 10000) o) AS calls "
    "FROM unpriced_models u WHERE u.settled_at IS NULL ORDER BY u.since LIMIT :limit"
)
_UNKNOWN = text(
    f"SELECT l.id, {', '.join('l.' + name for name in COLUMNS)} FROM cost_log l WHERE l.model = :model "  # noqa: S608
    "AND l.cost IS NULL AND l.sign = 1 AND l.at >= :since AND l.id > :after AND NOT EXISTS "
    "(SELECT 1 FROM cost_log r WHERE r.corrects = l.id AND r.sign = -1) ORDER BY l.id LIMIT :limit"
)
_SETTLED = text("UPDATE unpriced_models SET settled_at = :at WHERE model = :model AND settled_at IS NULL")


async def insert(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, int], int]:
    """Write rows; those that were new, as (source, request id, sign) -> id."""
    if not rows:
        return {}
    columns = {name: _WRITERS[kind]([row[name] for row in rows]) for name, kind in _TYPES.items()}
    found = await session.execute(_INSERT, {**columns, "recorded_at": clock.wall()})
    return {(source, request_id, sign): number for source, request_id, sign, number in found}


async def find(session: AsyncSession, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is logged under these keys."""
    if not keys:
        return {}
    found = await session.execute(_FIND, {"sources": [key[0] for key in keys], "requests": [key[1] for key in keys]})
    return {(row["source"], row["request_id"]): dict(row) for row in found.mappings()}


async def corrected_by(session: AsyncSession, row_id: int) -> str | None:
    """Source and request id of the correction that took a row back, if one did."""
    return (await session.execute(_REVERSED, {"id": row_id})).scalar_one_or_none()


async def customers_there(session: AsyncSession, ids: Collection[int]) -> set[int]:
    """Which of these customers exist."""
    if not ids:
        return set()
    return set((await session.execute(_CUSTOMERS, {"ids": list(ids)})).scalars())


async def note_unpriced(session: AsyncSession, model: str, since: datetime, source: str, request_id: str) -> bool:
    """Note that a model has no price; whether that is news."""
    values = {"model": model, "since": since, "source": source, "request_id": request_id}
    return (await session.execute(_UNPRICED, values)).scalar_one_or_none() is not None


async def unpriced(session: AsyncSession, limit: int) -> list[dict[str, Any]]:
    """Models without a price, with how many calls wait for one (counted up to 10,000)."""
    return [dict(row) for row in (await session.execute(_ATTENTION, {"limit": limit})).mappings()]


async def unknown_costs(
    session: AsyncSession, model: str, *, since: datetime, after: int, limit: int
) -> list[dict[str, Any]]:
    """Calls of a model that nobody priced yet, made since a moment, by id."""
    values = {"model": model, "since": since, "after": after, "limit": limit}
    return [dict(row) for row in (await session.execute(_UNKNOWN, values)).mappings()]


async def settled(session: AsyncSession, model: str, at: datetime) -> None:
    """No call of the model waits for a price any more."""
    await session.execute(_SETTLED, {"model": model, "at": at})
