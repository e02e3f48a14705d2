"""Every INSERT and UPDATE of the engine, over arrays: one statement per table whatever the size of the batch."""

from typing import LiteralString

# Each UPDATE looks its rows up one by one (OFFSET 0 and the row's place say so), whatever the planner thinks of the
# table's size, and then compares how many it found; see `selects`.
ENTRIES: LiteralString = """
    INSERT INTO credit_entries (recorded_at, customer_id, id, kind, amount, balance_after, at, feature, reference,
        lot_id, hold_id, debt_id, reverses, price, details, actor, note)
    SELECT %s::timestamptz, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::jsonb[], %s::jsonb[], %s::text[], %s::text[])"""
ALLOCATIONS: LiteralString = """
    INSERT INTO credit_allocations (customer_id, entry_id, position, lot_id, credits, prepared)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::boolean[])"""
NEW_LOTS: LiteralString = """
    INSERT INTO credit_lots (customer_id, id, kind, label, source, payment, origin_lot_id, granted, remaining, expired,
        revoked, voided, due_back, priority, paid_minor, currency, effective_at, expires_at, debt_limit, booked,
        frozen_at, created_at, actor, note, renews_at, gap_used, rolls, rolls_days, credited,
        promised_end, open)
    SELECT *, remaining > 0 FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::smallint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::boolean[],
        %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[],
        %s::smallint[], %s::bigint[], %s::timestamptz[])
        AS w(customer_id, id, kind, label, source, payment, origin_lot_id, granted, remaining)"""
LOTS: LiteralString = """
    WITH written AS (UPDATE credit_lots AS l SET remaining = w.remaining, open = w.remaining > 0, expired = w.expired,
        revoked = w.revoked, voided = w.voided, due_back = w.due_back, expires_at = w.expires_at, booked = w.booked,
        frozen_at = w.frozen_at, renews_at = w.renews_at, gap_used = w.gap_used,
        credited = w.credited, promised_end = w.promised_end
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::boolean[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[],
        %s::timestamptz[])
        AS w(customer_id, id, remaining, expired, revoked, voided, due_back, expires_at, booked, frozen_at, renews_at,
            gap_used, credited, promised_end)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_lots AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS found WHERE l.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_lots') FROM written"""
NEW_HOLDS: LiteralString = """
    INSERT INTO credit_holds (customer_id, id, feature, reference, credits, state, created_at, expires_at, cap_at,
        on_expiry, captured, entry_id, ended_at, price, details, actor)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[],
        %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::jsonb[], %s::jsonb[], %s::text[])"""
HOLD_LOTS: LiteralString = """
    INSERT INTO credit_hold_lots (customer_id, hold_id, position, lot_id, credits)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[])"""
HOLDS: LiteralString = """
    WITH written AS (UPDATE credit_holds AS h SET state = w.state, expires_at = w.expires_at, on_expiry = w.on_expiry,
        captured = w.captured, entry_id = w.entry_id, ended_at = w.ended_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[])
        AS w(customer_id, id, state, expires_at, on_expiry, captured, entry_id, ended_at)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_holds AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS found WHERE h.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_holds') FROM written"""
NEW_DEBTS: LiteralString = """
    INSERT INTO credit_debts (customer_id, id, payment, lot_id, credits, collected, cancelled, state, created_at, since)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])"""
DEBTS: LiteralString = """
    WITH written AS (UPDATE credit_debts AS d SET collected = w.collected, cancelled = w.cancelled, state = w.state
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
        AS w(customer_id, id, collected, cancelled, state)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_debts AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS found WHERE d.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_debts') FROM written"""
CLAIMS: LiteralString = """
    INSERT INTO credit_claims (customer_id, payment, refunded, captured, spent, closed_windows, frozen_at, given_back)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::boolean[],
        %s::timestamptz[], %s::jsonb[])
    ON CONFLICT (customer_id, payment) DO UPDATE SET refunded = excluded.refunded, captured = excluded.captured,
        spent = excluded.spent, closed_windows = excluded.closed_windows, frozen_at = excluded.frozen_at,
        given_back = excluded.given_back"""
KEYS: LiteralString = """
    INSERT INTO credit_keys (customer_id, key, fingerprint, operation, subject, answer)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::text[], %s::bigint[], %s::jsonb[])"""
ACCOUNTS: LiteralString = """
    WITH written AS (UPDATE credit_accounts AS a SET entry_count = w.entry_count, lot_count = w.lot_count,
        hold_count = w.hold_count, debt_count = w.debt_count, encumbered = w.encumbered, settled_at = w.settled_at,
        grants_due_at = w.grants_due_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[],
        %s::timestamptz[], %s::timestamptz[])
        AS w(customer_id, entry_count, lot_count, hold_count, debt_count, encumbered, settled_at, grants_due_at)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_accounts AS t
        WHERE t.customer_id = w.customer_id OFFSET 0) AS found WHERE a.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_accounts') FROM written"""
FORGET_DUE: LiteralString = "UPDATE credit_accounts SET grants_due_at = NULL WHERE customer_id = ANY(%s::bigint[])"
