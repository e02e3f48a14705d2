"""A customer's book in one trip, for the read that happens most: the balance. Seldom things take the longer way."""

from datetime import timedelta
from typing import LiteralString

from psycopg import OperationalError

from billing_app import clock
from billing_app.credits.book import Book
from billing_app.credits.loading import account_book
from billing_app.credits.lots import Lot
from billing_app.db.direct import Direct, Statement
from billing_app.db.engine import Database

# For row-level security. The statements of one trip are one transaction, at whose end this is forgotten.
_NAME_CUSTOMER: LiteralString = "SELECT set_config('app.customer_id', %s, true)"
_CLOCK_OFFSET: LiteralString = "SELECT clock_offset_s FROM system_state"
# Each row: the account's columns, whether there are live holds, an open lot's columns (null if there is none).
_BOOK: LiteralString = """
    SELECT a.customer_id, a.settled_at, a.entry_count, a.lot_count, a.hold_count, a.debt_count, a.encumbered,
        a.grants_due_at,
        EXISTS (SELECT FROM credit_holds h WHERE h.customer_id = a.customer_id AND h.state = 'live'),
        l.id, l.kind, l.label, l.source, l.payment, l.origin_lot_id, l.granted, l.remaining, l.expired, l.revoked,
        l.voided, l.due_back, l.priority, l.paid_minor, l.currency, l.effective_at, l.expires_at, l.debt_limit,
        l.booked, l.frozen_at, l.created_at, l.actor, l.note, l.renews_at, l.gap_used, l.rolls, l.rolls_days
    FROM credit_accounts a LEFT JOIN credit_lots l ON l.customer_id = a.customer_id AND l.open
    WHERE a.customer_id = %s"""
_ENCUMBERED, _HAS_HOLDS, _LOT = 6, 8, 9


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
    statements: list[Statement] = [(_NAME_CUSTOMER, (customer_id,)), (_BOOK, (customer_id,))]
    if follow_clock:
        _, rows, offset = await direct.trip([*statements, (_CLOCK_OFFSET, ())])
        clock.follow(timedelta(seconds=offset[0][0] if offset else 0))
    else:
        _, rows = await direct.trip(statements)
    if not rows:
        return None
    first = rows[0]
    if first[_ENCUMBERED] or first[_HAS_HOLDS]:
        return None
    book = account_book(first, clock.now())
    if first[_LOT] is not None:
        book.lots = {row[_LOT]: Lot(*row[_LOT:]) for row in rows}
    return book
