"""One customer's ledger, as the state machines see it: written at times of their choosing, and read without a write."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from billing_app.credits import Balance, EntryView, Ledger, Operation
from billing_app.credits.balance import balance_of
from billing_app.credits.doctor import audit
from billing_app.credits.due import settle
from billing_app.credits.explain import entry_view
from billing_app.credits.glance import Glances
from billing_app.credits.loading import load_unlocked
from billing_app.credits.pipeline import driver_of
from billing_app.credits.reading import entries_before
from billing_app.credits.service import due_entries
from billing_app.db.engine import Database

_customers = count(1)


class World:
    """One customer of one database, whose time the test sets."""

    def __init__(self, database: Database, run: Callable[[Any], Any]) -> None:
        self.database = database
        self.run = run
        self.ledger = Ledger()
        self.customer_id = next(_customers)

    def apply(self, operations: list[Operation], at: datetime) -> list[Any]:
        """Apply and commit."""
        return self.run(self._apply(operations, at))

    async def _apply(self, operations: list[Operation], at: datetime) -> list[Any]:
        async with self.database.transaction() as session:
            return await self.ledger.apply(session, operations, at)

    def seen(self, at: datetime) -> tuple[Balance, list[EntryView]]:
        """What the customer is shown at a moment, without any write."""
        return self.run(self._seen(at))

    async def _seen(self, at: datetime) -> tuple[Balance, list[EntryView]]:
        async with self.database.as_customer(self.customer_id) as session:
            connection = await driver_of(session)
            book = await load_unlocked(connection, self.customer_id, at)
            settle(book, at)
            booked = await entries_before(connection, self.customer_id, before=2**62, limit=10_000)
        glanced = await Glances(self.database).glance(self.customer_id)
        if glanced is not None and glanced.entry_count:
            settle(glanced, at)
            assert balance_of(glanced) == balance_of(book), "the short way to a balance sees what the long one sees"
        return balance_of(book), [*due_entries(book), *(entry_view(one, label) for one, label in booked)]

    def drift(self) -> Any:
        """The audit of this customer."""
        return self.run(self._drift())

    async def _drift(self) -> Any:
        async with self.database.transaction() as session:
            return await audit(session, [self.customer_id])
