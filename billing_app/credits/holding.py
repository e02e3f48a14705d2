"""Rules of holds: set aside, keep alive, capture, release. Pure."""

from datetime import timedelta

from billing_app.credits.book import Book
from billing_app.credits.due import after_return, settle
from billing_app.credits.holds import Hold as HoldRow
from billing_app.credits.holds import extended
from billing_app.credits.inputs import check_range
from billing_app.credits.kinds import HoldState
from billing_app.credits.lots import allocate
from billing_app.credits.operations import Capture, Extend, Hold, Release
from billing_app.credits.outcomes import (
    AlreadyConsumed,
    Captured,
    Extended,
    Held,
    HeldTooLittle,
    HoldEnded,
    HoldOpen,
    Released,
    Taken,
    UnknownHold,
)
from billing_app.credits.spending import capture_hold, charged, check_enough, held_under

_ENDED = {
    HoldState.CAPTURED: "was captured",
    HoldState.RELEASED: "was released",
    HoldState.EXPIRED: "ended by its time limit",
}


def hold(book: Book, operation: Hold) -> Held:
    """Set credits aside. Under a reference there is one live hold, and none once it was charged."""
    if operation.reference is not None:
        earlier = charged(book, operation)
        if earlier is not None:
            raise AlreadyConsumed(
                f'"{operation.reference}" was charged by entry {earlier.entry_id}.',
                entry_id=earlier.entry_id,
                credits=earlier.credits,
            )
        live = held_under(book, operation.feature, operation.reference)
        if live is not None and live.credits == operation.credits:
            return held(book, live, replayed=True)
        if live is not None:
            raise HoldOpen(
                f'Hold {live.id} of {live.credits} credits is open for "{operation.reference}"; '
                "capture or release it first.",
                hold_id=live.id,
            )
    check_enough(book, operation.credits)
    cap_at = book.at + timedelta(seconds=operation.cap_s)
    made = book.open_hold(
        allocate(book.queue, operation.credits),
        feature=operation.feature,
        reference=operation.reference,
        credits=operation.credits,
        state=HoldState.LIVE,
        expires_at=min(cap_at, book.at + timedelta(seconds=operation.ttl_s)),
        cap_at=cap_at,
        on_expiry=operation.on_expiry,
        captured=0,
        entry_id=None,
        ended_at=None,
        price=operation.price.snapshot() if operation.price else None,
        details=operation.details,
        actor=operation.actor,
    )
    return held(book, made)


def held(book: Book, made: HoldRow, *, replayed: bool = False) -> Held:
    """The answer to a hold, as it is now."""
    return Held(
        book.customer_id, made.id, made.credits, book.available, made.expires_at, HoldState(made.state), replayed
    )


def extend(book: Book, operation: Extend) -> Extended:
    """Keep a hold alive, up to its cap."""
    live = _live(book, operation.hold_id)
    if operation.on_expiry is not None:
        check_range(operation.on_expiry, "on_expiry", 0, live.credits)
        live.on_expiry = operation.on_expiry
    live.expires_at = extended(live, book.at, operation.ttl_s)
    book.changes.holds[live.id] = live
    book.changes.account = True
    return told_extended(book, live)


def told_extended(book: Book, live: HoldRow, *, replayed: bool = False) -> Extended:
    """The answer to a heartbeat, as the hold is now."""
    return Extended(
        book.customer_id, live.id, live.expires_at, live.expires_at >= live.cap_at, book.available, replayed
    )


def capture(book: Book, operation: Capture) -> Captured:
    """Consume what the hold set aside, or less; what is left over is free again, or gone if its lot has ended.

    Raises:
        HeldTooLittle: more than is held.
        HoldEnded: it is over, other than by this very capture.
    """
    row = _known(book, operation.hold_id)
    credits = operation.credits or row.credits
    if row.state == HoldState.CAPTURED and row.captured == credits:
        return captured(book, row, replayed=True)
    row = _live(book, operation.hold_id)
    if credits > row.credits:
        raise HeldTooLittle(
            f"Hold {row.id} set {row.credits} credits aside, fewer than {credits}; capture at most those.",
            hold_id=row.id,
            held=row.credits,
        )
    price = operation.price.snapshot() if operation.price else row.price
    details = operation.details if operation.details is not None else row.details
    capture_hold(book, row, credits, price=price, details=details, actor=operation.actor, note=operation.note)
    after_return(book)
    settle(book, book.at)
    return captured(book, row)


def captured(book: Book, row: HoldRow, *, replayed: bool = False) -> Captured:
    """The answer to a capture, the first time and each time after."""
    assert row.entry_id is not None
    entry = book.consumptions[row.entry_id]
    return Captured(
        book.customer_id,
        row.id,
        row.entry_id,
        row.captured,
        row.credits - row.captured,
        entry.balance_after if replayed else book.available,
        tuple([Taken(lot_id, credits) for lot_id, credits in entry.taken]),
        replayed,
    )


def release(book: Book, operation: Release) -> Released:
    """Give all of it back. Releasing what is released, or has ended by itself taking nothing, changes nothing."""
    row = _known(book, operation.hold_id)
    if row.state in (HoldState.RELEASED, HoldState.EXPIRED):
        return released(book, row, replayed=True)
    row = _live(book, operation.hold_id)
    book.end_hold(row, HoldState.RELEASED)
    after_return(book)
    settle(book, book.at)
    return released(book, row)


def released(book: Book, row: HoldRow, *, replayed: bool = False) -> Released:
    """The answer to a release."""
    return Released(book.customer_id, row.id, row.credits, book.available, replayed)


def _known(book: Book, hold_id: int) -> HoldRow:
    row = book.holds.get(hold_id)
    if row is None:
        raise UnknownHold(f"There is no hold {hold_id} of this customer.", hold_id=hold_id)
    return row


def _live(book: Book, hold_id: int) -> HoldRow:
    row = _known(book, hold_id)
    if not row.live:
        raise HoldEnded(
            f"Hold {hold_id} {_ENDED[HoldState(row.state)]}; make a new one.",
            hold_id=hold_id,
            state=str(row.state),
            captured=row.captured,
            entry_id=row.entry_id,
        )
    return row
