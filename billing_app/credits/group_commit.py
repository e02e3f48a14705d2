"""Group commit: concurrent callers' operations go through the engine together, in one transaction.

While one batch is being committed the next one gathers; a caller who finds a free lane does not wait for company.
A customer is in one batch at a time, so that what comes for a busy customer gathers instead of waiting for its lock.
"""

import asyncio
import logging
import os
import secrets
from collections import deque
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from billing_app.credits.engine import MAX_OPERATIONS, Ledger
from billing_app.credits.lot_operations import Void
from billing_app.credits.operations import Adjust, Consume, Hold, Operation, Reverse
from billing_app.credits.outcomes import Outcome, Success
from billing_app.credits.pipeline import ROLLBACK, execute
from billing_app.db.engine import Database
from billing_app.db.looking import refuse_if_looking
from billing_app.errors import DomainError, InvalidInput, Unavailable

logger = logging.getLogger(__name__)

MAX_WAITING = 5_000
LANES = 2
RETRY_PAUSES_S = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0)
_NEEDS_KEY = (Consume, Hold, Reverse, Adjust, Void)


class QueueFull(Unavailable):
    """More operations are waiting than will be served soon; nothing was taken."""

    code = "ledger_busy"


class FateUnknown(Unavailable):
    """The answer to a commit was lost and could not be found out; the same key finds out, and acts only once."""

    code = "fate_unknown"


@dataclass(slots=True, eq=False)
class _Member:
    operation: Operation
    answer: asyncio.Future[Success]

    def settle(self, outcome: Outcome) -> None:
        """Tell the caller, unless it went away; its operation is done all the same."""
        if self.answer.done():
            return
        if isinstance(outcome, DomainError):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)

    def fail(self, error: Exception) -> None:
        """Tell the caller that it went wrong."""
        if not self.answer.done():
            self.answer.set_exception(error)


class GroupCommit:
    """Takes operations one by one and commits them together."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        *,
        lanes: int = LANES,
        max_batch: int = MAX_OPERATIONS,
        max_waiting: int = MAX_WAITING,
        retry_pauses_s: Sequence[float] = RETRY_PAUSES_S,
    ) -> None:
        """Limits of the groups.

        Args:
            lanes: transactions under way at a time.
            max_batch: members of one transaction, at most 500.
            max_waiting: members in all, waiting or under way.
            retry_pauses_s: how long to wait before each further try when the database has gone away.
        """
        if not 1 <= max_batch <= MAX_OPERATIONS:
            raise InvalidInput(f'"max_batch" must be a whole number from 1 to {MAX_OPERATIONS}.', field="max_batch")
        self._database = database
        self._ledger = ledger
        self._lanes = lanes
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._retry_pauses_s = retry_pauses_s
        self._ready: deque[_Member] = deque()
        self._parked: dict[int, list[_Member]] = {}
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._members = 0
        self._closed = False
        self._key_prefix = ""
        self._keys_made = 0

    async def submit(self, operation: Operation) -> Success:
        """Commit one operation, together with those of other callers.

        Raises:
            DomainError: the refusal, if it was refused.
            QueueFull: too many are waiting; retry after a second.
            FateUnknown: the database went away during the commit; retry with the same key.
        """
        refuse_if_looking()
        if self._members >= self._max_waiting or self._closed:
            raise QueueFull("The ledger is busy; nothing was taken. Try again in a second.", retry_after_s=1)
        if operation.key is None and isinstance(operation, _NEEDS_KEY):
            operation = self._keyed(operation)
        member = _Member(operation, asyncio.get_running_loop().create_future())
        self._members += 1
        self._ready.append(member)
        self._start_lanes()
        return await member.answer

    async def submit_all(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Commit many, each by itself, in as few transactions as can be; a refusal is answered, not raised.

        Raises:
            QueueFull: there is no room for all of them; nothing was taken.
        """
        refuse_if_looking()
        if self._members + len(operations) > self._max_waiting or self._closed:
            raise QueueFull("The ledger is busy; nothing was taken. Try again in a second.", retry_after_s=1)
        loop = asyncio.get_running_loop()
        members = [
            _Member(self._keyed(one) if one.key is None and isinstance(one, _NEEDS_KEY) else one, loop.create_future())
            for one in operations
        ]
        self._members += len(members)
        self._ready.extend(members)
        self._start_lanes()
        outcomes: list[Outcome] = []
        if members:
            await asyncio.wait([member.answer for member in members])
        for member in members:
            error = member.answer.exception()
            if error is not None and not isinstance(error, DomainError):
                raise error
            outcomes.append(error if error is not None else member.answer.result())
        return outcomes

    async def close(self) -> None:
        """Take nothing more and wait until all that was taken is done."""
        self._closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _keyed(self, operation: Operation) -> Operation:
        """A key of our own, so that the operation can be retried when the answer to its commit is lost."""
        if not self._key_prefix.startswith(f"{os.getpid()}-"):
            self._key_prefix = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._keys_made += 1
        keyed = copy(operation)
        object.__setattr__(keyed, "key", f"auto:{self._key_prefix}:{self._keys_made}")
        return keyed

    def _start_lanes(self) -> None:
        if len(self._tasks) < self._lanes and self._ready:
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._lane_ended)

    def _lane_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("A lane of the ledger failed", exc_info=error)
        self._start_lanes()

    async def _drain(self) -> None:
        while batch := self._next_batch():
            try:
                await self._commit(batch)
            finally:
                self._end(batch)

    def _next_batch(self) -> list[_Member]:
        """The oldest members whose customers are in no other batch."""
        batch: list[_Member] = []
        customers: set[int] = set()
        while self._ready and len(batch) < self._max_batch:
            member = self._ready.popleft()
            customer_id = member.operation.customer_id
            if customer_id in self._busy:
                self._parked.setdefault(customer_id, []).append(member)
                continue
            customers.add(customer_id)
            batch.append(member)
        self._busy |= customers
        return batch

    def _end(self, batch: Sequence[_Member]) -> None:
        self._members -= len(batch)
        for member in batch:
            if not member.answer.done():  # the lane was cancelled, at shutdown
                member.fail(FateUnknown("The ledger was stopped; retry with the same key.", key=member.operation.key))
        for customer_id in {member.operation.customer_id for member in batch}:
            self._busy.discard(customer_id)
            self._ready.extendleft(reversed(self._parked.pop(customer_id, ())))
        self._start_lanes()

    async def _commit(self, batch: Sequence[_Member]) -> None:
        """Commit the batch. After an error of one, each alone, once: only the culprit fails."""
        error = await self._attempt(batch)
        if error is None:
            return
        if len(batch) > 1:
            logger.warning("A batch of %d was rolled back (%s); each goes alone", len(batch), error)
        for member in batch:
            alone = await self._attempt([member])
            if alone is not None:
                logger.error("An operation cannot be booked", exc_info=alone)
                member.fail(alone)

    async def _attempt(self, batch: Sequence[_Member]) -> Exception | None:
        """Try until the fate of the batch is known. Returns the error if the database refused it, and rolled back."""
        attempt = _Attempt([member.operation for member in batch])
        for pause_s in (*self._retry_pauses_s, None):
            try:
                outcomes = await self._committed(attempt)
            except Exception as error:
                if not is_connection_lost(error):
                    return error
                attempt.lost = error
                logger.warning("The database went away (%s)", error)
                await self._database.writers.forget_idle()
            else:
                for member, outcome in zip(batch, outcomes, strict=True):
                    member.settle(outcome)
                return None
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        for member in batch:
            member.fail(_gave_up(attempt.committing, member.operation.key, attempt.lost))
        return None

    async def _committed(self, attempt: "_Attempt") -> list[Outcome]:
        """The outcomes, committed, in two trips to the server; a rare batch that needs a session takes more."""
        operations = attempt.operations
        async with self._database.writers.take() as connection:
            decided = await self._ledger.begin(connection, operations, follow_clock=self._database.follows_clock)
            if decided is not None:
                attempt.committing = True
                await self._ledger.finish(connection, decided)
                return decided.outcomes
            await execute(connection, [ROLLBACK])
        async with self._database.transaction() as session:
            outcomes = await self._ledger.apply(session, operations)
            attempt.committing = True
        return outcomes


@dataclass(slots=True)
class _Attempt:
    """What is tried. `committing`: a commit was sent, so that its fate may be unknown; `lost`: the last failure."""

    operations: list[Operation]
    committing: bool = False
    lost: Exception | None = None


def is_connection_lost(error: Exception) -> bool:
    """Whether the server may have gone on without us, or could not be reached: trying again may go better."""
    if isinstance(error, PoolTimeout | OSError):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    # Class 08: connection lost. 57P: the server stops or starts, or an operator ended the connection.
    return cause.sqlstate is None or cause.sqlstate.startswith(("08", "57P"))


def _gave_up(committing: bool, key: str | None, error: Exception | None) -> Unavailable:
    if committing:
        made: Unavailable = FateUnknown(
            "Whether this was booked is unknown; retry with the same key to find out.", key=key, retry_after_s=5
        )
    else:
        made = Unavailable("The database cannot be reached; nothing was booked. Try again.", retry_after_s=5)
    made.__cause__ = error
    return made
