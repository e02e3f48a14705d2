"""A host product's customers, called by the host's own ids: found, made on first sight, created or updated."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from psycopg import OperationalError

from billing_app import clock
from billing_app.accounts import store
from billing_app.accounts.customers import CustomerView, check_external_id, get_customer
from billing_app.accounts.email_address import parse_email
from billing_app.accounts.one_line import person_name
from billing_app.db.direct import Rows, Statement
from billing_app.db.engine import Database
from billing_app.errors import NotFound
from billing_app.journal.audit import Actor, audit

REMEMBERED = 100_000
TRUSTED_S = 2.0
"""How long a process goes on with what it has read: erasing takes an id from its customer, in any process."""
_LONGEST_ERASURE = timedelta(hours=1)
"""From the moment an erasure notes to its commit, and by how much two servers' clocks may differ."""
_MANY_ERASED = 1_000
"""So many at once, and everybody is forgotten."""
MAX_TOGETHER = 1_000


class UnknownCustomer(NotFound):
    """No customer of that id has been seen yet; `PUT /api/v1/customers/{id}` makes one."""

    code = "unknown_customer"
    title = "No such customer"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Stands for a value that was not sent: it stays as it is."""


UNCHANGED = Unchanged()


class HostCustomers:
    """One per process. Which customer an id means changes only by erasing: who was erased is asked every two seconds,
    whatever the number of customers, and all others are remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, int] = OrderedDict()
        self._asked = -TRUSTED_S
        self._asked_at = clock.wall()
        self._asking = asyncio.Lock()

    async def find(self, external_id: str) -> int | None:
        """The customer's number; None: not seen yet."""
        await self._forget_erased()
        known = self._known.get(external_id)
        if known is not None:
            return known
        found = await self._look_up([check_external_id(external_id)])
        return self._remember(external_id, found[external_id]) if found else None

    async def need(self, external_id: str) -> int:
        """The customer's number.

        Raises:
            UnknownCustomer: not seen yet.
        """
        found = await self.find(external_id)
        if found is None:
            raise UnknownCustomer("There is no customer of this id yet. PUT /api/v1/customers/{id} makes one.")
        return found

    async def ensure(self, external_id: str) -> int:
        """The customer's number; made on first sight, so that a host needs no step before the first charge."""
        await self._forget_erased()
        known = self._known.get(external_id)
        return known if known is not None else (await self.ensure_all([external_id]))[external_id]

    async def ensure_all(self, external_ids: Iterable[str]) -> dict[str, int]:
        """The numbers of many, at most 1,000; those not seen yet are made, in one transaction.

        Raises:
            InvalidInput: one of them is no id; nothing was made.
        """
        wanted = {check_external_id(one) for one in external_ids}
        assert len(wanted) <= MAX_TOGETHER, "the API's lists are shorter"
        await self._forget_erased()
        told = {one: known for one in wanted if (known := self._known.get(one)) is not None}
        missing = sorted(wanted - told.keys())
        if missing:
            found = await self._look_up(missing)
            new = [one for one in missing if one not in found]
            if new:
                async with self._database.transaction() as session:
                    found |= await store.add_customers(session, new, clock.now())
            if len(found) < len(missing):  # another request made some in between
                found |= await self._look_up(missing)
            for external_id, customer_id in found.items():
                told[external_id] = self._remember(external_id, customer_id)
        return told

    async def look(self, external_id: str) -> CustomerView:
        """Who the customer is.

        Raises:
            UnknownCustomer: not seen yet.
        """
        customer_id = await self.need(external_id)
        async with self._database.transaction() as session:
            return await get_customer(session, customer_id)

    async def put(
        self,
        external_id: str,
        *,
        name: str | Unchanged | None = UNCHANGED,
        email: str | Unchanged | None = UNCHANGED,
        by: Actor,
    ) -> tuple[CustomerView, bool]:
        """Create the customer, or change what is named; None takes a value away. Doing it again changes nothing.

        Returns:
            The customer, and whether it was made now.

        Raises:
            InvalidInput: id, name or e-mail cannot be.
        """
        check_external_id(external_id)
        values: dict[str, str | None] = {}
        if not isinstance(name, Unchanged):
            values["name"] = person_name(name) if name is not None else None
        if not isinstance(email, Unchanged):
            values["email"] = parse_email(email).address if email is not None else None
        async with self._database.transaction() as session:
            made = await store.add_customer(
                session,
                external_id=external_id,
                name=values.get("name"),
                email=values.get("email"),
                at=clock.now(),
            )
            customer = made or await store.customer_by_external_id(session, external_id)
            assert customer is not None, "it is there, or was made"
            assert customer.id is not None
            changed = [one for one, value in values.items() if made is None and getattr(customer, one) != value]
            for one in changed:
                setattr(customer, one, values[one])
            if made or changed:
                action = "customer.created" if made else "customer.updated"
                # People by number: neither names nor addresses lie in the audit log.
                await audit(session, by, action, f"customer:{customer.id}", after={"changed": changed})
            view = CustomerView(customer.id, customer.external_id, customer.name, customer.email)
        self._remember(external_id, view.id)
        return view, made is not None

    async def _forget_erased(self) -> None:
        """Forget the ids that were taken from their customers since this was asked."""
        if time.monotonic() - self._asked < TRUSTED_S:
            return
        async with self._asking:
            if time.monotonic() - self._asked < TRUSTED_S:  # another request has asked meanwhile
                return
            asked, asked_at = time.monotonic(), clock.wall()
            since = self._asked_at - _LONGEST_ERASURE
            erased = {row[0] for row in await self._read(store.customers_erased_since(since, _MANY_ERASED))}
            if len(erased) == _MANY_ERASED:
                self._known.clear()
            elif erased:
                for external_id in [one for one, customer_id in self._known.items() if customer_id in erased]:
                    del self._known[external_id]
            self._asked, self._asked_at = asked, asked_at

    async def _look_up(self, external_ids: Sequence[str]) -> dict[str, int]:
        return dict(await self._read(store.customers_by_external_ids(external_ids)))

    async def _read(self, statement: Statement) -> Rows:
        """The rows, in one trip; a connection that has died meanwhile is found out by asking once more."""
        writers = self._database.writers
        for again in (True, False):
            try:
                async with writers.take() as direct:
                    (rows,) = await direct.trip([statement])
            except OperationalError:
                if not again:
                    raise
                await writers.forget_idle()
            else:
                return rows
        raise AssertionError("answered or raised")

    def _remember(self, external_id: str, customer_id: int) -> int:
        self._known[external_id] = customer_id
        self._known.move_to_end(external_id)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return customer_id
