"""Rules of what comes in and goes by hand: grants, adjustments, reversals, voids. Pure."""

from datetime import timedelta

from billing_app.credits.book import Book, Consumption
from billing_app.credits.due import after_return, settle
from billing_app.credits.kinds import EntryKind, LotKind
from billing_app.credits.lot_operations import Retime, Void
from billing_app.credits.lots import Lot, allocate, undo
from billing_app.credits.operations import Adjust, Grant, Reverse
from billing_app.credits.outcomes import (
    Adjusted,
    Granted,
    NothingToReverse,
    Retimed,
    Reversed,
    SourceMismatch,
    UnknownEntry,
    UnknownLot,
    Voided,
)
from billing_app.credits.renewal import hand_over, note_return
from billing_app.credits.spending import check_enough
from billing_app.errors import InvalidInput


def grant(book: Book, operation: Grant) -> Granted:
    """Make a lot, or tell of the one this source has made.

    Raises:
        SourceMismatch: the source has made a lot with other facts.
    """
    earlier = lot_of(book, operation.source)
    if earlier is not None:
        _check_same(earlier, operation)
        return Granted(book.customer_id, earlier.id, earlier.granted, book.available, replayed=True)
    if operation.effective_at is None and operation.expires_at is not None and operation.expires_at <= book.at:
        raise InvalidInput(
            '"expires_at" is over already; name "effective_at" to book a past window.', field="expires_at"
        )
    lot = book.open_lot(
        kind=operation.kind,
        label=operation.label,
        source=operation.source,
        payment=operation.payment,
        origin_lot_id=None,
        granted=operation.credits,
        priority=operation.priority,
        paid_minor=operation.paid_minor,
        currency=operation.currency,
        effective_at=operation.effective_at or book.at,
        expires_at=operation.expires_at,
        debt_limit=operation.debt_limit,
        actor=operation.actor,
        note=operation.note,
        renews_at=operation.renews_at,
        rolls=operation.rolls,
        rolls_days=operation.rolls_days,
    )
    claim = book.claims.get(lot.payment) if lot.payment else None
    if claim is not None and claim.frozen_at is not None:
        lot.frozen_at = book.at
    before = book.entry_count
    # What was used in the gap is carried first: only what is then left of the new lot pays debts.
    book.collecting_later = True
    settle(book, book.at)
    entry_id = before + 1 if lot.booked else None
    for source in operation.follows:
        if (earlier := lot_of(book, source)) is not None:
            hand_over(book, earlier, lot)
    settle(book, book.at)
    book.collecting_later = False
    after_return(book)
    return Granted(book.customer_id, lot.id, lot.granted, book.available, entry_id)


def lot_of(book: Book, source: str) -> Lot | None:
    """The lot a source has made."""
    return next((lot for lot in book.lots.values() if lot.source == source), None)


def _check_same(lot: Lot, operation: Grant) -> None:
    """What can be told of a lot for ever: its times may move by a dispute, its label may be worded anew."""
    asked = (operation.kind, operation.credits, operation.payment, operation.paid_minor, operation.currency)
    if asked != (lot.kind, lot.granted, lot.payment, lot.paid_minor, lot.currency):
        raise SourceMismatch(
            f'"{operation.source}" has made lot {lot.id} with {lot.granted} credits; a source makes its lot once.',
            lot_id=lot.id,
        )


def adjust(book: Book, operation: Adjust) -> Adjusted:
    """Give a promotional lot, or take credits in burn order, never below zero."""
    if operation.credits > 0:
        made = grant(
            book,
            Grant(
                customer_id=operation.customer_id,
                credits=operation.credits,
                kind=LotKind.ADJUSTMENT,
                label=operation.label,
                source=adjustment_source(operation),
                expires_at=operation.expires_at,
                actor=operation.actor,
                note=operation.note,
            ),
        )
        assert made.entry_id is not None
        return Adjusted(book.customer_id, made.entry_id, operation.credits, made.available, made.lot_id)
    check_enough(book, -operation.credits)
    entry = book.post(
        EntryKind.ADJUST,
        allocate(book.queue, -operation.credits),
        actor=operation.actor,
        note=operation.note,
    )
    return Adjusted(book.customer_id, entry.id, operation.credits, entry.balance_after)


def adjustment_source(operation: Adjust) -> str:
    """An adjustment's lot is made by the admin's key, once."""
    return f"adjustment:{operation.key}"


def reverse(book: Book, operation: Reverse, *, valid_days: int) -> Reversed:
    """Give back what a failed job was charged, into the original lots; a lot that has ended becomes a new one.

    Raises:
        UnknownEntry: no such consumption.
        NothingToReverse: less than that is left of the entry.
    """
    entry = book.consumptions.get(operation.entry_id)
    if entry is None:
        raise UnknownEntry(
            f"Entry {operation.entry_id} is not a consumption of this customer.", entry_id=operation.entry_id
        )
    left = entry.credits - entry.reversed
    credits = operation.credits or left
    if not left or credits > left:
        raise NothingToReverse(
            f"Entry {entry.entry_id} took {entry.credits} credits and {entry.reversed} were given back; "
            f"at most {left} can be reversed.",
            entry_id=entry.entry_id,
            left=left,
        )
    parts = [(book.lots[lot_id], part) for lot_id, part in undo(entry.taken, entry.reversed, credits)]
    living = [(lot, -part) for lot, part in parts if not lot.ended(book.at)]
    for lot, part in living:
        note_return(book, lot, -part, entry)
    if living:
        book.post(
            EntryKind.REVERSE,
            living,
            reverses=entry.entry_id,
            feature=entry.feature,
            actor=operation.actor,
            note=operation.note,
        )
    renewed = [
        _renew(book, lot, part, entry, operation, valid_days=valid_days) for lot, part in parts if lot.ended(book.at)
    ]
    last = book.entry_count
    entry.reversed += credits
    after_return(book)
    return Reversed(book.customer_id, last, entry.entry_id, credits, left - credits, book.available, tuple(renewed))


def _renew(book: Book, ended: Lot, credits: int, entry: Consumption, operation: Reverse, *, valid_days: int) -> int:
    """What returns to a lot that has expired since is a lot of its own for a few days (policy)."""
    lot = book.open_lot(
        kind=LotKind.REVERSAL,
        label=f"Returned: {ended.label.removeprefix('Returned: ')}"[:255],
        source=f"reversal:{entry.entry_id}:{ended.id}:{entry.reversed}",
        payment=None,
        origin_lot_id=ended.id,
        granted=credits,
        priority=ended.priority,
        paid_minor=0,
        currency=None,
        effective_at=book.at,
        expires_at=book.at + timedelta(days=valid_days),
        debt_limit=None,
        actor=operation.actor,
        note=operation.note,
    )
    lot.booked = True
    book.touch(lot)
    book.post(
        EntryKind.REVERSE,
        granted=credits,
        lot_id=lot.id,
        reverses=entry.entry_id,
        feature=entry.feature,
        actor=operation.actor,
        note=operation.note,
    )
    return lot.id


def void(book: Book, operation: Void) -> Voided:
    """End a lot early, or take a part of it.

    Raises:
        UnknownLot: the source made none.
    """
    lot = _known(book, operation.source)
    credits = min(operation.credits, lot.free) if operation.credits else lot.free
    if not operation.credits and lot.booked and not lot.ended(book.at):
        lot.promised_end = lot.promised_end or lot.due_end
        lot.expires_at, lot.frozen_at = book.at, None
        if lot.renews_at is not None and lot.renews_at > book.at:
            lot.renews_at = None
        book.touch(lot)
    entry_id = None
    if credits:
        lot.voided += credits
        lot.credited += credits if operation.credited else 0
        entry_id = book.post(
            EntryKind.VOID, [(lot, credits)], lot_id=lot.id, actor=operation.actor, note=operation.note
        ).id
    return Voided(book.customer_id, lot.id, credits, lot.held, book.available, entry_id)


def retime(book: Book, operation: Retime) -> Retimed:
    """Move the end of a lot that has not ended; what has ended stays ended, and a frozen lot's time stands still.

    A lot that lasts longer for what returned to it does so whatever its window says.

    Raises:
        UnknownLot: the source made none.
    """
    lot = _known(book, operation.source)
    ends = max(operation.expires_at, lot.effective_at if not lot.booked else book.at)
    asked = (ends, operation.renews_at)
    fixed = lot.ended(book.at) or lot.frozen_at is not None or lot.promised_end is not None
    if fixed or asked == (lot.expires_at, lot.renews_at):
        return Retimed(book.customer_id, lot.id, lot.expires_at, book.available, replayed=True)
    lot.expires_at, lot.renews_at = asked
    book.touch(lot)
    settle(book, book.at)
    return Retimed(book.customer_id, lot.id, lot.expires_at, book.available)


def _known(book: Book, source: str) -> Lot:
    lot = lot_of(book, source)
    if lot is None:
        raise UnknownLot(f'No lot of this customer was made by "{source}".')
    return lot
