"""What a book shows its customer: sums, burn positions, what happens next. Pure; the book must be settled to now."""

from collections.abc import Iterable
from datetime import datetime

from billing_app.credits.book import Book
from billing_app.credits.holds import Hold
from billing_app.credits.kinds import Group, HoldState, LotKind, group_of
from billing_app.credits.lots import Lot
from billing_app.credits.views import Balance, HoldView, LotState, LotView, NextEvent

_NOTHING = dict.fromkeys(Group, 0)


def balance_of(book: Book) -> Balance:
    """The balance at the book's time."""
    turns = burn_positions(book)
    burning = [lot_view(book.lots[lot_id], book.at, turn) for lot_id, turn in turns.items()]
    groups = _NOTHING.copy()
    for view in burning:
        groups[view.group] += view.remaining - view.held
    rest = [lot for lot in book.lots.values() if lot.remaining and lot.id not in turns]
    rest.sort(key=lambda lot: (lot.effective_at, lot.id))
    return Balance(
        customer_id=book.customer_id,
        at=book.at,
        available=book.available,
        held=book.held,
        frozen=sum(lot.free for lot in rest if lot.booked and lot.frozen_at is not None),
        owed=sum(debt.owed for debt in book.debts.values()),
        groups=groups,
        next_event=next_event(book),
        lots=(*burning, *[lot_view(lot, book.at, None) for lot in rest]),
        holds=tuple(hold_view(hold) for hold in book.live_holds()),
    )


def burn_positions(book: Book) -> dict[int, int]:
    """Lot id -> its turn, from 1."""
    return {lot.id: turn for turn, lot in enumerate((lot for lot in book.queue if lot.remaining), start=1)}


def next_event(book: Book) -> NextEvent | None:
    """The soonest end or begin of a lot."""
    at = book.at
    ending = [lot for lot in book.queue if lot.expires_at is not None and lot.free]
    beginning = [lot for lot in book.lots.values() if not lot.booked and lot.remaining]
    soonest = min(_moments(ending, beginning, at), default=None)
    if soonest is None:
        return None
    ending = [lot for lot in ending if lot.end_shown(at) == soonest]
    beginning = [lot for lot in beginning if lot.effective_at == soonest]
    return NextEvent(
        kind="expires" if not beginning else "resets" if ending else "begins",
        at=soonest,
        label=", ".join(lot.label for lot in ending or beginning),
        ends=sum(lot.free for lot in ending),
        begins=sum(lot.remaining for lot in beginning),
    )


def _moments(ending: Iterable[Lot], beginning: Iterable[Lot], at: datetime) -> list[datetime]:
    ends = [end for lot in ending if (end := lot.end_shown(at)) is not None]
    return ends + [lot.effective_at for lot in beginning]


def lot_state(lot: Lot, at: datetime) -> LotState:
    """What can be done with a lot, or what most of the rest of it came to."""
    if not lot.remaining:
        if lot.expired or lot.revoked or lot.voided:
            return LotState.EXPIRED if lot.expired >= lot.revoked + lot.voided else LotState.REVOKED
        return LotState.USED
    if not lot.booked:
        return LotState.PREPARED
    if lot.frozen_at is not None:
        return LotState.FROZEN
    return LotState.EXPIRED if lot.ended(at) else LotState.OPEN


def lot_view(lot: Lot, at: datetime, burns: int | None) -> LotView:
    """One lot as its customer sees it."""
    return LotView(
        id=lot.id,
        kind=LotKind(lot.kind),
        group=group_of(lot.kind, lot.paid_minor),
        label=lot.label,
        source=lot.source,
        payment=lot.payment,
        paid_minor=lot.paid_minor,
        currency=lot.currency,
        granted=lot.granted,
        remaining=lot.remaining,
        held=lot.held,
        used=lot.used,
        expired=lot.expired,
        revoked=lot.revoked + lot.voided,
        priority=lot.priority,
        promotional=lot.promotional,
        effective_at=lot.effective_at,
        expires_at=lot.end_shown(at),
        state=lot_state(lot, at),
        burns=burns,
        created_at=lot.created_at,
    )


def hold_view(hold: Hold) -> HoldView:
    """One hold, live or ended."""
    return HoldView(
        id=hold.id,
        feature=hold.feature,
        reference=hold.reference,
        credits=hold.credits,
        captured=hold.captured,
        state=HoldState(hold.state),
        created_at=hold.created_at,
        expires_at=hold.expires_at,
        cap_at=hold.cap_at,
        on_expiry=hold.on_expiry,
        entry_id=hold.entry_id,
    )
