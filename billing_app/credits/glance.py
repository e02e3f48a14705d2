"""A customer's book in one trip, for the read that happens most: the balance. Seldom things take the longer way."""

from datetime import timedelta
from typing import Any, LiteralString

from psycopg import AsyncConnection, OperationalError

from billing_app import clock
from billing_app.credits.book import Book
from billing_app.credits.loading import ACCOUNT_COLUMNS, CLOCK_OFFSET, LOT_COLUMNS, account_book
from billing_app.credits.lots import Lot
from billing_app.db.engine import Database

# For row-level security, until the trip ends: the statements of one trip are one transaction.
_NAME_CUSTOMER: LiteralString = "SELECT set_config('app.customer_id', %s, true)"
_FROM: LiteralString = """, EXISTS (SELECT FROM credit_holds h WHERE h.customer_id = a.customer_id AND h.state = 'live')
    FROM credit_accounts a LEFT JOIN credit_lots l ON l.customer_id = a.customer_id AND l.open
    WHERE a.customer_id = %s"""
_ENCUMBERED, _LOT = 6, 9  # where these stand in a row: the account's columns, then the lot's
_HAS_HOLDS = -1
_BOOK: LiteralString = "SELECT " + ACCOUNT_COLUMNS + ", 0, " + LOT_COLUMNS + _FROM
_BOOK_AND_CLOCK: LiteralString = "SELECT " + ACCOUNT_COLUMNS + ", (" + CLOCK_OFFSET + "), " + LOT_COLUMNS + _FROM


async def glance(database: Database, customer_id: int) -> Book | None:
    """The book as it is stored, to be settled and read; under row-level security, as every customer's read.

    It is one statement, which sees one moment: no transaction has to keep its parts together.

    Returns:
        None if it takes more than that: a new customer, live holds, refunds or debts.
    """
    readers = database.customer_readers
    try:
        async with readers.take() as connection:
            return await _glance(connection, customer_id, database.follows_clock)
    except OperationalError:
        # A connection that nobody used for a while may have died (a restart, a firewall): the longer way finds out.
        await readers.forget_idle()
        return None


async def _glance(connection: AsyncConnection[Any], customer_id: int, follow_clock: bool) -> Book | None:
    query = _BOOK_AND_CLOCK if follow_clock else _BOOK
    async with connection.pipeline():
        await connection.execute(_NAME_CUSTOMER, [str(customer_id)], prepare=True)
        cursor = await connection.execute(query, [customer_id], prepare=True)
    rows = await cursor.fetchall()
    if not rows:
        return None
    first = rows[0]
    if follow_clock:
        clock.follow(timedelta(seconds=first[_LOT - 1] or 0))
    if first[_ENCUMBERED] or first[_HAS_HOLDS]:
        return None
    book = account_book(first, clock.now())
    for row in rows:
        if row[_LOT] is not None:
            book.lots[row[_LOT + 1]] = Lot(*row[_LOT + 1 : _HAS_HOLDS])
    return book
