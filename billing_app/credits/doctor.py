"""The doctor: every balance computed anew from entries, allocations and lots, and compared with what is stored.

Zero drift is normal. Each check is one set-based query over all customers (or some), so that it runs on any size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.credits.pipeline import driver_of
from billing_app.db.arrays import integers

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold for `count` rows; `examples` are the first of them."""

    rule: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """What the audit looked at and found."""

    accounts: int
    lots: int
    entries: int
    allocations: int
    holds: int
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """No drift."""
        return not self.findings


_COUNTS: LiteralString = """
    SELECT (SELECT count(*) FROM credit_accounts WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[])),
        (SELECT count(*) FROM credit_lots WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[])),
        (SELECT count(*) FROM credit_entries WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[])),
        (SELECT count(*) FROM credit_allocations WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[])),
        (SELECT count(*) FROM credit_holds WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[]))"""

# Each query: customer id, what is wrong in words. `some` limits it to customers; `all` does not.
_RULES: dict[str, LiteralString] = {
    "a lot's remaining is what was granted less its allocations": """
        SELECT l.customer_id, format('lot %%s has %%s left instead of %%s', l.id, l.remaining,
            l.granted - coalesce(a.credits, 0))
        FROM credit_lots l LEFT JOIN (
            SELECT customer_id, lot_id, sum(credits) AS credits FROM credit_allocations
            WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[]) GROUP BY customer_id, lot_id) a
        ON a.customer_id = l.customer_id AND a.lot_id = l.id
        WHERE (%(all)s OR l.customer_id = ANY(%(some)s::bigint[]))
            AND l.granted - coalesce(a.credits, 0) <> l.remaining""",
    "a lot's expired, revoked and voided credits are what entries of these kinds took": """
        SELECT l.customer_id, format('lot %%s: expired %%s/%%s, revoked %%s/%%s, voided %%s/%%s', l.id,
            l.expired, coalesce(a.expired, 0), l.revoked, coalesce(a.revoked, 0), l.voided, coalesce(a.voided, 0))
        FROM credit_lots l LEFT JOIN (
            SELECT a.customer_id, a.lot_id,
                coalesce(sum(a.credits) FILTER (WHERE e.kind = 'expire'), 0) AS expired,
                coalesce(sum(a.credits) FILTER (WHERE e.kind = 'revoke'
                    OR (e.kind = 'restore' AND e.debt_id IS NULL)), 0) AS revoked,
                coalesce(sum(a.credits) FILTER (WHERE e.kind = 'void'), 0) AS voided
            FROM credit_allocations a JOIN credit_entries e ON e.customer_id = a.customer_id AND e.id = a.entry_id
            WHERE (%(all)s OR a.customer_id = ANY(%(some)s::bigint[]))
                AND e.kind IN ('expire', 'revoke', 'restore', 'void')
            GROUP BY a.customer_id, a.lot_id) a
        ON a.customer_id = l.customer_id AND a.lot_id = l.id
        WHERE (%(all)s OR l.customer_id = ANY(%(some)s::bigint[]))
            AND (l.expired, l.revoked, l.voided)
                <> (coalesce(a.expired, 0), coalesce(a.revoked, 0), coalesce(a.voided, 0))""",
    "a customer's entries sum to what is left of the booked lots": """
        SELECT customer_id, format('entries sum to %%s, booked lots to %%s', sum(amount), sum(remaining))
        FROM (
            SELECT customer_id, amount, 0 AS remaining FROM credit_entries
            UNION ALL SELECT customer_id, 0, remaining FROM credit_lots WHERE booked) AS both_sides
        WHERE %(all)s OR customer_id = ANY(%(some)s::bigint[])
        GROUP BY customer_id HAVING sum(amount) <> sum(remaining)""",
    "an entry's amount is what its allocations move, and what its lot brings": """
        SELECT e.customer_id, format('entry %%s (%%s) of %%s instead of %%s', e.id, e.kind, e.amount,
            coalesce(g.granted, 0) - coalesce(a.credits, 0))
        FROM credit_entries e
        LEFT JOIN (
            SELECT customer_id, entry_id, sum(credits) AS credits FROM credit_allocations
            WHERE NOT prepared AND (%(all)s OR customer_id = ANY(%(some)s::bigint[]))
            GROUP BY customer_id, entry_id) a ON a.customer_id = e.customer_id AND a.entry_id = e.id
        LEFT JOIN (
            SELECT l.customer_id, l.id, l.granted - coalesce(sum(p.credits), 0) AS granted
            FROM credit_lots l LEFT JOIN credit_allocations p
            ON p.customer_id = l.customer_id AND p.lot_id = l.id AND p.prepared
            WHERE %(all)s OR l.customer_id = ANY(%(some)s::bigint[])
            GROUP BY l.customer_id, l.id, l.granted) g
        ON g.customer_id = e.customer_id AND g.id = e.lot_id AND e.kind IN ('grant', 'reverse')
        WHERE (%(all)s OR e.customer_id = ANY(%(some)s::bigint[]))
            AND e.amount <> coalesce(g.granted, 0) - coalesce(a.credits, 0)""",
    "a booked lot has one entry that grants it, a prepared one none": """
        SELECT l.customer_id, format('lot %%s has %%s granting entries', l.id, count(e.id))
        FROM credit_lots l LEFT JOIN credit_entries e
        ON e.customer_id = l.customer_id AND e.lot_id = l.id AND e.kind IN ('grant', 'reverse')
        WHERE %(all)s OR l.customer_id = ANY(%(some)s::bigint[])
        GROUP BY l.customer_id, l.id, l.booked HAVING count(e.id) <> l.booked::int""",
    "a customer's entries, lots and holds are numbered without a gap": """
        SELECT a.customer_id, format('entries %%s/%%s, lots %%s/%%s, holds %%s/%%s', a.entry_count, e.n, a.lot_count,
            l.n, a.hold_count, h.n)
        FROM credit_accounts a
        CROSS JOIN LATERAL (SELECT count(*) n, coalesce(max(id), 0) top FROM credit_entries
            WHERE customer_id = a.customer_id) e
        CROSS JOIN LATERAL (SELECT count(*) n, coalesce(max(id), 0) top FROM credit_lots
            WHERE customer_id = a.customer_id) l
        CROSS JOIN LATERAL (SELECT count(*) n, coalesce(max(id), 0) top FROM credit_holds
            WHERE customer_id = a.customer_id) h
        WHERE (%(all)s OR a.customer_id = ANY(%(some)s::bigint[]))
            AND (a.entry_count, a.entry_count, a.lot_count, a.lot_count, a.hold_count, a.hold_count)
                <> (e.n, e.top, l.n, l.top, h.n, h.top)""",
    "nothing belongs to an account, an entry or a lot that is not there": """
        SELECT a.customer_id, format('allocation %%s/%%s of lot %%s', a.entry_id, a.position, a.lot_id)
        FROM credit_allocations a
        WHERE (%(all)s OR a.customer_id = ANY(%(some)s::bigint[])) AND NOT (
            EXISTS (SELECT FROM credit_entries e WHERE e.customer_id = a.customer_id AND e.id = a.entry_id)
            AND EXISTS (SELECT FROM credit_lots l WHERE l.customer_id = a.customer_id AND l.id = a.lot_id))
        UNION ALL
        SELECT l.customer_id, format('lot %%s without an account', l.id) FROM credit_lots l
        WHERE (%(all)s OR l.customer_id = ANY(%(some)s::bigint[]))
            AND NOT EXISTS (SELECT FROM credit_accounts a WHERE a.customer_id = l.customer_id)
        UNION ALL
        SELECT e.customer_id, format('entry %%s without an account', e.id) FROM credit_entries e
        WHERE (%(all)s OR e.customer_id = ANY(%(some)s::bigint[]))
            AND NOT EXISTS (SELECT FROM credit_accounts a WHERE a.customer_id = e.customer_id)""",
    "a hold's lots sum to it": """
        SELECT h.customer_id, format('hold %%s of %%s has lots of %%s', h.id, h.credits, coalesce(sum(p.credits), 0))
        FROM credit_holds h LEFT JOIN credit_hold_lots p ON p.customer_id = h.customer_id AND p.hold_id = h.id
        WHERE %(all)s OR h.customer_id = ANY(%(some)s::bigint[])
        GROUP BY h.customer_id, h.id, h.credits HAVING h.credits <> coalesce(sum(p.credits), 0)""",
    "live holds set aside no more than their lots have, and refunds wait for no more than is held": """
        SELECT l.customer_id, format('lot %%s has %%s, %%s held, %%s due back', l.id, l.remaining,
            coalesce(p.held, 0), l.due_back)
        FROM credit_lots l LEFT JOIN (
            SELECT p.customer_id, p.lot_id, sum(p.credits) AS held
            FROM credit_hold_lots p JOIN credit_holds h ON h.customer_id = p.customer_id AND h.id = p.hold_id
            WHERE h.state = 'live' AND (%(all)s OR p.customer_id = ANY(%(some)s::bigint[]))
            GROUP BY p.customer_id, p.lot_id) p
        ON p.customer_id = l.customer_id AND p.lot_id = l.id
        WHERE (%(all)s OR l.customer_id = ANY(%(some)s::bigint[]))
            AND (coalesce(p.held, 0) > l.remaining OR l.due_back > coalesce(p.held, 0))""",
    "a captured hold has the entry that captured it": """
        SELECT h.customer_id,
            format('hold %%s captured %%s by entry %%s of %%s', h.id, h.captured, h.entry_id, e.amount)
        FROM credit_holds h LEFT JOIN credit_entries e
        ON e.customer_id = h.customer_id AND e.id = h.entry_id AND e.hold_id = h.id AND e.kind = 'consume'
        WHERE (%(all)s OR h.customer_id = ANY(%(some)s::bigint[])) AND h.captured <> -coalesce(e.amount, 0)""",
    "no consumption gives back more than it took": """
        SELECT e.customer_id, format('entry %%s took %%s and gave back %%s', e.id, -e.amount, sum(r.amount))
        FROM credit_entries e JOIN credit_entries r ON r.customer_id = e.customer_id AND r.reverses = e.id
        WHERE %(all)s OR e.customer_id = ANY(%(some)s::bigint[])
        GROUP BY e.customer_id, e.id, e.amount HAVING sum(r.amount) > -e.amount""",
    "a debt has collected what entries took for it": """
        SELECT d.customer_id, format('debt %%s collected %%s, its entries %%s', d.id, d.collected,
            coalesce(-sum(e.amount), 0))
        FROM credit_debts d LEFT JOIN credit_entries e ON e.customer_id = d.customer_id AND e.debt_id = d.id
        WHERE %(all)s OR d.customer_id = ANY(%(some)s::bigint[])
        GROUP BY d.customer_id, d.id, d.collected HAVING d.collected <> coalesce(-sum(e.amount), 0)""",
}


async def audit(session: AsyncSession, customer_ids: Sequence[int] | None = None) -> Drift:
    """Check every rule for all customers, or for some. Reads only; use a transaction of its own.

    In a transaction that is REPEATABLE READ it audits one moment; otherwise writes under way may show as drift.
    """
    connection = await driver_of(session)
    findings: list[Finding] = []
    for rule, query in _RULES.items():
        rows = await _run(connection, query, customer_ids)
        if rows:
            shown = tuple(f"customer {row[0]}: {row[1]}" for row in rows[:MAX_SHOWN])
            findings.append(Finding(rule, len(rows), shown))
    counts = (await _run(connection, _COUNTS, customer_ids))[0]
    return Drift(*counts, findings=tuple(findings))


async def _run(
    connection: AsyncConnection[Any], query: LiteralString, customer_ids: Sequence[int] | None
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(query, {"all": customer_ids is None, "some": integers(customer_ids or ())})
    return await cursor.fetchall()
