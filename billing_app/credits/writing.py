"""Writing books back: every INSERT and UPDATE of the engine, one statement per table whatever the batch's size."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString

from billing_app.credits.arrays import documents, flags, integers, moments, octets, texts
from billing_app.credits.book import Allocation, Book, Bound, Entry
from billing_app.credits.claims import Claim, Debt
from billing_app.credits.holds import Hold
from billing_app.credits.lots import Lot
from billing_app.credits.pipeline import Wire, execute
from billing_app.db.direct import Statement

# Each UPDATE looks its rows up one by one (OFFSET 0 and the row's place say so), whatever the planner thinks of the
# table's size, and then compares how many it found; see `selects`.
_ENTRIES: LiteralString = """
    INSERT INTO credit_entries (recorded_at, customer_id, id, kind, amount, balance_after, at, feature, reference,
        lot_id, hold_id, debt_id, reverses, price, details, actor, note)
    SELECT %s::timestamptz, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::jsonb[], %s::jsonb[], %s::text[], %s::text[])"""
_ALLOCATIONS: LiteralString = """
    INSERT INTO credit_allocations (customer_id, entry_id, position, lot_id, credits, prepared)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::boolean[])"""
_NEW_LOTS: LiteralString = """
    INSERT INTO credit_lots (customer_id, id, kind, label, source, payment, origin_lot_id, granted, remaining, expired,
        revoked, voided, due_back, priority, paid_minor, currency, effective_at, expires_at, debt_limit, booked,
        frozen_at, created_at, actor, note, renews_at, gap_used, rolls, rolls_days, open)
    SELECT *, remaining > 0 FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::smallint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::boolean[],
        %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[],
        %s::smallint[])
        AS w(customer_id, id, kind, label, source, payment, origin_lot_id, granted, remaining)"""
_LOTS: LiteralString = """
    WITH written AS (UPDATE credit_lots AS l SET remaining = w.remaining, open = w.remaining > 0, expired = w.expired,
        revoked = w.revoked, voided = w.voided, due_back = w.due_back, expires_at = w.expires_at, booked = w.booked,
        frozen_at = w.frozen_at, renews_at = w.renews_at, gap_used = w.gap_used
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::boolean[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
        AS w(customer_id, id, remaining, expired, revoked, voided, due_back, expires_at, booked, frozen_at, renews_at,
            gap_used)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_lots AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS found WHERE l.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_lots') FROM written"""
_NEW_HOLDS: LiteralString = """
    INSERT INTO credit_holds (customer_id, id, feature, reference, credits, state, created_at, expires_at, cap_at,
        on_expiry, captured, entry_id, ended_at, price, details, actor)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[],
        %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::jsonb[], %s::jsonb[], %s::text[])"""
_HOLD_LOTS: LiteralString = """
    INSERT INTO credit_hold_lots (customer_id, hold_id, position, lot_id, credits)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[])"""
_HOLDS: LiteralString = """
    WITH written AS (UPDATE credit_holds AS h SET state = w.state, expires_at = w.expires_at, on_expiry = w.on_expiry,
        captured = w.captured, entry_id = w.entry_id, ended_at = w.ended_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[])
        AS w(customer_id, id, state, expires_at, on_expiry, captured, entry_id, ended_at)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_holds AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS found WHERE h.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_holds') FROM written"""
_NEW_DEBTS: LiteralString = """
    INSERT INTO credit_debts (customer_id, id, payment, lot_id, credits, collected, cancelled, state, created_at)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::text[], %s::timestamptz[])"""
_DEBTS: LiteralString = """
    WITH written AS (UPDATE credit_debts AS d SET collected = w.collected, cancelled = w.cancelled, state = w.state
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
        AS w(customer_id, id, collected, cancelled, state)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_debts AS t
        WHERE t.customer_id = w.customer_id AND t.id = w.id OFFSET 0) AS found WHERE d.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_debts') FROM written"""
_CLAIMS: LiteralString = """
    INSERT INTO credit_claims (customer_id, payment, refunded, captured, spent, closed_windows, frozen_at)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::boolean[],
        %s::timestamptz[])
    ON CONFLICT (customer_id, payment) DO UPDATE SET refunded = excluded.refunded, captured = excluded.captured,
        spent = excluded.spent, closed_windows = excluded.closed_windows, frozen_at = excluded.frozen_at"""
_KEYS: LiteralString = """
    INSERT INTO credit_keys (customer_id, key, fingerprint, operation, subject, answer)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::text[], %s::bigint[], %s::jsonb[])"""
_ACCOUNTS: LiteralString = """
    WITH written AS (UPDATE credit_accounts AS a SET entry_count = w.entry_count, lot_count = w.lot_count,
        hold_count = w.hold_count, debt_count = w.debt_count, encumbered = w.encumbered, settled_at = w.settled_at,
        grants_due_at = w.grants_due_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[],
        %s::timestamptz[], %s::timestamptz[])
        AS w(customer_id, entry_count, lot_count, hold_count, debt_count, encumbered, settled_at, grants_due_at)
    CROSS JOIN LATERAL (SELECT t.ctid AS place FROM credit_accounts AS t
        WHERE t.customer_id = w.customer_id OFFSET 0) AS found WHERE a.ctid = found.place
    RETURNING 1) SELECT credit_expect(count(*), %s, 'credit_accounts') FROM written"""
_FORGET_DUE: LiteralString = "UPDATE credit_accounts SET grants_due_at = NULL WHERE customer_id = ANY(%s::bigint[])"


def changes_of(books: Iterable[Book], recorded_at: datetime) -> list[Statement]:
    """What stores what the rules did to these books, whose accounts are locked. Nothing if they did nothing.

    An UPDATE that does not find all its rows fails: the account's lock makes that impossible, and if it happens all
    the same, nothing may be committed.
    """
    changed = [book for book in books if book.changes.account or book.changes.keys]
    return [
        *_entry_statements(changed, recorded_at),
        *_lot_statements(changed),
        *_hold_statements(changed),
        *_claim_statements(changed),
        *_account_statements(changed),
    ]


async def forget_due(connection: Wire, customer_ids: Sequence[int]) -> None:
    """Have the port for due grants asked again at these customers' next operation."""
    await execute(connection, [(_FORGET_DUE, [integers(customer_ids)])])


def _entry_statements(books: Sequence[Book], recorded_at: datetime) -> list[Statement]:
    entries: list[tuple[int, Entry]] = [(book.customer_id, one) for book in books for one in book.changes.entries]
    parts: list[tuple[int, Allocation]] = [
        (book.customer_id, one) for book in books for one in book.changes.allocations
    ]
    statements: list[Statement] = []
    if entries:
        columns = [
            recorded_at,
            integers([customer_id for customer_id, _ in entries]),
            integers([one.id for _, one in entries]),
            texts([one.kind for _, one in entries]),
            integers([one.amount for _, one in entries]),
            integers([one.balance_after for _, one in entries]),
            moments([one.at for _, one in entries]),
            texts([one.feature for _, one in entries]),
            texts([one.reference for _, one in entries]),
            integers([one.lot_id for _, one in entries]),
            integers([one.hold_id for _, one in entries]),
            integers([one.debt_id for _, one in entries]),
            integers([one.reverses for _, one in entries]),
            documents([one.price for _, one in entries]),
            documents([one.details for _, one in entries]),
            texts([one.actor for _, one in entries]),
            texts([one.note for _, one in entries]),
        ]
        statements.append((_ENTRIES, columns))
    if parts:
        columns = [
            integers([customer_id for customer_id, _ in parts]),
            integers([one.entry_id for _, one in parts]),
            integers([one.position for _, one in parts]),
            integers([one.lot_id for _, one in parts]),
            integers([one.credits for _, one in parts]),
            flags([one.prepared for _, one in parts]),
        ]
        statements.append((_ALLOCATIONS, columns))
    return statements


def _lot_statements(books: Sequence[Book]) -> list[Statement]:
    made = [(book.customer_id, lot) for book in books for lot in book.changes.new_lots.values()]
    kept = [
        (book.customer_id, lot)
        for book in books
        for lot in book.changes.lots.values()
        if lot.id not in book.changes.new_lots
    ]
    statements: list[Statement] = []
    if made:
        statements.append((_NEW_LOTS, _new_lot_columns(made)))
    if kept:
        columns = [
            integers([customer_id for customer_id, _ in kept]),
            integers([lot.id for _, lot in kept]),
            integers([lot.remaining for _, lot in kept]),
            integers([lot.expired for _, lot in kept]),
            integers([lot.revoked for _, lot in kept]),
            integers([lot.voided for _, lot in kept]),
            integers([lot.due_back for _, lot in kept]),
            moments([lot.expires_at for _, lot in kept]),
            flags([lot.booked for _, lot in kept]),
            moments([lot.frozen_at for _, lot in kept]),
            moments([lot.renews_at for _, lot in kept]),
            integers([lot.gap_used for _, lot in kept]),
        ]
        statements.append((_LOTS, [*columns, len(kept)]))
    return statements


def _new_lot_columns(made: Sequence[tuple[int, Lot]]) -> list[str]:
    return [
        integers([customer_id for customer_id, _ in made]),
        integers([lot.id for _, lot in made]),
        texts([lot.kind for _, lot in made]),
        texts([lot.label for _, lot in made]),
        texts([lot.source for _, lot in made]),
        texts([lot.payment for _, lot in made]),
        integers([lot.origin_lot_id for _, lot in made]),
        integers([lot.granted for _, lot in made]),
        integers([lot.remaining for _, lot in made]),
        integers([lot.expired for _, lot in made]),
        integers([lot.revoked for _, lot in made]),
        integers([lot.voided for _, lot in made]),
        integers([lot.due_back for _, lot in made]),
        integers([lot.priority for _, lot in made]),
        integers([lot.paid_minor for _, lot in made]),
        texts([lot.currency for _, lot in made]),
        moments([lot.effective_at for _, lot in made]),
        moments([lot.expires_at for _, lot in made]),
        integers([lot.debt_limit for _, lot in made]),
        flags([lot.booked for _, lot in made]),
        moments([lot.frozen_at for _, lot in made]),
        moments([lot.created_at for _, lot in made]),
        texts([lot.actor for _, lot in made]),
        texts([lot.note for _, lot in made]),
        moments([lot.renews_at for _, lot in made]),
        integers([lot.gap_used for _, lot in made]),
        integers([lot.rolls for _, lot in made]),
        integers([lot.rolls_days for _, lot in made]),
    ]


def _hold_statements(books: Sequence[Book]) -> list[Statement]:
    made = [(book.customer_id, hold) for book in books for hold in book.changes.new_holds.values()]
    kept = [
        (book.customer_id, hold)
        for book in books
        for hold in book.changes.holds.values()
        if hold.id not in book.changes.new_holds
    ]
    statements: list[Statement] = []
    # Ended holds first: their references are free for new ones.
    if kept:
        columns = [
            integers([customer_id for customer_id, _ in kept]),
            integers([hold.id for _, hold in kept]),
            texts([hold.state for _, hold in kept]),
            moments([hold.expires_at for _, hold in kept]),
            integers([hold.on_expiry for _, hold in kept]),
            integers([hold.captured for _, hold in kept]),
            integers([hold.entry_id for _, hold in kept]),
            moments([hold.ended_at for _, hold in kept]),
        ]
        statements.append((_HOLDS, [*columns, len(kept)]))
    if made:
        statements.append((_NEW_HOLDS, _new_hold_columns(made)))
        parts = [
            (customer_id, hold.id, position, lot_id, credits)
            for customer_id, hold in made
            for position, (lot_id, credits) in enumerate(hold.lots)
        ]
        columns = [integers(column) for column in zip(*parts, strict=True)]
        statements.append((_HOLD_LOTS, columns))
    return statements


def _new_hold_columns(made: Sequence[tuple[int, Hold]]) -> list[str]:
    return [
        integers([customer_id for customer_id, _ in made]),
        integers([hold.id for _, hold in made]),
        texts([hold.feature for _, hold in made]),
        texts([hold.reference for _, hold in made]),
        integers([hold.credits for _, hold in made]),
        texts([hold.state for _, hold in made]),
        moments([hold.created_at for _, hold in made]),
        moments([hold.expires_at for _, hold in made]),
        moments([hold.cap_at for _, hold in made]),
        integers([hold.on_expiry for _, hold in made]),
        integers([hold.captured for _, hold in made]),
        integers([hold.entry_id for _, hold in made]),
        moments([hold.ended_at for _, hold in made]),
        documents([hold.price for _, hold in made]),
        documents([hold.details for _, hold in made]),
        texts([hold.actor for _, hold in made]),
    ]


def _claim_statements(books: Sequence[Book]) -> list[Statement]:
    claims: list[tuple[int, Claim]] = [
        (book.customer_id, claim) for book in books for claim in book.changes.claims.values()
    ]
    made: list[tuple[int, Debt]] = [
        (book.customer_id, debt) for book in books for debt in book.changes.new_debts.values()
    ]
    kept: list[tuple[int, Debt]] = [
        (book.customer_id, debt)
        for book in books
        for debt in book.changes.debts.values()
        if debt.id not in book.changes.new_debts
    ]
    statements: list[Statement] = []
    if claims:
        columns = [
            integers([customer_id for customer_id, _ in claims]),
            texts([claim.payment for _, claim in claims]),
            integers([claim.refunded for _, claim in claims]),
            integers([claim.captured for _, claim in claims]),
            texts([claim.spent for _, claim in claims]),
            flags([claim.closed_windows for _, claim in claims]),
            moments([claim.frozen_at for _, claim in claims]),
        ]
        statements.append((_CLAIMS, columns))
    if made:
        columns = [
            integers([customer_id for customer_id, _ in made]),
            integers([debt.id for _, debt in made]),
            texts([debt.payment for _, debt in made]),
            integers([debt.lot_id for _, debt in made]),
            integers([debt.credits for _, debt in made]),
            integers([debt.collected for _, debt in made]),
            integers([debt.cancelled for _, debt in made]),
            texts([debt.state for _, debt in made]),
            moments([debt.created_at for _, debt in made]),
        ]
        statements.append((_NEW_DEBTS, columns))
    if kept:
        columns = [
            integers([customer_id for customer_id, _ in kept]),
            integers([debt.id for _, debt in kept]),
            integers([debt.collected for _, debt in kept]),
            integers([debt.cancelled for _, debt in kept]),
            texts([debt.state for _, debt in kept]),
        ]
        statements.append((_DEBTS, [*columns, len(kept)]))
    return statements


def _account_statements(books: Sequence[Book]) -> list[Statement]:
    keys: list[tuple[int, str, Bound]] = [
        (book.customer_id, key, bound) for book in books for key, bound in book.changes.keys.items()
    ]
    moved = [book for book in books if book.changes.account]
    statements: list[Statement] = []
    if keys:
        columns = [
            integers([customer_id for customer_id, _, _ in keys]),
            texts([key for _, key, _ in keys]),
            octets([bound.fingerprint for _, _, bound in keys]),
            texts([bound.operation for _, _, bound in keys]),
            integers([bound.subject for _, _, bound in keys]),
            documents([bound.answer for _, _, bound in keys]),
        ]
        statements.append((_KEYS, columns))
    if moved:
        columns = [
            integers([book.customer_id for book in moved]),
            integers([book.entry_count for book in moved]),
            integers([book.lot_count for book in moved]),
            integers([book.hold_count for book in moved]),
            integers([book.debt_count for book in moved]),
            flags([book.encumbered for book in moved]),
            moments([book.at for book in moved]),
            moments([book.grants_due_at for book in moved]),
        ]
        statements.append((_ACCOUNTS, [*columns, len(moved)]))
    return statements
