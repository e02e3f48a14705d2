"""The statements that keep the sums: the mark, what is new behind it, and adding rows to the three tables of sums."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.usage.log_store import WRITERS_LOCK
from billing_app.usage.ports import NO_PURCHASE, EntryKey

_MARK = text(
    "SELECT upto::text, floor_id, cluster, rebuild, rolled_at FROM cost_rollup_mark WHERE id = 1 FOR UPDATE SKIP LOCKED"
)
_MARK_WAIT = text(
    "SELECT upto::text, floor_id, cluster, rebuild, rolled_at FROM cost_rollup_mark WHERE id = 1 FOR UPDATE"
)
_SERVER = text(
    "SELECT system_identifier::text AS cluster, pg_snapshot_xmin(pg_current_snapshot())::text AS oldest "
    "FROM pg_control_system()"
)
_MOVE = text(
    "UPDATE cost_rollup_mark SET upto = CAST(CAST(:upto AS text) AS xid8), floor_id = :floor_id, cluster = :cluster, "
    "rebuild = :rebuild, rolled_at = :rolled_at WHERE id = 1"
)
_NEW = (
    "id > :floor AND written_in >= CAST(CAST(:begin AS text) AS xid8) AND written_in < CAST(CAST(:end AS text) AS xid8)"
)
_OLD = "id > :begin AND id <= :end AND (id <= :floor OR written_in < CAST(CAST(:upto AS text) AS xid8))"
_BOUND = text(f"SELECT written_in::text FROM cost_log WHERE {_NEW} ORDER BY written_in OFFSET :limit LIMIT 1")  # noqa: S608
_BEHIND = text(
    "SELECT count(ahead.recorded_at) AS rows, min(ahead.recorded_at) AS since, m.rolled_at FROM cost_rollup_mark m "
    "LEFT JOIN LATERAL (SELECT recorded_at FROM cost_log l WHERE l.id > m.floor_id AND l.written_in >= m.upto "
    "ORDER BY l.written_in LIMIT :limit) AS ahead ON true GROUP BY m.rolled_at"
)
_CLEAR = [text(f"DELETE FROM {table}") for table in ("cost_sums", "cost_sums_customer", "cost_sums_customer_month")]  # noqa: S608


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the sums have come; see `RollupMark`."""

    upto: int
    floor_id: int
    cluster: str
    rebuild: bool
    rolled_at: datetime | None


def _part(amount: str) -> str:
    """One purchase kind's part of a whole amount: cut so that the parts add up to it, whatever the shares."""
    return (
        f"CASE WHEN s.total IS NULL THEN {amount} "
        f"ELSE div({amount} * (s.below + s.weight), s.total) - div({amount} * s.below, s.total) END"
    )


_COUNTS = ("input", "output", "cached_input", "cache_write", "reasoning")
_SHARES = (
    "json_to_recordset(CAST(:shares AS json)) AS s(customer_id bigint, entry_id bigint, purchase text, "
    "item text, below numeric, weight numeric, total numeric)"
)


def _add(which: str) -> Any:
    """Add the rows of a range to all three tables, in one pass over the log."""
    sums = ", ".join(f"sum(f.sign * {_part('f.' + name + '::numeric')})" for name in _COUNTS)
    names = ", ".join(_COUNTS)
    customer = "INSERT INTO {table} AS t (customer_id, {when}, currency, calls, unknown, cost) SELECT " \
        "coalesce(customer_id, 0), {value}, currency, sum(sign), coalesce(sum(sign) FILTER (WHERE cost IS NULL), 0), " \
        "coalesce(sum(sign * cost), 0) FROM f GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 " \
        "ON CONFLICT (customer_id, {when}, currency) DO UPDATE SET calls = t.calls + excluded.calls, " \
        "unknown = t.unknown + excluded.unknown, cost = t.cost + excluded.cost"  # fmt: skip
    daily = customer.format(table="cost_sums_customer", when="day", value="day")
    monthly = customer.format(
        table="cost_sums_customer_month", when="month", value="date_trunc('month', day::timestamp)::date"
    )
    added = ("calls", "unknown", *_COUNTS, "units", "cost")
    return text(
        f"""WITH f AS MATERIALIZED (SELECT (at AT TIME ZONE 'UTC')::date AS day, kind, plan, feature, model,
            coalesce(currency, '') AS currency, customer_id, entry_id, sign, {names}, units, cost
            FROM cost_log WHERE {which}),
        shares AS (SELECT * FROM {_SHARES}),
        daily AS ({daily}),
        monthly AS ({monthly}),
        sums AS (INSERT INTO cost_sums AS t
                (day, kind, plan, feature, model, purchase, item, currency, {", ".join(added)})
            SELECT f.day, f.kind, f.plan, f.feature, f.model,
            coalesce(s.purchase, '{NO_PURCHASE}'), coalesce(s.item, ''), f.currency,
            sum(f.sign * {_part("1::numeric")}),
            coalesce(sum(f.sign * {_part("1::numeric")}) FILTER (WHERE f.cost IS NULL), 0), {sums},
            sum(f.sign * {_part("f.units * 1000000")}) / 1000000,
            coalesce(sum(f.sign * {_part("f.cost * 1000000000000")}), 0) / 1000000000000
            FROM f LEFT JOIN shares s ON s.customer_id = f.customer_id AND s.entry_id = f.entry_id
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
            ON CONFLICT (day, kind, plan, feature, model, purchase, item, currency) DO UPDATE SET
            {", ".join(f"{name} = t.{name} + excluded.{name}" for name in added)})
        SELECT count(*) FROM f"""  # noqa: S608
    )


def _entries(which: str) -> Any:
    return text(f"SELECT DISTINCT customer_id, entry_id FROM cost_log WHERE {which} AND entry_id IS NOT NULL")  # noqa: S608


_ADD_NEW, _ADD_OLD = _add(_NEW), _add(_OLD)
_ENTRIES_NEW, _ENTRIES_OLD = _entries(_NEW), _entries(_OLD)


async def mark(session: AsyncSession, *, wait: bool) -> Mark | None:
    """The mark, locked until the transaction ends; None: somebody else has it, and `wait` is False."""
    await session.execute(text("SET LOCAL statement_timeout = '15min'"))  # a load of millions in one transaction
    row = (await session.execute(_MARK_WAIT if wait else _MARK)).one_or_none()
    return Mark(int(row.upto), row.floor_id, row.cluster, row.rebuild, row.rolled_at) if row else None


async def server(session: AsyncSession) -> tuple[str, int]:
    """The server's own number, and the oldest transaction still under way: all before it are seen from now on."""
    row = (await session.execute(_SERVER)).one()
    return row.cluster, int(row.oldest)


async def move(session: AsyncSession, to: Mark) -> None:
    """Write the mark."""
    values = {name: getattr(to, name) for name in to.__slots__}
    await session.execute(_MOVE, {**values, "upto": str(to.upto)})


async def end_of_step(session: AsyncSession, *, begin: int, end: int, floor: int, limit: int) -> int:
    """Up to which transaction (not included) some `limit` rows go; transactions are never cut."""
    values = {"begin": str(begin), "end": str(end), "floor": floor, "limit": limit}
    found = (await session.execute(_BOUND, values)).scalar_one_or_none()
    return end if found is None else int(found) + 1


async def entries_new(session: AsyncSession, *, begin: int, end: int, floor: int) -> list[EntryKey]:
    """Ledger entries that rows of these transactions are linked to."""
    found = await session.execute(_ENTRIES_NEW, {"begin": str(begin), "end": str(end), "floor": floor})
    return [(row.customer_id, row.entry_id) for row in found]


async def add_new(
    session: AsyncSession, shares: Sequence[Mapping[str, Any]], *, begin: int, end: int, floor: int
) -> int:
    """Add the rows of these transactions; how many."""
    values = {"begin": str(begin), "end": str(end), "floor": floor, "shares": json.dumps(list(shares))}
    return (await session.execute(_ADD_NEW, values)).scalar_one()


async def entries_old(session: AsyncSession, *, begin: int, end: int, floor: int, upto: int) -> list[EntryKey]:
    """The same for settled rows by id."""
    values = {"begin": begin, "end": end, "floor": floor, "upto": str(upto)}
    return [(row.customer_id, row.entry_id) for row in await session.execute(_ENTRIES_OLD, values)]


async def add_old(
    session: AsyncSession, shares: Sequence[Mapping[str, Any]], *, begin: int, end: int, floor: int, upto: int
) -> int:
    """Add settled rows by id; how many."""
    values = {"begin": begin, "end": end, "floor": floor, "upto": str(upto), "shares": json.dumps(list(shares))}
    return (await session.execute(_ADD_OLD, values)).scalar_one()


async def clear(session: AsyncSession) -> None:
    """Forget all sums."""
    for statement in _CLEAR:
        await session.execute(statement)


async def last_id(session: AsyncSession) -> int:
    """The highest id in the log."""
    return (await session.execute(text("SELECT coalesce(max(id), 0) FROM cost_log"))).scalar_one()


async def keep_writers_out(session: AsyncSession) -> None:
    """Wait until nobody is writing to the log, and let nobody, until the transaction ends."""
    await session.execute(text("SET LOCAL lock_timeout = '15s'"))
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITERS_LOCK})


async def behind(session: AsyncSession, limit: int) -> tuple[int, datetime | None, datetime | None]:
    """How many rows are not in the sums yet (counted up to `limit`), when the first was written; the last run."""
    row = (await session.execute(_BEHIND, {"limit": limit})).one()
    return row.rows, row.since, row.rolled_at
