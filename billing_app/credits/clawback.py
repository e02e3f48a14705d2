"""Bring a book to where its claims say it must stand: take back, mark, owe, or give back. Pure."""

from collections.abc import Sequence

from billing_app.credits.book import Book
from billing_app.credits.claims import Claim, Debt, Stand, new_debt_state, stand
from billing_app.credits.kinds import DebtState, EntryKind
from billing_app.credits.lots import Lot, undo


def enforce_claims(book: Book, *, actor: str = "system", note: str = "") -> None:
    """Look at every claim again, until nothing moves: what one gives back may be what another takes.

    Ends, because each round but the last reduces what is owed or what is free of the claimed lots. `actor` and `note`
    are of the operation that moves the claim; none when a claim waited for credits to return.
    """
    for _ in range(len(book.claims) + len(book.debts) + 1):
        moved = [_enforce(book, claim, actor, note) for claim in book.claims.values()]
        if not any(moved):
            return


def _enforce(book: Book, claim: Claim, actor: str, note: str) -> bool:
    debts = [debt for debt in book.debts.values() if debt.payment == claim.payment]
    stands = stand(claim, book.lots_of_payment(claim.payment), debts, book.at)
    before = book.entry_count, book.debt_count
    _give_back(book, stands, actor, note)
    moved = [_owe(book, claim, one, [debt for debt in debts if debt.lot_id == one.lot.id]) for one in stands]
    _take_back(book, stands, actor, note)
    return any(moved) or before != (book.entry_count, book.debt_count)


def _take_back(book: Book, stands: Sequence[Stand], actor: str, note: str) -> None:
    taken: list[tuple[Lot, int]] = []
    for one in stands:
        if one.due_back != one.lot.due_back:
            one.lot.due_back = one.due_back
            book.touch(one.lot)
        if one.revoked > one.lot.revoked:
            taken.append((one.lot, one.revoked - one.lot.revoked))
            one.lot.revoked = one.revoked
    if taken:
        book.post(EntryKind.REVOKE, taken, actor=actor, note=note or "The payment was refunded.")


def _give_back(book: Book, stands: Sequence[Stand], actor: str, note: str) -> None:
    returned: list[tuple[Lot, int]] = []
    for one in stands:
        if one.revoked < one.lot.revoked:
            returned.append((one.lot, one.revoked - one.lot.revoked))
            one.lot.revoked = one.revoked
    if returned:
        book.post(EntryKind.RESTORE, returned, actor=actor, note=note or "Less of the payment is refunded.")


def _owe(book: Book, claim: Claim, one: Stand, debts: Sequence[Debt]) -> bool:
    """Owe what is spent of the lot's target, no more and no less."""
    more = one.spent - sum(debt.claimed for debt in debts)
    if more > 0:
        book.open_debt(payment=claim.payment, lot_id=one.lot.id, credits=more, state=new_debt_state(claim))
    elif more < 0:
        _cancel(book, debts, -more)
    return more != 0


def _cancel(book: Book, debts: Sequence[Debt], credits: int) -> None:
    """Owe less, the youngest debt first; what was collected of it already goes back where it came from."""
    for debt in sorted(debts, key=lambda one: one.id, reverse=True):
        part = min(credits, debt.claimed)
        if not part:
            continue
        credits -= part
        back = max(0, part - (debt.credits - debt.collected - debt.cancelled))
        debt.cancelled += part
        if back:
            _return_collected(book, debt, back)
        if not debt.claimed:
            debt.state = DebtState.CANCELLED
        elif debt.state == DebtState.OPEN and not debt.owed:
            debt.state = DebtState.COLLECTED
        book.changes.debts[debt.id] = debt
        book.changes.account = True


def _return_collected(book: Book, debt: Debt, credits: int) -> None:
    payments = book.payments_of_debts[debt.id]
    undone = sum(part for _, part in payments) - debt.collected
    returned = [(book.lots[lot_id], -part) for lot_id, part in undo(payments, undone, credits)]
    debt.collected -= credits
    book.post(
        EntryKind.RESTORE, returned, debt_id=debt.id, note="Given back: the debt it was collected for is cancelled."
    )


def collect_debts(book: Book, lot: Lot) -> None:
    """A lot that becomes effective pays open debts, the oldest first, as far as its limit allows."""
    left = lot.free if lot.debt_limit is None else min(lot.free, lot.debt_limit)
    if not lot.spendable(book.at):
        return
    for debt in sorted(book.debts.values(), key=lambda one: one.id):
        part = min(left, debt.owed)
        if not part:
            continue
        left -= part
        book.post(EntryKind.COLLECT, [(lot, part)], debt_id=debt.id, note="Owed since a payment was refunded.")
        debt.collected += part
        if not debt.owed:
            debt.state = DebtState.COLLECTED
        book.payments_of_debts.setdefault(debt.id, []).append((lot.id, part))
        book.changes.debts[debt.id] = debt
