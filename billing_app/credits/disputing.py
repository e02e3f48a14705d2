"""Rules of refunds and disputes: revoke, freeze, thaw. Pure."""

from datetime import timedelta

from billing_app.credits.book import Book
from billing_app.credits.claims import Claim, stand
from billing_app.credits.clawback import enforce_claims
from billing_app.credits.collecting import paid_by_lots
from billing_app.credits.due import settle
from billing_app.credits.given_back import fitted
from billing_app.credits.kinds import EntryKind, Spent
from billing_app.credits.lot_operations import Freeze, Revoke, Thaw
from billing_app.credits.lots import Lot
from billing_app.credits.outcomes import Frozen, Revoked, Thawed, UnknownPayment


def revoke(book: Book, operation: Revoke) -> Revoked:
    """Set the share of a payment that is refunded, and bring its credits to where that says."""
    lots = _lots(book, operation.payment)
    claim = _claim(book, operation.payment)
    claim.refunded, claim.captured = operation.refunded, operation.captured
    claim.spent, claim.closed_windows = operation.spent, operation.closed_windows
    told = sorted(operation.given_back)
    claim.given_back = fitted(told or claim.given_back, claim.whole, missing_at=told[0].at if told else book.at)
    before = book.entry_count
    enforce_claims(book, actor=operation.actor, note=operation.note)
    settle(book, book.at)
    stands = stand(claim, lots, paid_by_lots(book), book.at)
    return Revoked(
        customer_id=book.customer_id,
        payment=operation.payment,
        target=sum(one.target for one in stands),
        taken=sum(one.revoked for one in stands),
        held=sum(one.due_back for one in stands),
        owed=sum(one.spent for one in stands) if operation.spent == Spent.DEBT else 0,
        forgiven=sum(one.forgiven + (one.spent if operation.spent != Spent.DEBT else 0) for one in stands),
        available=book.available,
        entries=tuple(range(before + 1, book.entry_count + 1)),
    )


def freeze(book: Book, operation: Freeze) -> Frozen:
    """Keep a payment's lots from being spent while its dispute is open. Time stands still for them."""
    lots = _lots(book, operation.payment)
    claim = _claim(book, operation.payment)
    if claim.frozen_at is not None:
        return Frozen(book.customer_id, operation.payment, _free(lots), book.available)
    claim.frozen_at = book.at
    for lot in lots:
        if not lot.ended(book.at):
            lot.frozen_at = book.at
            book.touch(lot)
    entry = book.post(
        EntryKind.FREEZE, actor=operation.actor, note=operation.note or "Not usable while the payment is disputed."
    )
    enforce_claims(book)
    return Frozen(book.customer_id, operation.payment, _free(lots), book.available, entry.id)


def thaw(book: Book, operation: Thaw) -> Thawed:
    """Let the lots be spent again, for as long as they had left when they were frozen."""
    lots = _lots(book, operation.payment)
    claim = _claim(book, operation.payment)
    if claim.frozen_at is None:
        return Thawed(book.customer_id, operation.payment, 0, book.available)
    since, claim.frozen_at = claim.frozen_at, None
    frozen = [lot for lot in lots if lot.frozen_at is not None]
    credits = _free(frozen)
    for lot in frozen:
        _thaw_lot(book, lot)
    entry = book.post(EntryKind.THAW, actor=operation.actor, note=operation.note or "The dispute is over.")
    enforce_claims(book)
    settle(book, book.at)
    return Thawed(book.customer_id, operation.payment, credits, book.available, entry.id, since)


def _thaw_lot(book: Book, lot: Lot) -> None:
    assert lot.frozen_at is not None
    stood_still = book.at - max(lot.frozen_at, lot.effective_at)
    if lot.expires_at is not None and stood_still > timedelta(0):
        lot.expires_at += stood_still
    lot.frozen_at = None
    book.touch(lot)


def _free(lots: list[Lot]) -> int:
    return sum(lot.free for lot in lots if lot.frozen_at is not None and lot.booked)


def _lots(book: Book, payment: str) -> list[Lot]:
    lots = book.lots_of_payment(payment)
    if not lots:
        raise UnknownPayment(f'No credits of this customer came from payment "{payment}".', payment=payment)
    return lots


def _claim(book: Book, payment: str) -> Claim:
    claim = book.claims.setdefault(payment, Claim(payment, 0, 1, Spent.DEBT, False, None))
    book.changes.claims[payment] = claim
    book.changes.account = True
    book.encumbered = True
    return claim
