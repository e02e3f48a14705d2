"""Writing books back: every INSERT and UPDATE of the engine, one statement per table whatever the batch's size."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from billing_app.credits.book import Allocation, Book, Bound, Entry
from billing_app.credits.claims import Claim, Debt
from billing_app.credits.given_back import as_rows
from billing_app.credits.holds import Hold
from billing_app.credits.inserts import (
    ACCOUNTS,
    ALLOCATIONS,
    CLAIMS,
    DEBTS,
    ENTRIES,
    FORGET_DUE,
    HOLD_LOTS,
    HOLDS,
    KEYS,
    LOTS,
    NEW_DEBTS,
    NEW_HOLDS,
    NEW_LOTS,
)
from billing_app.credits.lots import Lot
from billing_app.credits.pipeline import Wire, execute
from billing_app.db.arrays import documents, flags, integers, moments, octets, texts
from billing_app.db.direct import Statement


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
    await execute(connection, [(FORGET_DUE, [integers(customer_ids)])])


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
        statements.append((ENTRIES, columns))
    if parts:
        columns = [
            integers([customer_id for customer_id, _ in parts]),
            integers([one.entry_id for _, one in parts]),
            integers([one.position for _, one in parts]),
            integers([one.lot_id for _, one in parts]),
            integers([one.credits for _, one in parts]),
            flags([one.prepared for _, one in parts]),
        ]
        statements.append((ALLOCATIONS, columns))
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
        statements.append((NEW_LOTS, _new_lot_columns(made)))
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
            integers([lot.credited for _, lot in kept]),
            moments([lot.promised_end for _, lot in kept]),
        ]
        statements.append((LOTS, [*columns, len(kept)]))
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
        integers([lot.credited for _, lot in made]),
        moments([lot.promised_end for _, lot in made]),
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
        statements.append((HOLDS, [*columns, len(kept)]))
    if made:
        statements.append((NEW_HOLDS, _new_hold_columns(made)))
        parts = [
            (customer_id, hold.id, position, lot_id, credits)
            for customer_id, hold in made
            for position, (lot_id, credits) in enumerate(hold.lots)
        ]
        columns = [integers(column) for column in zip(*parts, strict=True)]
        statements.append((HOLD_LOTS, columns))
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
            documents([as_rows(claim.given_back) for _, claim in claims]),
        ]
        statements.append((CLAIMS, columns))
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
            moments([debt.since for _, debt in made]),
        ]
        statements.append((NEW_DEBTS, columns))
    if kept:
        columns = [
            integers([customer_id for customer_id, _ in kept]),
            integers([debt.id for _, debt in kept]),
            integers([debt.collected for _, debt in kept]),
            integers([debt.cancelled for _, debt in kept]),
            texts([debt.state for _, debt in kept]),
        ]
        statements.append((DEBTS, [*columns, len(kept)]))
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
        statements.append((KEYS, columns))
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
        statements.append((ACCOUNTS, [*columns, len(moved)]))
    return statements
