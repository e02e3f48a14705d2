"""Reading accounts into books, with a handful of statements whatever the size of the batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, LiteralString

from billing_app import clock
from billing_app.credits.book import Book, Bound, Consumption
from billing_app.credits.claims import Claim, Debt
from billing_app.credits.given_back import from_rows
from billing_app.credits.holds import Hold
from billing_app.credits.lots import Lot
from billing_app.credits.pipeline import BEGIN, Wire, execute, fetch
from billing_app.credits.selects import (
    ACCOUNTS,
    CLAIMS,
    CLOCK_OFFSET,
    CONSUMPTIONS_BY_ID,
    CONSUMPTIONS_BY_REFERENCE,
    DEBTS,
    HOLDS_BY_ID,
    KEYS,
    LIVE_HOLDS,
    LOCKED_ACCOUNTS,
    LOTS_BY_ID,
    LOTS_BY_PAYMENT,
    LOTS_BY_SOURCE,
    LOTS_OF_CLAIMS,
    MAKE_ACCOUNTS,
    OPEN_LOTS,
    PAYMENTS_OF_DEBTS,
)
from billing_app.db.arrays import integers, texts
from billing_app.db.direct import Direct, Rows, Statement


@dataclass(slots=True)
class Wanted:
    """What a batch needs of its customers besides their open lots and live holds, as pairs with the customer."""

    customers: list[int]
    keys: list[tuple[int, str]] = field(default_factory=list)
    references: list[tuple[int, str, str]] = field(default_factory=list)
    sources: list[tuple[int, str]] = field(default_factory=list)
    payments: list[tuple[int, str]] = field(default_factory=list)
    holds: list[tuple[int, int]] = field(default_factory=list)
    entries: list[tuple[int, int]] = field(default_factory=list)


async def load_locked(connection: Wire, wanted: Wanted, at: datetime | None = None) -> dict[int, Book]:
    """Lock the customers' accounts in customer order, making those that are new, and read their books."""
    statements = _first_statements(wanted, LOCKED_ACCOUNTS)
    return await _made(connection, await fetch(connection, statements), statements, wanted, at)


async def begin_and_load_locked(connection: Direct, wanted: Wanted, *, follow_clock: bool) -> dict[int, Book]:
    """Begin a transaction and `load_locked`, all in one trip; with the clock's offset, if it is to be followed."""
    statements = _first_statements(wanted, LOCKED_ACCOUNTS)
    if not follow_clock:
        _, *loaded = await fetch(connection, [BEGIN, *statements])
        return await _made(connection, loaded, statements, wanted)
    _, offset, *loaded = await fetch(connection, [BEGIN, (CLOCK_OFFSET, ()), *statements])
    clock.follow(timedelta(seconds=offset[0][0] if offset else 0))
    return await _made(connection, loaded, statements, wanted)


async def load_unlocked(connection: Wire, customer_id: int, at: datetime) -> Book:
    """A book to read from. The transaction must be REPEATABLE READ, so that its parts fit together."""
    wanted = Wanted([customer_id])
    books = await _books(connection, await fetch(connection, _first_statements(wanted, ACCOUNTS)), wanted, at)
    return books.get(customer_id) or Book(customer_id, at)


async def _made(
    connection: Wire,
    loaded: list[Rows],
    statements: Sequence[Statement],
    wanted: Wanted,
    at: datetime | None = None,
) -> dict[int, Book]:
    """The books, after making the accounts of new customers."""
    if len(loaded[0]) < len(wanted.customers):
        await execute(connection, [(MAKE_ACCOUNTS, [integers(wanted.customers)])])
        loaded = await fetch(connection, statements)
    return await _books(connection, loaded, wanted, at or clock.now())


async def load_sources(connection: Wire, books: dict[int, Book], sources: Sequence[tuple[int, str]]) -> None:
    """Add the lots that these sources have made, open or not."""
    if sources:
        _add_lots(books, (await fetch(connection, [(LOTS_BY_SOURCE, _pairs(sources))]))[0])


def _first_statements(wanted: Wanted, accounts: LiteralString) -> list[Statement]:
    customers = integers(wanted.customers)
    statements: list[Statement] = [(accounts, [customers]), (OPEN_LOTS, [customers]), (LIVE_HOLDS, [customers])]
    if wanted.keys:
        statements.append((KEYS, _pairs(wanted.keys)))
    if wanted.references:
        ids, features, references = zip(*wanted.references, strict=True)
        statements.append((CONSUMPTIONS_BY_REFERENCE, [integers(ids), texts(features), texts(references)]))
    if wanted.sources:
        statements.append((LOTS_BY_SOURCE, _pairs(wanted.sources)))
    if wanted.payments:
        statements.append((LOTS_BY_PAYMENT, _pairs(wanted.payments)))
    if wanted.holds:
        statements.append((HOLDS_BY_ID, _pairs(wanted.holds)))
    if wanted.entries:
        statements.append((CONSUMPTIONS_BY_ID, _pairs(wanted.entries)))
    return statements


def _pairs(pairs: Sequence[tuple[int, Any]]) -> list[str]:
    first, second = zip(*pairs, strict=True)
    return [integers(first), integers(second) if isinstance(second[0], int) else texts(second)]


async def _books(connection: Wire, loaded: list[Rows], wanted: Wanted, at: datetime) -> dict[int, Book]:
    rest = iter(loaded)
    books = {row[0]: account_book(row, at) for row in next(rest)}
    _add_lots(books, next(rest))
    holds = list(next(rest))
    for row in next(rest) if wanted.keys else ():
        books[row[0]].keys[row[1]] = Bound(row[2], row[3], row[4], row[5])
    if wanted.references:
        _add_consumptions(books, next(rest))
    for asked in (wanted.sources, wanted.payments):
        if asked:
            _add_lots(books, next(rest))
    if wanted.holds:
        holds += next(rest)
    for row in holds:
        books[row[0]].add_hold(Hold(*row[1:16], lots=list(zip(row[16], row[17], strict=True))))
    if wanted.entries:
        _add_consumptions(books, next(rest))
    await _follow_up(connection, books)
    return books


async def _follow_up(connection: Wire, books: dict[int, Book]) -> None:
    """What is known to be needed only now, and seldom: of replays, ended holds, reversals, refunds and disputes."""
    await _load_told_again(connection, books)
    encumbered = [customer_id for customer_id, book in books.items() if book.encumbered]
    if encumbered:
        ids = [integers(encumbered)]
        claims, debts, payments, lots = await fetch(
            connection, [(CLAIMS, ids), (DEBTS, ids), (PAYMENTS_OF_DEBTS, ids), (LOTS_OF_CLAIMS, ids)]
        )
        for row in claims:
            books[row[0]].claims[row[1]] = Claim(*row[1:7], given_back=from_rows(row[7]))
        for row in debts:
            books[row[0]].debts[row[1]] = Debt(*row[1:])
        for customer_id, debt_id, lot_id, credits in payments:
            books[customer_id].payments_of_debts.setdefault(debt_id, {})[lot_id] = credits
        _add_lots(books, lots)
    missing = [
        (customer_id, lot_id)
        for customer_id, book in books.items()
        for consumption in book.consumptions.values()
        for lot_id, _ in consumption.taken
        if lot_id not in book.lots
    ]
    if missing:
        _add_lots(books, (await fetch(connection, [(LOTS_BY_ID, _pairs(missing))]))[0])


async def _load_told_again(connection: Wire, books: dict[int, Book]) -> None:
    entries: list[tuple[int, int]] = []
    holds: list[tuple[int, int]] = []
    for customer_id, book in books.items():
        for bound in book.keys.values():
            if bound.operation in ("Consume", "Capture"):
                entries.append((customer_id, bound.subject))
            elif bound.operation in ("Hold", "Extend", "Release"):
                holds.append((customer_id, bound.subject))
        entries += [(customer_id, hold.entry_id) for hold in book.holds.values() if hold.entry_id is not None]
    if holds:
        for row in (await fetch(connection, [(HOLDS_BY_ID, _pairs(holds))]))[0]:
            books[row[0]].add_hold(Hold(*row[1:16], lots=list(zip(row[16], row[17], strict=True))))
    if entries:
        _add_consumptions(books, (await fetch(connection, [(CONSUMPTIONS_BY_ID, _pairs(entries))]))[0])


def account_book(row: tuple[Any, ...], at: datetime) -> Book:
    """The book of an account's row, to be filled."""
    # From when it was last written: what fell due since then is booked at its own time.
    return Book(
        row[0],
        row[1] or at,
        entry_count=row[2],
        lot_count=row[3],
        hold_count=row[4],
        debt_count=row[5],
        encumbered=row[6],
        grants_due_at=row[7],
    )


def _add_lots(books: dict[int, Book], rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        book = books[row[0]]
        if row[1] not in book.lots:
            book.lots[row[1]] = Lot(*row[1:])


def _add_consumptions(books: dict[int, Book], rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        book = books[row[0]]
        book.consumptions[row[1]] = Consumption(*row[1:9], taken=list(zip(row[9], row[10], strict=True)))
        if row[6] is not None:
            book.references[row[5], row[6]] = row[1]
