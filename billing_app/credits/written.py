"""Which entries a unit of work has written, for those who must say what came of something (the webhook log).

Kept with the session, so it ends with it; nothing here is read from the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.credits.book import Book

_WRITTEN = "entries_written"


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry of the ledger: entries are numbered by customer. `credits` is signed."""

    customer_id: int
    entry_id: int
    kind: str
    credits: int


def note_written(session: AsyncSession, books: Iterable[Book]) -> None:
    """Remember the entries that these books are about to write."""
    noted: list[WrittenEntry] = session.info.setdefault(_WRITTEN, [])
    for book in books:
        noted += [WrittenEntry(book.customer_id, one.id, str(one.kind), one.amount) for one in book.changes.entries]


def entries_written(session: AsyncSession) -> tuple[WrittenEntry, ...]:
    """Every entry that `Ledger.apply` wrote in this session, in order."""
    return tuple(session.info.get(_WRITTEN, ()))
