"""Book what is due: holds that end, lots that end, lots that begin, each at its time and in the order of time. Pure.

Before any write the same transaction books it, so that entries stand in the order in which things happened; and
reading runs the same rules without writing, so that every balance is true at the moment it is read.
"""

from datetime import datetime

from billing_app.credits.book import Book
from billing_app.credits.clawback import enforce_claims
from billing_app.credits.holds import Hold
from billing_app.credits.kinds import EntryKind, HoldState
from billing_app.credits.lots import Lot
from billing_app.credits.renewal import rolls_over
from billing_app.credits.spending import capture_hold

_HOLD_ENDS, _LOT_ENDS, _LOT_BEGINS = 0, 1, 2


def settle(book: Book, at: datetime) -> None:
    """Book everything due up to `at`; the book's time is then `at`, or later if it was later already."""
    while (event := _next_event(book, max(at, book.at))) is not None:
        moment, rank, _, subject = event
        book.move_to(moment)
        if isinstance(subject, Hold):
            _end_hold(book, subject)
        elif rank == _LOT_ENDS:
            _end_lot(book, subject)
        else:
            begin_lot(book, subject)
    book.move_to(at)


def _next_event(book: Book, limit: datetime) -> tuple[datetime, int, int, Hold | Lot] | None:
    """The first thing due up to `limit`. What became due late (a window granted after its end) is due now."""
    first: tuple[datetime, int, int, Hold | Lot] | None = None
    for lot in book.lots.values():
        if not lot.remaining:
            continue
        if not lot.booked:
            if lot.effective_at > limit:
                continue
            event = (lot.effective_at, _LOT_BEGINS, lot.id, lot)
        elif lot.ended(limit) and lot.remaining > lot.held:
            assert lot.expires_at is not None
            event = (lot.expires_at, _LOT_ENDS, lot.id, lot)
        else:
            continue
        if first is None or event[:3] < first[:3]:
            first = event
    for hold in book.holds.values():
        if hold.expires_at <= limit and hold.live:
            event = (hold.expires_at, _HOLD_ENDS, hold.id, hold)
            if first is None or event[:3] < first[:3]:
                first = event
    return first


def _end_hold(book: Book, hold: Hold) -> None:
    """The time limit of a hold: free again, but for what a delivered session takes."""
    if hold.on_expiry:
        capture_hold(
            book,
            hold,
            hold.on_expiry,
            price=hold.price,
            details=hold.details,
            actor=hold.actor,
            note="The hold ended by its time limit.",
        )
    else:
        book.end_hold(hold, HoldState.EXPIRED)
    after_return(book)


def after_return(book: Book) -> None:
    """Credits came back to lots, or went into new ones: refunds that wait for them take them, debts are paid."""
    enforce_claims(book)


def _end_lot(book: Book, lot: Lot) -> None:
    """What is free of a lot expires at its end; what is held follows when its hold returns it."""
    free = lot.free
    lot.expired += free
    book.post(EntryKind.EXPIRE, [(lot, free)], lot_id=lot.id)
    if lot.rolls and (carried_over := rolls_over(book, lot, free)) is not None:
        begin_lot(book, carried_over)


def begin_lot(book: Book, lot: Lot) -> None:
    """A lot becomes effective: it is booked, and pays debts that are older."""
    lot.booked = True
    book.touch(lot)
    book.post(EntryKind.GRANT, granted=lot.remaining, lot_id=lot.id, actor=lot.actor, note=lot.note)
    after_return(book)
