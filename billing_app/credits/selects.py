"""Every SELECT of the engine. Sets of accounts and of (customer, key) pairs are arrays: one statement for any number.

Rows by key come from a sub-select for each pair that is asked for, which OFFSET 0 keeps the planner from turning
around. It would read a whole table and look each row up among the pairs, if the table was small when it planned.
"""

from typing import LiteralString

ACCOUNTS: LiteralString = (
    "SELECT customer_id, settled_at, entry_count, lot_count, hold_count, debt_count, encumbered, grants_due_at "
    "FROM credit_accounts WHERE customer_id = ANY(%s::bigint[]) ORDER BY customer_id"
)
LOCKED_ACCOUNTS: LiteralString = ACCOUNTS + " FOR NO KEY UPDATE"
# In customer order as well: rows that exist are locked, not changed.
MAKE_ACCOUNTS: LiteralString = """
    INSERT INTO credit_accounts (customer_id) SELECT one FROM unnest(%s::bigint[]) AS one ORDER BY one
    ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id WHERE false"""

CLOCK_OFFSET: LiteralString = "SELECT clock_offset_s FROM system_state"

_LOT: LiteralString = """
    SELECT l.customer_id, l.id, l.kind, l.label, l.source, l.payment, l.origin_lot_id, l.granted, l.remaining,
        l.expired, l.revoked, l.voided, l.due_back, l.priority, l.paid_minor, l.currency, l.effective_at, l.expires_at,
        l.debt_limit, l.booked, l.frozen_at, l.created_at, l.actor, l.note, l.renews_at, l.gap_used, l.rolls,
        l.rolls_days, l.credited, l.promised_end
    FROM """
SELECT_LOTS: LiteralString = _LOT + "credit_lots AS l "
OPEN_LOTS: LiteralString = SELECT_LOTS + "WHERE l.customer_id = ANY(%s::bigint[]) AND l.open"
LOTS_BY_SOURCE: LiteralString = _LOT + (
    """unnest(%s::bigint[], %s::text[]) AS w(customer_id, source) CROSS JOIN LATERAL (
        SELECT * FROM credit_lots AS t WHERE t.customer_id = w.customer_id AND t.source = w.source OFFSET 0) AS l"""
)
LOTS_BY_PAYMENT: LiteralString = _LOT + (
    """unnest(%s::bigint[], %s::text[]) AS w(customer_id, payment) CROSS JOIN LATERAL (
        SELECT * FROM credit_lots AS t WHERE t.customer_id = w.customer_id AND t.payment = w.payment OFFSET 0) AS l"""
)
LOTS_BY_ID: LiteralString = _LOT + (
    """unnest(%s::bigint[], %s::bigint[]) AS w(customer_id, id) CROSS JOIN LATERAL (
        SELECT * FROM credit_lots AS t WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS l"""
)
# Arrays, so that only this customer's claims and debts are looked up: EXISTS may be turned into a scan of everybody's.
LOTS_OF_CLAIMS: LiteralString = SELECT_LOTS + (
    """WHERE l.customer_id = ANY(%s::bigint[]) AND (
        l.payment = ANY(ARRAY(SELECT c.payment FROM credit_claims c WHERE c.customer_id = l.customer_id))
        OR l.id = ANY(ARRAY(
            SELECT a.lot_id FROM credit_entries e JOIN credit_allocations a
            ON a.customer_id = e.customer_id AND a.entry_id = e.id
            WHERE e.customer_id = l.customer_id AND e.debt_id IS NOT NULL)))"""
)

_HOLD: LiteralString = """
    SELECT h.customer_id, h.id, h.feature, h.reference, h.credits, h.state, h.created_at, h.expires_at, h.cap_at,
        h.on_expiry, h.captured, h.entry_id, h.ended_at, h.price, h.details, h.actor,
        ARRAY(SELECT lot_id FROM credit_hold_lots p
            WHERE p.customer_id = h.customer_id AND p.hold_id = h.id ORDER BY position),
        ARRAY(SELECT credits FROM credit_hold_lots p
            WHERE p.customer_id = h.customer_id AND p.hold_id = h.id ORDER BY position)
    FROM """
LIVE_HOLDS: LiteralString = _HOLD + "credit_holds AS h WHERE h.customer_id = ANY(%s::bigint[]) AND h.state = 'live'"
HOLDS_BY_ID: LiteralString = _HOLD + (
    """unnest(%s::bigint[], %s::bigint[]) AS w(customer_id, id) CROSS JOIN LATERAL (
        SELECT * FROM credit_holds AS t WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS h"""
)

_CONSUMPTION: LiteralString = """
    SELECT e.customer_id, e.id, -e.amount, e.balance_after, e.at, e.feature, e.reference, e.hold_id,
        coalesce((SELECT sum(r.amount) FROM credit_entries r
            WHERE r.customer_id = e.customer_id AND r.reverses = e.id), 0)::bigint,
        ARRAY(SELECT lot_id FROM credit_allocations a
            WHERE a.customer_id = e.customer_id AND a.entry_id = e.id ORDER BY position),
        ARRAY(SELECT credits FROM credit_allocations a
            WHERE a.customer_id = e.customer_id AND a.entry_id = e.id ORDER BY position)
    FROM """
CONSUMPTIONS_BY_ID: LiteralString = _CONSUMPTION + (
    """unnest(%s::bigint[], %s::bigint[]) AS w(customer_id, id) CROSS JOIN LATERAL (
        SELECT * FROM credit_entries AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id AND t.kind = 'consume' OFFSET 0) AS e"""
)
CONSUMPTIONS_BY_REFERENCE: LiteralString = _CONSUMPTION + (
    """unnest(%s::bigint[], %s::text[], %s::text[]) AS w(customer_id, feature, reference) CROSS JOIN LATERAL (
        SELECT * FROM credit_entries AS t
        WHERE t.customer_id = w.customer_id AND t.feature = w.feature AND t.reference = w.reference OFFSET 0) AS e"""
)
KEYS: LiteralString = """
    SELECT k.customer_id, k.key, k.fingerprint, k.operation, k.subject, k.answer
    FROM unnest(%s::bigint[], %s::text[]) AS w(customer_id, key) CROSS JOIN LATERAL (
        SELECT * FROM credit_keys AS t WHERE t.customer_id = w.customer_id AND t.key = w.key OFFSET 0) AS k"""
CLAIMS: LiteralString = """
    SELECT customer_id, payment, refunded, captured, spent, closed_windows, frozen_at, given_back
    FROM credit_claims WHERE customer_id = ANY(%s::bigint[])"""
DEBTS: LiteralString = """
    SELECT customer_id, id, payment, lot_id, credits, collected, cancelled, state, created_at, since
    FROM credit_debts WHERE customer_id = ANY(%s::bigint[]) ORDER BY customer_id, id"""
# What each lot has paid for each debt, less what went back to it.
PAYMENTS_OF_DEBTS: LiteralString = """
    SELECT e.customer_id, e.debt_id, a.lot_id, sum(a.credits)::bigint
    FROM credit_entries e JOIN credit_allocations a ON a.customer_id = e.customer_id AND a.entry_id = e.id
    WHERE e.customer_id = ANY(%s::bigint[]) AND e.debt_id IS NOT NULL
    GROUP BY e.customer_id, e.debt_id, a.lot_id HAVING sum(a.credits) <> 0"""
