"""A customer's book in one trip, for the read that happens most: the balance. Seldom things take the longer way."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

from psycopg import OperationalError

from billing_app import clock
from billing_app.credits.book import Book
from billing_app.credits.loading import account_book
from billing_app.credits.lots import Lot
from billing_app.db.direct import Direct, Rows, Statement
from billing_app.db.engine import Database

logger = logging.getLogger(__name__)

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
        l.booked, l.frozen_at, l.created_at, l.actor, l.note, l.renews_at, l.gap_used, l.rolls, l.rolls_days,
        l.credited, l.promised_end
    FROM credit_accounts a LEFT JOIN credit_lots l ON l.customer_id = a.customer_id AND l.open
    WHERE a.customer_id = %s"""
_ENCUMBERED, _HAS_HOLDS, _LOT = 6, 8, 9

LANES = 2
MAX_TOGETHER = 16
MAX_WAITING = 5_000


class Glances:
    """Reads books for callers who each want one: what is asked while the lanes are busy goes together in the next trip.

    A trip to the server costs as much as reading three books.
    """

    def __init__(self, database: Database, *, lanes: int = LANES) -> None:
        """`lanes`: trips under way at a time."""
        self._database = database
        self._most = lanes
        self._waiting: deque[_Asked] = deque()
        self._lanes: set[asyncio.Task[None]] = set()

    async def glance(self, customer_id: int) -> Book | None:
        """The book as it is stored, to be settled and read; under row-level security, as every customer's read.

        It is read by one statement, which sees one moment: no transaction has to keep its parts together.

        Returns:
            None if it takes more than that: a new customer, live holds, refunds or debts; or too many are waiting.
        """
        if len(self._waiting) >= MAX_WAITING:
            return None
        asked = _Asked(customer_id, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        self._start_lane()
        return await asked.answer

    async def close(self) -> None:
        """Wait until all that was asked is answered."""
        while self._lanes:
            await asyncio.wait(self._lanes)

    def _start_lane(self) -> None:
        if self._waiting and len(self._lanes) < self._most:
            lane = asyncio.create_task(self._drain())
            self._lanes.add(lane)
            lane.add_done_callback(self._lane_ended)

    def _lane_ended(self, lane: asyncio.Task[None]) -> None:
        self._lanes.discard(lane)
        if not lane.cancelled() and (error := lane.exception()) is not None:
            logger.error("A lane of balances failed", exc_info=error)
        self._start_lane()  # for who asked after the lane had found nobody waiting and before it was gone

    async def _drain(self) -> None:
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(MAX_TOGETHER, len(self._waiting)))]
            try:
                books = await self._read([asked.customer_id for asked in together])
            except BaseException as error:
                for asked in together:
                    asked.fail(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for asked, book in zip(together, books, strict=True):
                    asked.tell(book)

    async def _read(self, customer_ids: Sequence[int]) -> list[Book | None]:
        readers = self._database.customer_readers
        try:
            async with readers.take() as direct:
                return await _glance(direct, customer_ids, self._database.follows_clock)
        except OperationalError:
            # A connection that nobody used for a while may have died (a restart, a firewall): the longer way finds out.
            await readers.forget_idle()
            return [None] * len(customer_ids)


@dataclass(slots=True, eq=False)
class _Asked:
    customer_id: int
    answer: asyncio.Future[Book | None]

    def tell(self, book: Book | None) -> None:
        """Answer the caller, unless it went away."""
        if not self.answer.done():
            self.answer.set_result(book)

    def fail(self, error: BaseException) -> None:
        """Tell the caller that it went wrong; of a lane that is stopped, that it was stopped."""
        if not self.answer.done():
            if isinstance(error, Exception):
                self.answer.set_exception(error)
            else:
                self.answer.cancel()


async def _glance(direct: Direct, customer_ids: Sequence[int], follow_clock: bool) -> list[Book | None]:
    statements: list[Statement] = []
    if follow_clock:
        statements.append((_CLOCK_OFFSET, ()))
    for customer_id in customer_ids:
        statements.append((_NAME_CUSTOMER, (customer_id,)))
        statements.append((_BOOK, (customer_id,)))
    answers = await direct.trip(statements)
    if follow_clock:
        (offset, *answers) = answers
        clock.follow(timedelta(seconds=offset[0][0] if offset else 0))
    return [_book(rows) for rows in answers[1::2]]


def _book(rows: Rows) -> Book | None:
    if not rows or rows[0][_ENCUMBERED] or rows[0][_HAS_HOLDS]:
        return None
    first = rows[0]
    book = account_book(first, clock.now())
    if first[_LOT] is not None:
        book.lots = {row[_LOT]: Lot(*row[_LOT:]) for row in rows}
    return book
