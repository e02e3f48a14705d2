"""The engine: lock the customers, read their books, book what is due, decide each operation, write. One code path.

Refusals are decided on the book in memory before anything is written, so that they never abort a transaction. The
number of statements does not depend on the number of operations.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits import disputing, granting, holding, spending, writing
from billing_app.credits.balance import lot_view
from billing_app.credits.book import Book, Bound
from billing_app.credits.due import settle
from billing_app.credits.due_grants import DueGrants
from billing_app.credits.keys import answer_of, fingerprint, recall, subject_of
from billing_app.credits.loading import Wanted, begin_and_load_locked, load_locked, load_sources
from billing_app.credits.lot_operations import Freeze, Retime, Revoke, Thaw, Void
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
    Spending,
)
from billing_app.credits.outcomes import Outcome, Settled, Success
from billing_app.credits.pipeline import COMMIT, driver_of, execute
from billing_app.credits.views import LotView
from billing_app.credits.written import note_written
from billing_app.db.direct import Direct, Statement
from billing_app.errors import DomainError, IdempotencyMismatch, InvalidInput

logger = logging.getLogger(__name__)

MAX_OPERATIONS = 500
Wished = TypeVar("Wished")


@dataclass(frozen=True, slots=True)
class LedgerPolicy:
    """The catalogue's policies that the ledger needs.

    Attributes:
        reversal_valid_days: how long credits stay valid that are given back after their lot has expired, for a job that
            failed or a refund that did.
    """

    reversal_valid_days: int = 7


@dataclass(frozen=True, slots=True)
class Decided:
    """What operations come to, one outcome each, and the statements that make it so."""

    outcomes: list[Outcome]
    changes: list[Statement]


class Ledger:
    """The engine with its policies and its port. One per process, made in bootstrap."""

    def __init__(self, *, due_grants: DueGrants | None = None, policy: LedgerPolicy | None = None) -> None:
        self.due_grants = due_grants
        self.policy = policy or LedgerPolicy()
        self._rules: dict[type[Operation], Callable[[Book, Any], Success]] = {
            Grant: granting.grant,
            Consume: spending.consume,
            Hold: holding.hold,
            Extend: holding.extend,
            Capture: holding.capture,
            Release: holding.release,
            Reverse: self._reverse,
            Adjust: granting.adjust,
            Void: granting.void,
            Retime: granting.retime,
            Revoke: disputing.revoke,
            Freeze: disputing.freeze,
            Thaw: disputing.thaw,
            Settle: lambda book, _: Settled(book.customer_id, book.available, 0),
        }

    async def apply(
        self, session: AsyncSession, operations: Sequence[Operation], at: datetime | None = None
    ) -> list[Outcome]:
        """Apply operations, in order, in the caller's transaction.

        Locks the customers' accounts in customer order until that transaction ends: call it late, and once if it
        concerns several customers, so that two callers never wait for each other.

        Args:
            operations: at most 500.
            at: billing time; None: now. An account's time never runs backwards.

        Returns:
            One outcome per operation: what was done, or the `DomainError` that says why it was not.
        """
        if not operations:
            return []
        _check_count(operations)
        now = at or clock.now()
        connection = await driver_of(session)
        books = await load_locked(connection, wanted_by(operations), now)
        if asking := self._asking(books, now):
            await self._make_due_grants(session, books, asking, now)
        decided = self._worked_out(books, operations, now)
        await execute(connection, decided.changes)
        note_written(session, books.values())
        return decided.outcomes

    async def begin(self, connection: Direct, operations: Sequence[Operation], *, follow_clock: bool) -> Decided | None:
        """Begin a transaction on a direct connection and decide the operations in it, in one trip.

        `finish` then writes and commits, in one trip as well: there is nothing in between that could be waited for.

        Returns:
            None if the port for due grants has to be asked, which needs a session: roll back and `apply` instead.
        """
        _check_count(operations)
        books = await begin_and_load_locked(connection, wanted_by(operations), follow_clock=follow_clock)
        now = clock.now()
        return None if self._asking(books, now) else self._worked_out(books, operations, now)

    @staticmethod
    async def finish(connection: Direct, decided: Decided) -> None:
        """Write what was decided after `begin`, and commit."""
        await execute(connection, [*decided.changes, COMMIT])

    def _worked_out(self, books: dict[int, Book], operations: Sequence[Operation], now: datetime) -> Decided:
        """Book what is due and decide each operation; what is then to be written."""
        booked: dict[int, int] = {}
        for customer_id, book in books.items():
            book.return_days = self.policy.reversal_valid_days
            settle(book, now)
            booked[customer_id] = len(book.changes.entries)
        outcomes: list[Outcome] = [self._decide(books[operation.customer_id], operation) for operation in operations]
        told: list[Outcome] = [
            Settled(one.customer_id, one.available, booked[one.customer_id]) if isinstance(one, Settled) else one
            for one in outcomes
        ]
        return Decided(told, writing.changes_of(books.values(), clock.wall()))

    async def apply_one(
        self, session: AsyncSession, operation: Operation, kind: type[Wished], at: datetime | None = None
    ) -> Wished:
        """Apply one operation and return its success; a refusal is raised, as the domain error it is."""
        (outcome,) = await self.apply(session, [operation], at)
        return succeeded(outcome, kind)

    async def look(self, session: AsyncSession, customer_id: int, sources: Sequence[str]) -> dict[str, LotView]:
        """The lots these sources have made, as they are now; one that made none is left out. Writes nothing.

        Locks the customer's account until the caller's transaction ends, so that what is then applied still finds them
        so.
        """
        now = clock.now()
        wanted = Wanted([customer_id], sources=[(customer_id, source) for source in sources])
        book = (await load_locked(await driver_of(session), wanted, now))[customer_id]
        settle(book, now)
        asked = set(sources)
        return {lot.source: lot_view(lot, book.at, None) for lot in book.lots.values() if lot.source in asked}

    async def forget_due(self, session: AsyncSession, customer_ids: Sequence[int]) -> None:
        """Ask again what these customers are due: something has changed (an e-mail was verified, a plan ended)."""
        await writing.forget_due(await driver_of(session), customer_ids)

    def _asking(self, books: dict[int, Book], now: datetime) -> list[int]:
        """The customers whose due grants have to be asked for."""
        if self.due_grants is None:
            return []
        return [
            customer_id
            for customer_id, book in books.items()
            if book.grants_due_at is None or book.grants_due_at <= now
        ]

    async def _make_due_grants(
        self, session: AsyncSession, books: dict[int, Book], asking: Sequence[int], now: datetime
    ) -> None:
        assert self.due_grants is not None
        answers = await self.due_grants(session, asking, now)
        sources = [(due.customer_id, one.source) for due in answers for one in due.grants]
        await load_sources(await driver_of(session), books, sources)
        for due in answers:
            book = books[due.customer_id]
            book.return_days = self.policy.reversal_valid_days
            settle(book, now)
            for one in due.grants:
                if granting.lot_of(book, one.source) is None:
                    self._make_due_grant(book, one)
            book.grants_due_at = due.ask_again_at
            book.changes.account = True

    def _make_due_grant(self, book: Book, due: Grant) -> None:
        try:
            granting.grant(book, due)
        except DomainError as refusal:
            # A grant that cannot be made must not keep the customer from all else.
            logger.error("Due grant %s of customer %d refused: %s", due.source, book.customer_id, refusal.detail)  # noqa: TRY400

    def _decide(self, book: Book, operation: Operation) -> Outcome:
        """What one operation comes to. A refusal leaves the book as it was."""
        key = operation.key
        bound = book.keys.get(key) if key is not None else None
        try:
            if bound is not None:
                told = self._told_again(book, operation, bound)
                if told is not None:
                    return told
            outcome = self._rules[type(operation)](book, operation)
        except DomainError as refusal:
            return refusal
        if key is not None and bound is None:
            made = Bound(fingerprint(operation), type(operation).__name__, subject_of(outcome), answer_of(outcome))
            book.keys[key] = book.changes.keys[key] = made
        return outcome

    def _told_again(self, book: Book, operation: Operation, bound: Bound) -> Success | None:
        if bound.fingerprint != fingerprint(operation):
            raise IdempotencyMismatch(
                f'Key "{operation.key}" was used for another request; send a new key with a new request.',
                operation=bound.operation,
            )
        return recall(book, operation, bound)

    def _reverse(self, book: Book, operation: Reverse) -> Success:
        return granting.reverse(book, operation, valid_days=self.policy.reversal_valid_days)


def _check_count(operations: Sequence[Operation]) -> None:
    if len(operations) > MAX_OPERATIONS:
        raise InvalidInput(f"At most {MAX_OPERATIONS} operations go together; send the rest after.")


def wanted_by(operations: Sequence[Operation]) -> Wanted:
    """What has to be read for these operations, besides open lots and live holds."""
    wanted = Wanted(sorted({operation.customer_id for operation in operations}))
    for operation in operations:
        customer_id = operation.customer_id
        if operation.key is not None:
            wanted.keys.append((customer_id, operation.key))
        match operation:
            case Spending(reference=str() as reference):
                wanted.references.append((customer_id, operation.feature, reference))
            case Spending():
                pass
            case Grant() | Void() | Retime():
                wanted.sources.append((customer_id, operation.source))
                if isinstance(operation, Grant):
                    wanted.sources += [(customer_id, source) for source in operation.follows]
            case Adjust():
                wanted.sources.append((customer_id, granting.adjustment_source(operation)))
            case Extend() | Capture() | Release():
                wanted.holds.append((customer_id, operation.hold_id))
            case Reverse():
                wanted.entries.append((customer_id, operation.entry_id))
            case Revoke() | Freeze() | Thaw():
                wanted.payments.append((customer_id, operation.payment))
    return wanted


def succeeded(outcome: Outcome, kind: type[Wished]) -> Wished:
    """The success in an outcome; a refusal is raised."""
    if isinstance(outcome, DomainError):
        raise outcome
    assert isinstance(outcome, kind), outcome
    return outcome


_PLAIN = Ledger()


async def apply(session: AsyncSession, operations: Sequence[Operation], at: datetime | None = None) -> list[Outcome]:
    """`Ledger.apply` with the default policies and no port, for scripts and tests; services are given their ledger."""
    return await _PLAIN.apply(session, operations, at)
