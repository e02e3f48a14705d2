"""Rules of consumption: take in burn order, never below zero, a business reference once. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from billing_app.credits.book import Book, Consumption, Entry
from billing_app.credits.holds import Hold, captured_parts
from billing_app.credits.kinds import EntryKind, HoldState
from billing_app.credits.lots import Lot, allocate
from billing_app.credits.operations import Consume, Spending
from billing_app.credits.outcomes import AlreadyConsumed, Consumed, HoldOpen, Taken
from billing_app.credits.renewal import note_use
from billing_app.errors import InsufficientCredits


def consume(book: Book, operation: Consume) -> Consumed:
    """Take credits now.

    Raises:
        AlreadyConsumed: the reference was charged before, with another amount or given back since.
        HoldOpen: a hold is live under the reference.
        InsufficientCredits: fewer are available.
    """
    if operation.reference is not None:
        earlier = charged(book, operation)
        if earlier is not None:
            return told(book, earlier, replayed=True)
        if hold := held_under(book, operation.feature, operation.reference):
            raise HoldOpen(f'Hold {hold.id} is open for "{operation.reference}"; capture it instead.', hold_id=hold.id)
    check_enough(book, operation.credits)
    entry = post_consumption(
        book,
        allocate(book.queue, operation.credits),
        feature=operation.feature,
        reference=operation.reference,
        price=operation.price.snapshot() if operation.price else None,
        details=operation.details,
        actor=operation.actor,
        note=operation.note,
    )
    return told(book, book.consumptions[entry.id])


def check_enough(book: Book, credits: int) -> None:
    """Refuse what the customer cannot pay."""
    available = book.available
    if available < credits:
        raise InsufficientCredits(required=credits, available=available, held=book.held)


def charged(book: Book, operation: Spending) -> Consumption | None:
    """The consumption this reference was charged before, if it was the very same one.

    Raises:
        AlreadyConsumed: it was another amount, or it was given back: charging anew needs a new reference.
    """
    assert operation.reference is not None
    entry_id = book.references.get((operation.feature, operation.reference))
    if entry_id is None:
        return None
    earlier = book.consumptions[entry_id]
    if earlier.reversed:
        why = f"and {earlier.reversed} credits were given back; use a new reference to charge again"
    elif earlier.credits != operation.credits:
        why = f"for {earlier.credits} credits"
    else:
        return earlier
    raise AlreadyConsumed(
        f'"{operation.reference}" was charged by entry {entry_id}, {why}.', entry_id=entry_id, credits=earlier.credits
    )


def held_under(book: Book, feature: str, reference: str) -> Hold | None:
    """The live hold with this business reference."""
    for hold in book.holds.values():
        if hold.live and hold.reference == reference and hold.feature == feature:
            return hold
    return None


def capture_hold(
    book: Book,
    hold: Hold,
    credits: int,
    *,
    price: dict[str, Any] | None,
    details: Mapping[str, Any] | None,
    actor: str,
    note: str = "",
) -> Entry:
    """Consume `credits` of what a live hold set aside, in hold order; the hold is over."""
    parts = [(book.lots[lot_id], part) for lot_id, part in captured_parts(hold, credits)]
    book.end_hold(hold, HoldState.CAPTURED)
    entry = post_consumption(
        book,
        parts,
        feature=hold.feature,
        reference=hold.reference,
        hold_id=hold.id,
        since=hold.created_at,
        price=price,
        details=details,
        actor=actor,
        note=note,
    )
    hold.captured = credits
    hold.entry_id = entry.id
    return entry


def post_consumption(
    book: Book, parts: Sequence[tuple[Lot, int]], *, since: datetime | None = None, **facts: Any
) -> Entry:
    """Write a consumption and remember it, so that later members of the batch see its reference and can reverse it."""
    entry = book.post(EntryKind.CONSUME, parts, **facts)
    book.consumptions[entry.id] = Consumption(
        entry_id=entry.id,
        credits=-entry.amount,
        balance_after=entry.balance_after,
        at=entry.at,
        feature=entry.feature,
        reference=entry.reference,
        hold_id=entry.hold_id,
        reversed=0,
        taken=[(lot.id, credits) for lot, credits in parts],
    )
    if entry.reference is not None and entry.feature is not None:
        book.references[entry.feature, entry.reference] = entry.id
    for lot, credits in parts:
        if lot.renews_at is not None:
            note_use(book, lot, credits, since or book.at)
    return entry


def told(book: Book, consumption: Consumption, *, replayed: bool = False) -> Consumed:
    """The answer to a consumption, the first time and each time after."""
    return Consumed(
        book.customer_id,
        consumption.entry_id,
        consumption.credits,
        consumption.balance_after,
        tuple([Taken(lot_id, credits) for lot_id, credits in consumption.taken]),
        replayed,
    )
