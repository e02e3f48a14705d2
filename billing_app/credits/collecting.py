"""Which lots pay which debts: one rule, whatever was heard of first (ADR 0017). Pure.

A lot pays debts that are older than it: those whose money went back, at Stripe, before the lot became effective. The
lot that became effective first pays first, the oldest debt first, with all that is free of it after its own refund, or
as much as its limit says. From the lots and debts as they are, `payments_due` says what each must have paid; the book
then moves there, and may look as often as it likes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing_app.credits.book import Book
from billing_app.credits.claims import Debt
from billing_app.credits.kinds import DebtState, EntryKind
from billing_app.credits.lots import Lot

Payments = dict[tuple[int, int], int]
"""Credits by (debt id, lot id)."""


@dataclass(slots=True)
class _Payer:
    """A lot with what it can pay, and has left to pay, in all."""

    lot: Lot
    left: int


def paid_by_lots(book: Book) -> dict[int, int]:
    """What each lot has paid for debts, less what it got back."""
    sums: dict[int, int] = {}
    for parts in book.payments_of_debts.values():
        for lot_id, credits in parts.items():
            sums[lot_id] = sums.get(lot_id, 0) + credits
    return sums


def payments_due(book: Book, claimed: Mapping[int, int]) -> Payments:
    """What each lot must have paid for each debt.

    What an ended lot has paid stays paid as long as it is owed: given back it would be lost. A frozen lot pays nothing
    until it thaws. With lots in the order in which they became effective, and each paying the oldest debts, no other
    order could collect more: who may pay less pays first.

    Args:
        claimed: by lot id, what its payment's own claim is about to take of what is free.
    """
    debts = sorted(
        (debt for debt in book.debts.values() if debt.state in (DebtState.OPEN, DebtState.COLLECTED)),
        key=lambda one: (one.since, one.payment, one.lot_id, one.id),
    )
    owing = {debt.id: debt.claimed for debt in debts}
    due: Payments = {}

    def pay(debt: Debt, payer: _Payer, most: int) -> int:
        part = max(0, min(payer.left, owing[debt.id], most))
        if part:
            due[debt.id, payer.lot.id] = due.get((debt.id, payer.lot.id), 0) + part
            owing[debt.id] -= part
            payer.left -= part
        return part

    ended, living = _payers(book, claimed)
    spent_on = _spent_on(book)
    for payer in ended:
        for debt in debts:
            which = debt.payment, debt.lot_id, payer.lot.id
            spent_on[which] -= pay(debt, payer, spent_on[which])
    for payer in (*ended, *living):
        for debt in debts:
            if debt.since <= payer.lot.effective_at:
                pay(debt, payer, payer.left)
    return due


def _spent_on(book: Book) -> Counter[tuple[str, int, int]]:
    """What each lot has paid for what is owed of each refunded lot: (payment, that lot's id, the paying lot's id).

    Since when it is owed may have changed (an older refund was heard of); what was paid is still paid.
    """
    sums: Counter[tuple[str, int, int]] = Counter()
    for debt_id, parts in book.payments_of_debts.items():
        debt = book.debts[debt_id]
        for lot_id, credits in parts.items():
            sums[debt.payment, debt.lot_id, lot_id] += credits
    return sums


def _payers(book: Book, claimed: Mapping[int, int]) -> tuple[list[_Payer], list[_Payer]]:
    """The lots that have ended, with what they have paid, and those that can be spent, with what they can pay."""
    paid = paid_by_lots(book)
    ended: list[_Payer] = []
    living: list[_Payer] = []
    for lot in sorted(book.lots.values(), key=lambda one: (one.effective_at, one.source)):
        before = paid.get(lot.id, 0)
        if lot.booked and lot.ended(book.at):
            ended.append(_Payer(lot, before))
        elif lot.spendable(book.at):
            can = lot.free + before - claimed.get(lot.id, 0)
            living.append(_Payer(lot, can if lot.debt_limit is None else min(lot.debt_limit, can)))
    return ended, living


def give_back_payments(book: Book, due: Payments) -> None:
    """Give lots back what they have paid for debts and no longer have to."""
    for debt_id, paid in list(book.payments_of_debts.items()):
        debt = book.debts[debt_id]
        note = _CANCELLED if debt.collected > debt.claimed else _NOT_BY_THESE
        changes = [(lot_id, due.get((debt_id, lot_id), 0) - credits) for lot_id, credits in paid.items()]
        _move(book, debt, EntryKind.RESTORE, [one for one in changes if one[1] < 0], note)


def collect_payments(book: Book, due: Payments) -> None:
    """Take from lots what they have to pay, and say of each debt whether it is paid."""
    changes: dict[int, list[tuple[int, int]]] = {debt_id: [] for debt_id in book.debts}
    for (debt_id, lot_id), credits in due.items():
        changes[debt_id].append((lot_id, credits - book.payments_of_debts.get(debt_id, {}).get(lot_id, 0)))
    for debt_id, parts in changes.items():
        debt = book.debts[debt_id]
        _move(book, debt, EntryKind.COLLECT, [one for one in parts if one[1] > 0], _OWED)
        _say_whether_paid(book, debt)


_OWED = "Owed since a payment was refunded."
_CANCELLED = "Given back: the debt it was collected for is cancelled."
_NOT_BY_THESE = "Given back: the debt it was collected for is not paid by these credits any more."


def _move(book: Book, debt: Debt, kind: EntryKind, changes: Sequence[tuple[int, int]], note: str) -> None:
    """Let lots pay more (or less) of one debt, by (lot id, credits): one entry, if there is anything to change."""
    if not changes:
        return
    book.post(kind, [(book.lots[lot_id], credits) for lot_id, credits in changes], debt_id=debt.id, note=note)
    payments = book.payments_of_debts.setdefault(debt.id, {})
    for lot_id, credits in changes:
        debt.collected += credits
        payments[lot_id] = payments.get(lot_id, 0) + credits
        if not payments[lot_id]:
            del payments[lot_id]
    book.changes.debts[debt.id] = debt


def _say_whether_paid(book: Book, debt: Debt) -> None:
    if not debt.claimed:
        state = DebtState.CANCELLED
    elif debt.state == DebtState.WRITTEN_OFF:
        return
    else:
        state = DebtState.COLLECTED if debt.collected == debt.claimed else DebtState.OPEN
    if debt.state != state:
        debt.state = state
        book.changes.debts[debt.id] = debt
        book.changes.account = True
