"""Whether what is owed by the sums is what the ledger, the invoices and the unlocks say, in each currency."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.errors import Unavailable
from billing_app.reports import sale_store, sums_store
from billing_app.reports.owing import Moved, owed
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.sales import earned_in_all

MAX_STEPS = 50
TRIES = 10
PAUSE_S = 0.5
_SERIALIZATION_FAILURE = "40001"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Tie:
    """What is owed in one currency: minor units, and paid credits left."""

    currency: str
    summed_minor: int
    owed_minor: int
    summed_credits: int
    owed_credits: int

    @property
    def holds(self) -> bool:
        """Both agree, to the minor unit and the credit."""
        return (self.summed_minor, self.summed_credits) == (self.owed_minor, self.owed_credits)


class RevenueTies:
    """Looks in one moment of the database, in which all that is new is added first, so that a busy shop ties too."""

    def __init__(self, database: Database, rollup: RevenueRollup) -> None:
        self._database = database
        self._rollup = rollup

    async def look(self, by: Reader) -> tuple[Tie, ...]:
        """Compare in every currency in which anything was ever sold. Nothing is changed.

        Raises:
            Unavailable: the sums are far behind, or are being built again.
        """
        may_read(by)
        for _ in range(TRIES):
            try:
                found = await self._undone(self._ties)
            except DBAPIError as error:
                # The sums were written between the first look and the lock.
                if getattr(error.orig, "sqlstate", None) != _SERIALIZATION_FAILURE:
                    raise
                found = None
            if found is not None:
                return found
            await asyncio.sleep(PAUSE_S)
        raise Unavailable("The sums of revenue are being written. Ask again in a minute.")

    async def _undone(self, look: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        """In one snapshot; whatever it writes is rolled back."""
        engine = self._database.engine.execution_options(isolation_level="REPEATABLE READ")
        async with AsyncSession(engine) as session:
            try:
                return await look(session)
            finally:
                await session.rollback()

    async def _ties(self, session: AsyncSession) -> tuple[Tie, ...] | None:
        added = await self._rollup.add_all(session, MAX_STEPS)
        if added is None:
            return None
        if not added:
            raise Unavailable("The sums of revenue are far behind the ledger. Does the worker run?")
        return tuple([await _tie(session, currency) for currency in await sums_store.currencies(session, None)])


async def _tie(session: AsyncSession, currency: str) -> Tie:
    moved = Moved()
    for row in await sums_store.until(session, clock.now().date(), currency):
        moved.add(row.movement, row.amount, row.credits)
    minor, credits = await sums_store.left_in_lots(session, currency)
    sales = await sale_store.unearned(session, currency)
    minor += sum(sale.amount_minor - earned_in_all(sale, upto) for sale, upto in sales)
    return Tie(currency, owed(moved.minor), minor, owed(moved.credits), credits)
