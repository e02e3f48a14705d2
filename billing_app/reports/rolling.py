"""Keeping the sums of revenue: what is new in the ledger, the invoices and the unlocks is added; or all anew.

A customer's entries and lots count without gaps and are given out under the lock of the account, so they become visible
in order: what is new is what lies after the last one that was taken in, however long any transaction was open.
"""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.in_force import NoCatalog
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports import payment_store, sale_store, sales
from billing_app.reports import rolling_store as store
from billing_app.reports.invoicing import sales_of
from billing_app.reports.lots import Account, Sums
from billing_app.reports.rolling_store import News
from billing_app.reports.sales import Sale

STEP_ENTRIES = 20_000
STEP_CUSTOMERS = 2_000
STEP_SALES = 2_000
MAX_STEPS = 5_000


class RevenueRollup:
    """Bring the sums of revenue up to date, or build them again. Any number of processes may: one at a time does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalog = CatalogService(database)
        self._steps = (_ledger, _invoices, _unlocks, _days, self._payments)

    async def roll(self) -> int:
        """Add what is new, in steps of about 20,000 entries, each in a transaction of its own.

        Returns:
            How many entries, lots and sales were taken in.
        """
        total = 0
        for step in self._steps:
            for _ in range(MAX_STEPS):
                async with self._database.transaction() as session:
                    if not await store.lock(session, wait=False):  # another process is at it
                        return total
                    done = await step(session)
                if not done:
                    break
                total += done
        async with self._database.transaction() as session:
            if await store.lock(session, wait=False):
                await store.rolled(session, clock.wall())
        return total

    async def add_all(self, session: AsyncSession, most: int) -> bool | None:
        """Add what is new in the caller's transaction. None: somebody else is at it; False: it takes more steps."""
        if not await store.lock(session, wait=False):
            return None
        for step in self._steps:
            for _ in range(most):
                if not await step(session):
                    break
            else:
                return False
        return True

    async def rebuild(self) -> int:
        """Forget the sums and build them again, in one transaction; readers see the old ones until then.

        Returns:
            How many entries, lots and sales were taken in.
        """
        total = 0
        async with self._database.transaction() as session:
            await store.lock(session, wait=True)
            await store.clear(session)
            for step in self._steps:
                while done := await step(session):
                    total += done
            await store.rolled(session, clock.wall())
        return total

    async def behind(self) -> tuple[int, datetime | None]:
        """How many entries of the ledger are not in the sums yet; when they were brought up to date last."""
        async with self._database.transaction() as session:
            return await store.behind(session)

    async def _payments(self, session: AsyncSession) -> int:
        """Take in payments; a fee that was not told yet is modelled by the catalogue in force."""
        try:
            models = (await self._catalog.published(session=session)).catalog.payment_fees
        except NoCatalog:
            models = ()
        return await payment_store.take_in(session, models, STEP_SALES)


async def _ledger(session: AsyncSession) -> int:
    """Take in lots and entries of some customers."""
    found = await store.news(session, STEP_CUSTOMERS)
    if not found:
        return 0
    chosen = _portion(found)
    sums, accounts = Sums(), {one.customer_id: Account(one.customer_id) for one, _ in chosen}
    lots, payments = await store.new_lots(session, [(one.customer_id, one.lots, one.lot_count) for one, _ in chosen])
    parts = await store.parts(session, [(one.customer_id, one.entries, upto) for one, upto in chosen])
    fresh = {(customer_id, lot.id) for customer_id, news in lots.items() for lot in news}
    wanted = {(customer_id, part.lot_id) for customer_id, part in parts} - fresh
    wanted |= {
        (customer_id, lot.origin)
        for customer_id, news in lots.items()
        for lot in news
        if lot.origin is not None and (customer_id, lot.origin) not in fresh
    }
    await store.known_lots(session, accounts, sorted(wanted))
    for customer_id, news in lots.items():
        accounts[customer_id].begin(news, sums)
    for customer_id, part in parts:
        accounts[customer_id].move(part, sums)
    await store.add(session, sums)
    await store.keep_lots(session, accounts.values())
    await store.keep_accounts(session, [(one.customer_id, upto, one.lot_count) for one, upto in chosen])
    await sale_store.look_again(session, payments)
    return sum(upto - one.entries + one.lot_count - one.lots for one, upto in chosen)


def _portion(found: list[News]) -> list[tuple[News, int]]:
    """Customers up to about so many entries in all, each with the entry up to which; more of one waits."""
    chosen: list[tuple[News, int]] = []
    left = STEP_ENTRIES
    for one in found:
        if left <= 0:
            break
        upto = min(one.entry_count, one.entries + left)
        chosen.append((one, upto))
        left -= max(1, upto - one.entries)
    return chosen


async def _invoices(session: AsyncSession) -> int:
    """Take in paid invoices: what of them does not sit on credits."""
    invoices, again = await sale_store.new_invoices(session, STEP_SALES)
    before = await sale_store.of_invoices(session, again)
    await _replace(session, before, [sale for invoice in invoices for sale in sales_of(invoice)])
    return len(invoices)


async def _unlocks(session: AsyncSession) -> int:
    """Take in unlocks that were sold, used or refunded."""
    changed = await sale_store.changed_unlocks(session, STEP_SALES)
    if changed:
        before = await sale_store.by_source(session, [sale.source for sale in changed])
        await _replace(session, before, changed)
    return len(changed)


async def _days(session: AsyncSession) -> int:
    """Let time pass for what is earned by day."""
    today, sums = _today(), Sums()
    found = await sale_store.running(session, today, STEP_SALES)
    for sale, upto in found:
        sales.add_days(sale, after=upto, upto=today, sums=sums)
    await store.add(session, sums)
    await sale_store.keep(session, [sale for sale, _ in found], today)
    return len(found)


async def _replace(session: AsyncSession, before: list[tuple[Sale, date]], now: list[Sale]) -> None:
    """Take sales out of the sums as they were, and add them as they are."""
    today, sums = _today(), Sums()
    for sale, upto in before:
        sales.add(sale, upto, sums, sign=-1)
    for sale in now:
        sales.add(sale, today, sums)
    await store.add(session, sums)
    kept = {sale.source for sale in now}
    await sale_store.forget(session, [sale.source for sale, _ in before if sale.source not in kept])
    await sale_store.keep(session, now, today)


def _today() -> date:
    return clock.now().date()
