"""From what kind of lots the credits of entries came: what the cost log asks, so that a cost meets its purchase."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# What was carried over or given back came from another lot first: that one's kind counts. A lot's origin is older than
# the lot, and so is its id, which ends the walk. Sums of allocations per lot: an entry may take from a lot twice.
_SHARES = text(
    """WITH RECURSIVE asked AS (
        SELECT DISTINCT * FROM unnest(CAST(:customers AS bigint[]), CAST(:entries AS bigint[])) AS a(customer_id, id)
    ), there AS (
        SELECT e.customer_id, e.id FROM asked JOIN credit_entries e USING (customer_id, id)
    ), taken AS (
        SELECT t.customer_id, t.id, a.lot_id, sum(a.credits)::bigint AS credits
        FROM there t LEFT JOIN credit_allocations a ON a.customer_id = t.customer_id AND a.entry_id = t.id
        GROUP BY 1, 2, 3
    ), walk AS (
        SELECT k.customer_id, k.lot_id AS lot, l.kind, l.origin_lot_id
        FROM (SELECT DISTINCT customer_id, lot_id FROM taken WHERE lot_id IS NOT NULL) k
        JOIN credit_lots l ON l.customer_id = k.customer_id AND l.id = k.lot_id
        UNION ALL
        SELECT w.customer_id, w.lot, o.kind, o.origin_lot_id FROM walk w
        JOIN credit_lots o ON o.customer_id = w.customer_id AND o.id = w.origin_lot_id
        WHERE w.kind IN ('rollover', 'reversal')
    ), kinds AS (
        SELECT customer_id, lot, kind FROM walk WHERE kind NOT IN ('rollover', 'reversal') OR origin_lot_id IS NULL
    )
    SELECT t.customer_id, t.id, k.kind, sum(t.credits)::bigint AS credits
    FROM taken t LEFT JOIN kinds k ON k.customer_id = t.customer_id AND k.lot = t.lot_id
    GROUP BY 1, 2, 3"""
)
_BY_REFERENCE = text(
    "SELECT id FROM credit_entries WHERE customer_id = :customer_id AND feature = :feature AND reference = :reference"
)


class LotKinds:
    """Credits of ledger entries by kind of lot. Entries and allocations never change, so neither do the answers."""

    async def shares(
        self, session: AsyncSession, entries: Collection[tuple[int, int]]
    ) -> Mapping[tuple[int, int], Mapping[str, int]]:
        """Credits that each (customer, entry) took, by kind; an entry there is not is left out."""
        if not entries:
            return {}
        found = await session.execute(
            _SHARES, {"customers": [one[0] for one in entries], "entries": [one[1] for one in entries]}
        )
        shares: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        for row in found:
            kinds = shares[row.customer_id, row.id]
            if row.kind is not None and row.credits:
                kinds[row.kind] = row.credits
        return shares


async def entry_by_reference(session: AsyncSession, customer_id: int, feature: str, reference: str) -> int | None:
    """The entry that was charged for a business reference; None: nothing was taken from the ledger for it."""
    found = await session.execute(
        _BY_REFERENCE, {"customer_id": customer_id, "feature": feature, "reference": reference}
    )
    return found.scalar_one_or_none()
