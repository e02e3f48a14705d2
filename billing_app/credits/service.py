"""The credit service: operations of concurrent callers committed together, and reads that are true when read."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from psycopg import AsyncConnection

from billing_app import clock
from billing_app.credits import reading
from billing_app.credits.balance import balance_of, burn_positions, hold_view, lot_view
from billing_app.credits.book import Book
from billing_app.credits.due import settle
from billing_app.credits.engine import Ledger, succeeded
from billing_app.credits.explain import entry_view, explain
from billing_app.credits.glance import Glances
from billing_app.credits.group_commit import GroupCommit
from billing_app.credits.inputs import MAX_ID, check_id, check_range, check_text
from billing_app.credits.kinds import EntryKind
from billing_app.credits.loading import load_unlocked
from billing_app.credits.operations import (
    Adjust,
    Capture,
    Consume,
    Extend,
    Grant,
    Hold,
    Operation,
    Release,
    Reverse,
    Settle,
)
from billing_app.credits.outcomes import (
    Adjusted,
    Captured,
    Consumed,
    Extended,
    Granted,
    Held,
    Outcome,
    Released,
    Reversed,
    Success,
    UnknownEntry,
    UnknownHold,
)
from billing_app.credits.pipeline import driver_of
from billing_app.credits.views import Balance, DayUse, EntryPage, EntryView, Explanation, HoldView, LotPage
from billing_app.db.engine import Database
from billing_app.db.looking import only_looking

MAX_PAGE = 200
MAX_DAYS = 366
Wished = TypeVar("Wished")


class CreditService:
    """What pages, the API and the playground call. Made once per process; `close()` at its end.

    Every operation raises its refusal as a domain error, and `QueueFull` or `FateUnknown` (503) when the ledger is
    overloaded or the database goes away; both are safe to retry with the same key.
    """

    def __init__(self, database: Database, ledger: Ledger | None = None, **group_commit: Any) -> None:
        """`group_commit`: the limits of `GroupCommit`."""
        self.ledger = ledger or Ledger()
        self._database = database
        self._commits = GroupCommit(database, self.ledger, **group_commit)
        self._glances = Glances(database)

    async def close(self) -> None:
        """Finish what was taken; take nothing more."""
        await self._commits.close()
        await self._glances.close()

    # Operations, each committed when it returns

    async def consume(self, operation: Consume) -> Consumed:
        """Take credits in burn order."""
        return await self._done(operation, Consumed)

    async def hold(self, operation: Hold) -> Held:
        """Set credits aside for work under way."""
        return await self._done(operation, Held)

    async def extend(self, operation: Extend) -> Extended:
        """Keep a hold alive."""
        return await self._done(operation, Extended)

    async def capture(self, operation: Capture) -> Captured:
        """Consume what a hold set aside."""
        return await self._done(operation, Captured)

    async def release(self, operation: Release) -> Released:
        """Give back what a hold set aside."""
        return await self._done(operation, Released)

    async def reverse(self, operation: Reverse) -> Reversed:
        """Give consumed credits back."""
        return await self._done(operation, Reversed)

    async def grant(self, operation: Grant) -> Granted:
        """Make a lot."""
        return await self._done(operation, Granted)

    async def adjust(self, operation: Adjust) -> Adjusted:
        """An admin's correction."""
        return await self._done(operation, Adjusted)

    async def do(self, operation: Operation) -> Success:
        """Any operation."""
        return await self._commits.submit(operation)

    async def do_all(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Many operations, each by itself, committed together; refusals are answered, not raised."""
        return await self._commits.submit_all(operations)

    async def apply(self, session: Any, operations: Sequence[Operation]) -> list[Outcome]:
        """The other door, in the caller's transaction: see `Ledger.apply`."""
        return await self.ledger.apply(session, operations)

    async def _done(self, operation: Operation, kind: type[Wished]) -> Wished:
        return succeeded(await self._commits.submit(operation), kind)

    # Reads, under row-level security and in one snapshot

    async def balance(self, customer_id: int) -> Balance:
        """What the customer has now: sums, open lots in burn order, live holds, what happens next."""
        check_id(customer_id, "customer_id")
        glanced = await self._glances.glance(customer_id)
        if glanced is not None and not self._due(glanced):
            settle(glanced, clock.now())
            return balance_of(glanced)
        async with self._settled(customer_id) as (_, book):
            return balance_of(book)

    async def lots(self, customer_id: int, *, before: int | None = None, limit: int = 50) -> LotPage:
        """All lots ever, newest first; what is left of open ones is true now."""
        check_range(limit, "limit", 1, MAX_PAGE)
        async with self._settled(customer_id) as (connection, book):
            rows = await reading.lots_before(connection, customer_id, before=before or MAX_ID, limit=limit + 1)
            turns = burn_positions(book)
            views = [lot_view(book.lots.get(lot.id, lot), book.at, turns.get(lot.id)) for lot in rows[:limit]]
        return LotPage(tuple(views), views[-1].id if len(rows) > limit else None)

    async def entries(
        self,
        customer_id: int,
        *,
        before: int | None = None,
        limit: int = 50,
        kinds: Iterable[EntryKind] | None = None,
        feature: str | None = None,
        on_day: date | None = None,
    ) -> EntryPage:
        """The activity, newest first, with what is due but not written yet on top.

        Args:
            before: `next_before` of the page before.
            limit: at most 200.
            kinds, feature, on_day: only these; a day is one of UTC.
        """
        check_range(limit, "limit", 1, MAX_PAGE)
        if before is not None:
            check_id(before, "before")
        if feature is not None:
            check_text(feature, "feature")
        chosen = None if kinds is None else frozenset(kinds)
        midnight = None if on_day is None else datetime.combine(on_day, time.min, UTC)
        async with self._settled(customer_id) as (connection, book):
            due = [
                view
                for view in due_entries(book)
                if (before is None or view.id < before)
                and (chosen is None or view.kind in chosen)
                and (feature is None or view.feature == feature)
                and (on_day is None or view.at.date() == on_day)
            ]
            rows = await reading.entries_before(
                connection,
                customer_id,
                before=before or MAX_ID,
                limit=limit + 1,
                kinds=chosen,
                feature=feature,
                on_day=midnight,
            )
        views = (due + [entry_view(entry, label) for entry, label in rows])[: limit + 1]
        return EntryPage(tuple(views[:limit]), views[limit - 1].id if len(views) > limit else None)

    async def use_by_day(self, customer_id: int, *, days: int = 30) -> list[DayUse]:
        """Credits used on each of the last `days` UTC days (366 at most), today last; empty days are there too."""
        check_range(days, "days", 1, MAX_DAYS)
        today = clock.now().date()
        first = today - timedelta(days=days - 1)
        async with self._database.as_customer(customer_id) as session:
            since = datetime.combine(first, time.min, UTC)
            used = await reading.use_by_day(await driver_of(session), customer_id, since)
        each = [first + timedelta(days=number) for number in range(days)]
        return [DayUse(day, sum(used.get(day, {}).values()), used.get(day, {})) for day in each]

    async def every_entry(
        self, customer_id: int, *, feature: str | None = None, on_day: date | None = None
    ) -> AsyncIterator[EntryView]:
        """The whole activity, newest first, page by page: memory stays flat however long it is."""
        before: int | None = None
        while True:
            page = await self.entries(customer_id, before=before, limit=MAX_PAGE, feature=feature, on_day=on_day)
            for view in page.entries:
                yield view
            if page.next_before is None:
                return
            before = page.next_before

    async def explain(self, customer_id: int, entry_id: int) -> Explanation:
        """Why an entry is what it is, in words.

        Raises:
            UnknownEntry: this customer has none of that number.
        """
        check_id(entry_id, "entry_id")
        async with self._settled(customer_id) as (connection, book):
            found = await reading.entry_with_lots(connection, customer_id, entry_id)
            if found is None:
                return _explain_due(book, entry_id)
            entry, label, taken, lots, returned = found
        view = entry_view(entry, label)
        others = [lot for lot in book.queue if lot.remaining and lot.effective_at <= entry.at >= lot.created_at]
        return explain(view, taken, lots, others, returned)

    async def hold_state(self, customer_id: int, hold_id: int) -> HoldView:
        """A hold, live or ended, as it is now.

        Raises:
            UnknownHold: this customer has none of that number.
        """
        check_id(hold_id, "hold_id")
        async with self._settled(customer_id) as (connection, book):
            hold = book.holds.get(hold_id) or await reading.hold_of(connection, customer_id, hold_id)
        if hold is None:
            raise UnknownHold(f"There is no hold {hold_id} of this customer.", hold_id=hold_id)
        return hold_view(hold)

    @asynccontextmanager
    async def _settled(self, customer_id: int) -> AsyncIterator[tuple[AsyncConnection[Any], Book]]:
        """The customer's book as it stands now: what is due is in it, written or not."""
        check_id(customer_id, "customer_id")
        async with self._database.as_customer(customer_id) as session:
            connection = await driver_of(session)
            book = await load_unlocked(connection, customer_id, clock.now())
            book.return_days = self.ledger.policy.reversal_valid_days
            if not self._due(book):
                settle(book, clock.now())
                yield connection, book
                return
        # Seen for the first time since something became due that only a write can make (the free month's lot).
        await self._commits.submit(Settle(customer_id=customer_id))
        async with self._database.as_customer(customer_id) as session:
            connection = await driver_of(session)
            book = await load_unlocked(connection, customer_id, clock.now())
            book.return_days = self.ledger.policy.reversal_valid_days
            settle(book, clock.now())
            yield connection, book

    def _due(self, book: Book) -> bool:
        if self.ledger.due_grants is None or only_looking():
            return False
        return book.grants_due_at is None or book.grants_due_at <= clock.now()


def due_entries(book: Book) -> list[EntryView]:
    """What the next write will book first, newest first, from a book that was settled but not written."""
    return [
        entry_view(entry, book.lots[entry.lot_id].label if entry.lot_id is not None else None, booked=False)
        for entry in reversed(book.changes.entries)
    ]


def _explain_due(book: Book, entry_id: int) -> Explanation:
    view = next((view for view in due_entries(book) if view.id == entry_id), None)
    if view is None:
        raise UnknownEntry(f"There is no entry {entry_id} of this customer.", entry_id=entry_id)
    taken = [(one.lot_id, one.credits) for one in book.changes.allocations if one.entry_id == entry_id]
    return explain(view, taken, book.lots, (), 0)
