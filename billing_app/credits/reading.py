"""The read side's statements: pages of entries and lots, and what an entry is explained from."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import AsyncConnection

from billing_app.credits.book import Entry
from billing_app.credits.holds import Hold
from billing_app.credits.kinds import EntryKind
from billing_app.credits.lots import Lot
from billing_app.credits.pipeline import fetch
from billing_app.credits.selects import HOLDS_BY_ID, SELECT_LOTS
from billing_app.db.arrays import integers, texts

_ENTRIES: LiteralString = """
    SELECT e.id, e.kind, e.amount, e.balance_after, e.at, e.feature, e.reference, e.lot_id, e.hold_id, e.debt_id,
        e.reverses, e.price, e.details, e.actor, e.note, l.label
    FROM credit_entries e LEFT JOIN credit_lots l ON l.customer_id = e.customer_id AND l.id = e.lot_id
    WHERE e.customer_id = %s """
_ENTRIES_PAGE: LiteralString = (
    _ENTRIES
    + """AND e.id < %s
        AND (%s::text[] IS NULL OR e.kind = ANY(%s::text[]))
        AND (%s::text IS NULL OR e.feature = %s::text)
        AND (%s::timestamptz IS NULL OR (e.at >= %s::timestamptz AND e.at < %s::timestamptz + interval '24 hours'))
    ORDER BY e.id DESC LIMIT %s"""
)
_ENTRY: LiteralString = _ENTRIES + "AND e.id = %s"
_ALLOCATIONS: LiteralString = """
    SELECT lot_id, credits FROM credit_allocations WHERE customer_id = %s AND entry_id = %s ORDER BY position"""
_RETURNED: LiteralString = """
    SELECT coalesce(sum(amount), 0)::bigint FROM credit_entries WHERE customer_id = %s AND reverses = %s"""
_LOTS_OF_ENTRY: LiteralString = SELECT_LOTS + (
    "JOIN credit_allocations a ON a.customer_id = l.customer_id AND a.lot_id = l.id "
    "WHERE a.customer_id = %s AND a.entry_id = %s"
)
_LOTS_BEFORE: LiteralString = SELECT_LOTS + "WHERE l.customer_id = %s AND l.id < %s ORDER BY l.id DESC LIMIT %s"
_USE_BY_DAY: LiteralString = """
    SELECT (at AT TIME ZONE 'UTC')::date, coalesce(feature, ''), (-sum(amount))::bigint FROM credit_entries
    WHERE customer_id = %s AND at >= %s AND kind IN ('consume', 'reverse') GROUP BY 1, 2"""
_ONE_LOT: LiteralString = SELECT_LOTS + "WHERE l.customer_id = %s AND l.id = %s"


async def entries_before(
    connection: AsyncConnection[Any],
    customer_id: int,
    *,
    before: int,
    limit: int,
    kinds: Iterable[EntryKind] | None = None,
    feature: str | None = None,
    on_day: datetime | None = None,
) -> list[tuple[Entry, str | None]]:
    """Booked entries with a smaller id, newest first, each with the label of its lot."""
    chosen = None if kinds is None else texts(kinds)
    parameters = [customer_id, before, chosen, chosen, feature, feature, on_day, on_day, on_day, limit]
    (rows,) = await fetch(connection, [(_ENTRIES_PAGE, parameters)])
    return [(Entry(*row[:15]), row[15]) for row in rows]


async def entry_with_lots(
    connection: AsyncConnection[Any], customer_id: int, entry_id: int
) -> tuple[Entry, str | None, list[tuple[int, int]], dict[int, Lot], int] | None:
    """A booked entry, its lot's label, its allocations in order, their lots, and what was given back of it."""
    one = [customer_id, entry_id]
    rows, parts, lots, returned = await fetch(
        connection, [(_ENTRY, one), (_ALLOCATIONS, one), (_LOTS_OF_ENTRY, one), (_RETURNED, one)]
    )
    if not rows:
        return None
    entry = Entry(*rows[0][:15])
    by_id = {row[1]: Lot(*row[1:]) for row in lots}
    if entry.lot_id is not None and entry.lot_id not in by_id:
        (own,) = await fetch(connection, [(_ONE_LOT, [customer_id, entry.lot_id])])
        by_id |= {row[1]: Lot(*row[1:]) for row in own}
    return entry, rows[0][15], [(row[0], row[1]) for row in parts], by_id, returned[0][0]


async def use_by_day(connection: AsyncConnection[Any], customer_id: int, since: datetime) -> dict[date, dict[str, int]]:
    """Credits used on each UTC day from `since` on, for each feature ("" for none), what was given back taken off.

    Days and features without any are left out.
    """
    (rows,) = await fetch(connection, [(_USE_BY_DAY, [customer_id, since])])
    used: dict[date, dict[str, int]] = {}
    for day, feature, credits in rows:
        used.setdefault(day, {})[feature] = credits
    return used


async def lots_before(connection: AsyncConnection[Any], customer_id: int, *, before: int, limit: int) -> Sequence[Lot]:
    """Lots with a smaller id, newest first."""
    (rows,) = await fetch(connection, [(_LOTS_BEFORE, [customer_id, before, limit])])
    return [Lot(*row[1:]) for row in rows]


async def hold_of(connection: AsyncConnection[Any], customer_id: int, hold_id: int) -> Hold | None:
    """One hold, live or ended, as far as is booked."""
    (rows,) = await fetch(connection, [(HOLDS_BY_ID, [integers([customer_id]), integers([hold_id])])])
    return next((Hold(*row[1:16], lots=list(zip(row[16], row[17], strict=True))) for row in rows), None)
