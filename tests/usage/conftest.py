"""A cost log on a database of the test's own, with four customers."""

import pytest

from billing_app.accounts.customers import ensure_customer
from billing_app.db.engine import Database
from billing_app.usage import CostCorrections, CostLog, CostReads, PriceBook, Rollup
from tests.usage.books import Costs, Ledger, Plans


@pytest.fixture
async def costs(database: Database) -> Costs:
    async with database.transaction() as session:
        customers = [(await ensure_customer(session, f"host-{number}")).id for number in range(4)]
    ledger = Ledger()
    return Costs(
        database,
        ledger,
        CostLog(database, purchases=ledger, plans=Plans()),
        CostCorrections(database),
        PriceBook(database),
        Rollup(database, ledger),
        CostReads(database),
        customers,
    )
