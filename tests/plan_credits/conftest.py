"""A database with a small catalogue, and a clock that begins on 31 January 2027."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from billing_app.catalog.loading import read_source
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService, Ledger
from billing_app.db.engine import Database
from billing_app.db.stamp import Identity, stamp
from billing_app.entitlements.plan_credits.free_months import FreeMonths
from billing_app.entitlements.plan_credits.service import PlanCreditService
from billing_app.settings import Mode
from tests.plan_credits.subscriber import START, World

CATALOG = Path(__file__).with_name("shelf.toml")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """The services of plan credits, put together as in the product."""
    database = Database(database_url, follows_clock=True)
    async with database.transaction() as session:
        await stamp(session, Identity(Mode.SANDBOX, "acct_sandbox", False))
    catalog = CatalogService(database)
    await catalog.apply(read_source(str(CATALOG)))
    ledger = Ledger(due_grants=FreeMonths(catalog))
    credits = CreditService(database, ledger)
    made = World(database, catalog, credits, PlanCreditService(database, catalog, ledger))
    await made.to(START)
    yield made
    await credits.close()
    await database.close()
