"""Keeping the sums: what was written since the mark is added, however long its transaction was open; or all anew.

Rows become visible out of order: an id or a time given out early may commit late. What never comes late is the oldest
transaction still under way: every row of an older one is seen or never will be. So the mark is a transaction's number,
each run takes the rows from the mark to the oldest transaction under way, and moves it there in the same transaction.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.usage import rollup_store as store
from billing_app.usage.ports import EntryKey, ItemsUnknown, PurchasedItems, PurchaseKinds

STEP_ROWS = 50_000
MAX_STEPS = 200
REBUILD_IDS = 200_000
COUNTED = 100_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Behind:
    """How far the sums are behind the log.

    Attributes:
        rows: not in the sums yet, counted up to 100,000; `since`: when the first of them was written.
        rolled_at: when the sums were last brought up to date.
    """

    rows: int
    since: datetime | None
    rolled_at: datetime | None


class Rollup:
    """Bring the sums up to date, or build them again. Any number of processes may: one at a time does."""

    def __init__(self, database: Database, purchases: PurchaseKinds, items: PurchasedItems | None = None) -> None:
        self._database = database
        self._items = items or ItemsUnknown(purchases)

    async def roll(self) -> int:
        """Add what is new, in steps of about 50,000 rows, each in a transaction of its own; how many rows."""
        total = 0
        for _ in range(MAX_STEPS):
            rows, more = await self._step()
            total += rows
            if not more:
                break
        return total

    async def rebuild(self) -> int:
        """Forget the sums and add up the whole log again, in one transaction; readers see the old ones until then.

        How many rows were added. Rows of transactions that are under way come with the next `roll`.
        """
        async with self._database.transaction() as session:
            at = await store.mark(session, wait=True)
            assert at is not None, "the migration writes it"
            at = await self._known_cluster(session, at)
            return await self._rebuild(session, at)

    async def behind(self) -> Behind:
        """How much is missing from the sums, and since when."""
        async with self._database.transaction() as session:
            return Behind(*await store.behind(session, COUNTED))

    async def _step(self) -> tuple[int, bool]:
        """One step; how many rows, and whether there is more to do."""
        async with self._database.transaction() as session:
            at = await store.mark(session, wait=False)
            if at is None:  # another process is at it
                return 0, False
            known = await self._known_cluster(session, at)
            if known != at:
                await store.move(session, known)
                return 0, True
            if at.rebuild:
                return await self._rebuild(session, at), True
            _, oldest = await store.server(session)
            if oldest <= at.upto:
                return 0, False
            end = await store.end_of_step(session, begin=at.upto, end=oldest, floor=at.floor_id, limit=STEP_ROWS)
            span = {"begin": at.upto, "end": end, "floor": at.floor_id}
            shares = await self._shares(session, await store.entries_new(session, **span))
            rows = await store.add_new(session, shares, **span)
            await store.move(session, replace(at, upto=end, rolled_at=clock.wall()))
            return rows, end < oldest

    async def _known_cluster(self, session: AsyncSession, at: store.Mark) -> store.Mark:
        """The mark; or, after a restore on another server, one by which all that was restored goes by its id."""
        cluster, _ = await store.server(session)
        if cluster == at.cluster:
            return at
        logger.warning("this database moved to another server: the sums of costs are built again")
        await store.keep_writers_out(session)
        return replace(at, upto=0, floor_id=await store.last_id(session), cluster=cluster, rebuild=True)

    async def _rebuild(self, session: AsyncSession, at: store.Mark) -> int:
        await store.clear(session)
        _, upto = await store.server(session)
        last, rows = await store.last_id(session), 0
        for begin in range(0, last, REBUILD_IDS):
            span = {"begin": begin, "end": min(begin + REBUILD_IDS, last), "floor": at.floor_id, "upto": upto}
            shares = await self._shares(session, await store.entries_old(session, **span))
            rows += await store.add_old(session, shares, **span)
        await store.move(session, replace(at, upto=upto, rebuild=False, rolled_at=clock.wall()))
        return rows

    async def _shares(self, session: AsyncSession, entries: list[EntryKey]) -> list[Mapping[str, Any]]:
        """What each purchase kind paid of each entry, the largest last: it gets what cannot be split."""
        found = await self._items.items(session, entries) if entries else {}
        rows: list[Mapping[str, Any]] = []
        for (customer_id, entry_id), kinds in found.items():
            paid = sorted((credits_, kind) for kind, credits_ in kinds.items() if credits_ > 0)
            total, below = sum(credits_ for credits_, _ in paid), 0
            for credits_, (kind, item) in paid:
                rows.append(
                    {
                        "customer_id": customer_id,
                        "entry_id": entry_id,
                        "purchase": kind,
                        "item": item,
                        "below": below,
                        "weight": credits_,
                        "total": total,
                    }
                )
                below += credits_
        return rows
