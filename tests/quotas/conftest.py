"""A house with a catalogue and no HTTP: the services that quotas need, on a database of the test's own."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from billing_app import clock
from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.items import ItemKind
from billing_app.catalog.loading import Source, read_source
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService, Grant, LotKind
from billing_app.db.engine import Database
from billing_app.entitlements.quotas.administration import UsageAdministration
from billing_app.entitlements.service import EntitlementService
from billing_app.entitlements.subscriptions import store
from billing_app.gates import FunctionGates
from billing_app.journal.audit import CLI


@dataclass
class House:
    """The services on one database; several houses may share it."""

    database: Database
    catalog: CatalogService
    credits: CreditService
    entitlements: EntitlementService
    gates: FunctionGates
    administration: UsageAdministration
    people: Any = field(default_factory=lambda: itertools.count(1))

    async def apply(self, name: str, extra: str = "") -> None:
        """Put a preset on sale, with more of it if asked."""
        source = read_source(name)
        await self.catalog.apply(Source(source.name, source.text + extra), by=CLI)

    async def a_customer(self, *, credits: int = 0) -> int:
        """Somebody on the free plan, since long ago."""
        number = next(self.people)
        async with self.database.transaction() as session:
            made = await ensure_customer(session, f"host-{number}", name="Ada", email="ada@example.com")
        if credits:
            await self.credits.grant(
                Grant(
                    customer_id=made.id,
                    credits=credits,
                    kind=LotKind.PROMOTION,
                    label="Welcome",
                    source=f"welcome-{number}",
                )
            )
        return made.id

    async def subscribe(
        self, customer_id: int, plan: str, *, period: str = "month", since: datetime | None = None, **fields: Any
    ) -> int:
        """A subscription as the mirror has it after Stripe said so."""
        begun = since or clock.now()
        offer = await self.catalog.offer(ItemKind.PLAN, plan, period)
        async with self.database.transaction() as session:
            made = await store.add(
                session,
                {
                    "customer_id": customer_id,
                    "stripe_subscription_id": f"sub_{customer_id}_{next(self.people)}",
                    "item_id": offer.item_id,
                    "plan_code": plan,
                    "period": period,
                    "amount_minor": offer.price.minor if offer.price else None,
                    "currency": "USD",
                    "status": "active",
                    "started_at": begun,
                    "anchor": begun,
                    "current_period_start": begun,
                    "current_period_end": begun + timedelta(days=30),
                    "asked_at": clock.wall(),
                    **fields,
                },
            )
        return made.id

    async def set(self, subscription_id: int, **fields: Any) -> None:
        """What Stripe says of it now."""
        async with self.database.transaction() as session:
            await store.write(session, subscription_id, fields)

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """What lies in the database."""
        async with self.database.transaction() as session:
            found = await session.execute(text(query), parameters)
            return [dict(row) for row in found.mappings()]


def put_together(database: Database) -> House:
    """The services of one process."""
    catalog, credits = CatalogService(database), CreditService(database)
    entitlements = EntitlementService(database, catalog, credits)
    return House(
        database, catalog, credits, entitlements, FunctionGates(entitlements), UsageAdministration(database, catalog)
    )


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """The house, without a catalogue yet."""
    made = put_together(database)
    yield made
    await made.credits.close()


@pytest.fixture
async def two_houses(database_url: str) -> AsyncIterator[tuple[House, House]]:
    """Two processes on one database."""
    async with AsyncExitStack() as stack:
        houses: list[House] = []
        for _ in range(2):
            database = Database(database_url, pool_size=8, follows_clock=True)
            stack.push_async_callback(database.close)
            made = put_together(database)
            stack.push_async_callback(made.credits.close)
            houses.append(made)
        yield houses[0], houses[1]
