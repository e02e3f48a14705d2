"""Bring a book to where its claims and debts say it must stand: take back, mark, owe, collect, or give back. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from billing_app.credits.book import Book
from billing_app.credits.claims import Claim, Debt, Stand, new_debt_state, stand
from billing_app.credits.collecting import collect_payments, give_back_payments, paid_by_lots, payments_due
from billing_app.credits.kinds import DebtState, EntryKind
from billing_app.credits.lots import Lot
from billing_app.credits.returning import let_returned_be_used


def enforce_claims(book: Book, *, actor: str = "system", note: str = "") -> None:
    """Look at every claim and every debt again, until nothing moves: looking once more then changes nothing.

    What a living lot has paid for debts counts as its own when its payment is claimed back, so one look does, unless an
    ended lot was given something back: that a claim may take. Ends, because ended lots pay no more than they have.
    `actor` and `note` are of the operation that moves a claim; none when a claim waited for credits to return.
    """
    if not book.claims or book.collecting_later:
        return
    done = len(book.changes.allocations)
    _look_until_still(book, actor, note)
    while let_returned_be_used(book, book.changes.allocations[done:]):
        _look_until_still(book, actor, note)


def _look_until_still(book: Book, actor: str, note: str) -> None:
    for _ in range(len(book.claims) + len(book.debts) + 1):
        before = book.entry_count
        _look(book, actor, note)
        if book.entry_count == before:
            return


def _look(book: Book, actor: str, note: str) -> None:
    paid = paid_by_lots(book)
    claims = list(book.claims.values())
    stands = [(claim, stand(claim, book.lots_of_payment(claim.payment), paid, book.at)) for claim in claims]
    for claim, of_lots in stands:
        _give_back(book, of_lots, actor, note)
        _owe(book, claim, of_lots)
    taking = {one.lot.id: one.revoked - one.lot.revoked for _, of_lots in stands for one in of_lots}
    due = payments_due(book, taking)
    give_back_payments(book, due)
    for _, of_lots in stands:
        _take_back(book, of_lots, actor, note)
    collect_payments(book, due)


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


def _owe(book: Book, claim: Claim, stands: Sequence[Stand]) -> None:
    """Owe what is spent of each lot's target since each moment, no more and no less.

    What is only owed since another moment than was thought stays owed, or written off: policies are for what is new.
    """
    wanted = {(one.lot.id, since): credits for one in stands for since, credits in one.owed.items()}
    owing: dict[tuple[int, datetime], list[Debt]] = {}
    for debt in book.debts.values():
        if debt.payment == claim.payment:
            owing.setdefault((debt.lot_id, debt.since), []).append(debt)
    cancelled = _cancel_more_than(book, owing, wanted)
    for (lot_id, since), credits in sorted(wanted.items()):
        more = credits - sum(debt.claimed for debt in owing.get((lot_id, since), ()))
        moved = cancelled.setdefault(lot_id, Counter())
        for state, part in _as_before(moved, more, new_debt_state(claim)).items():
            if part > 0:
                book.open_debt(payment=claim.payment, lot_id=lot_id, credits=part, state=state, since=since)


def _as_before(moved: Counter[DebtState], more: int, otherwise: DebtState) -> Counter[DebtState]:
    """In which states so much more is owed: as what moved here was (and less of it is left), the rest `otherwise`."""
    parts: Counter[DebtState] = Counter()
    for state, credits in moved.items():
        parts[state] = max(0, min(credits, more - parts.total()))
    moved.subtract(parts)
    parts[otherwise] += more - parts.total()
    return parts


def _cancel_more_than(
    book: Book, owing: Mapping[tuple[int, datetime], Sequence[Debt]], wanted: Mapping[tuple[int, datetime], int]
) -> dict[int, Counter[DebtState]]:
    """Owe less, the youngest debt first; what was collected of it then goes back where it came from.

    Returns:
        By lot, how much less by the state it was in, those of the oldest moment first.
    """
    cancelled: dict[int, Counter[DebtState]] = {}
    for (lot_id, since), debts in sorted(owing.items()):
        too_much = sum(debt.claimed for debt in debts) - wanted.get((lot_id, since), 0)
        for debt in sorted(debts, key=lambda one: one.id, reverse=True):
            if (part := min(too_much, debt.claimed)) > 0:
                debt.cancelled += part
                too_much -= part
                state = DebtState.WRITTEN_OFF if debt.state == DebtState.WRITTEN_OFF else DebtState.OPEN
                cancelled.setdefault(lot_id, Counter())[state] += part
                book.changes.debts[debt.id] = debt
                book.changes.account = True
    return cancelled
