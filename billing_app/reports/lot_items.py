"""Of what item the credits of entries were: what the sums of costs ask, so that a cost meets what was sold."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.arrays import integers

# As `credits.lot_kinds`: what was carried over or given back came from another lot first, and that one counts. What
# a lot is an item of is written in the transaction that grants it and never changes.
_ITEMS = text(
    """WITH RECURSIVE asked AS (
        SELECT DISTINCT * FROM unnest(CAST(:customers AS bigint[]), CAST(:entries AS bigint[])) AS a(customer_id, id)
    ), taken AS (
        SELECT e.customer_id, e.id, a.lot_id, sum(a.credits)::bigint AS credits
        FROM asked JOIN credit_entries e USING (customer_id, id)
        LEFT JOIN credit_allocations a ON a.customer_id = e.customer_id AND a.entry_id = e.id
        GROUP BY 1, 2, 3
    ), walk AS (
        SELECT k.customer_id, k.lot_id AS lot, l.id, l.kind, l.origin_lot_id, l.source, l.payment
        FROM (SELECT DISTINCT customer_id, lot_id FROM taken WHERE lot_id IS NOT NULL) k
        JOIN credit_lots l ON l.customer_id = k.customer_id AND l.id = k.lot_id
        UNION ALL
        SELECT w.customer_id, w.lot, o.id, o.kind, o.origin_lot_id, o.source, o.payment FROM walk w
        JOIN credit_lots o ON o.customer_id = w.customer_id AND o.id = w.origin_lot_id
        WHERE w.kind IN ('rollover', 'reversal')
    ), roots AS (
        SELECT r.customer_id, r.lot, r.kind, coalesce(i.kind || ':' || i.code, c.kind || ':' || c.code, '') AS item
        FROM walk r
        LEFT JOIN plan_windows w ON r.kind = 'plan' AND w.customer_id = r.customer_id AND w.source = r.source
        LEFT JOIN catalog_items i ON i.id = w.item_id
        LEFT JOIN LATERAL (SELECT kind, code FROM checkouts o WHERE r.kind = 'purchase'
            AND o.customer_id = r.customer_id
            AND (o.stripe_session_id = r.source OR o.stripe_payment_intent = r.payment) ORDER BY o.id LIMIT 1) c ON true
        WHERE r.kind NOT IN ('rollover', 'reversal') OR r.origin_lot_id IS NULL
    )
    SELECT t.customer_id, t.id, r.kind, coalesce(r.item, '') AS item, sum(t.credits)::bigint AS credits
    FROM taken t LEFT JOIN roots r ON r.customer_id = t.customer_id AND r.lot = t.lot_id
    GROUP BY 1, 2, 3, 4"""
)


class LotItems:
    """Credits of ledger entries by kind and item of their lots. The answers never change."""

    async def items(
        self, session: AsyncSession, entries: Collection[tuple[int, int]]
    ) -> Mapping[tuple[int, int], Mapping[tuple[str, str], int]]:
        """Credits that each (customer, entry) took, by kind and item; an entry there is not is left out."""
        values = {"customers": integers(one for one, _ in entries), "entries": integers(entry for _, entry in entries)}
        shares: dict[tuple[int, int], dict[tuple[str, str], int]] = defaultdict(dict)
        for row in await session.execute(_ITEMS, values):
            of_entry = shares[row.customer_id, row.id]
            if row.kind is not None and row.credits:
                of_entry[row.kind, row.item] = row.credits
        return shares
