"""A customer's book in one trip, for the read that happens most: the balance. Seldom things take the longer way."""

from datetime import timedelta
from typing import LiteralString

from psycopg import OperationalError

from billing_app import clock
from billing_app.credits.book import Book
from billing_app.credits.loading import account_book
from billing_app.credits.lots import Lot
from billing_app.db.direct import Direct
from billing_app.db.engine import Database

# A function of the database (migration 0006): it names the customer to row-level security, then is one statement.
# Each row: the account's columns, the clock's offset, whether there are live holds, an open lot's columns.
_BOOK: LiteralString = "SELECT * FROM credit_glance(%s)"
_ENCUMBERED, _OFFSET, _HAS_HOLDS, _LOT = 6, 8, 9, 10


async def glance(database: Database, customer_id: int) -> Book | None:
    """The book as it is stored, to be settled and read; under row-level security, as every customer's read.

    It is read by one statement, which sees one moment: no transaction has to keep its parts together.

    Returns:
        None if it takes more than that: a new customer, live holds, refunds or debts.
    """
    readers = database.customer_readers
    try:
        async with readers.take() as direct:
            return await _glance(direct, customer_id, database.follows_clock)
    except OperationalError:
        # A connection that nobody used for a while may have died (a restart, a firewall): the longer way finds out.
        await readers.forget_idle()
        return None


async def _glance(direct: Direct, customer_id: int, follow_clock: bool) -> Book | None:
    (rows,) = await direct.trip([(_BOOK, (customer_id,))])
    if not rows:
        return None
    first = rows[0]
    if follow_clock:
        clock.follow(timedelta(seconds=first[_OFFSET]))
    if first[_ENCUMBERED] or first[_HAS_HOLDS]:
        return None
    book = account_book(first, clock.now())
    if first[_LOT] is not None:
        book.lots = {row[_LOT]: Lot(*row[_LOT:]) for row in rows}
    return book
