"""From one window's lot to the next: the renewal gap, what was used in it, and what rolls over. Pure.

Between the end of a window and the next paid invoice lies a gap of an hour or more. A lot stays open through it
(`renews_at` is the end of its window, `expires_at` that of the gap). When the next lot is there, the gap is over: what
was used in it is carried to the new lot, what is left rolls over as far as the policy says, and the rest expires.
"""

from datetime import datetime, timedelta

from billing_app.credits.book import Book, Consumption
from billing_app.credits.kinds import EntryKind, LotKind
from billing_app.credits.lots import Lot


def note_use(book: Book, lot: Lot, credits: int, since: datetime) -> None:
    """Credits of this lot were consumed, or set aside by a hold that is captured now, at `since`: if that was in the
    gap, the next lot answers for them."""
    if lot.renews_at is not None and lot.renews_at <= since:
        lot.gap_used += credits
        book.touch(lot)
        if lot.ended(book.at) and (following := next_lot(book, lot)) is not None:
            carry(book, lot, following)


def note_return(book: Book, lot: Lot, credits: int, entry: Consumption) -> None:
    """Credits of a consumption are given back to this lot before the gap was over."""
    if lot.gap_used and lot.renews_at is not None and lot.renews_at <= entry.at:
        lot.gap_used -= min(lot.gap_used, credits)
        book.touch(lot)


def hand_over(book: Book, earlier: Lot, lot: Lot) -> None:
    """The next lot is there: the earlier one answers no more. The caller then settles, which ends what is over."""
    carry(book, earlier, lot)
    if earlier.renews_at is None or earlier.ended(book.at):
        return
    # Time stands still for a frozen lot: in the gap it had only what was left of it when the dispute began.
    now = earlier.frozen_at or book.at
    earlier.expires_at = max(earlier.renews_at, now)
    book.touch(earlier)


def carry(book: Book, earlier: Lot, lot: Lot) -> None:
    """Take out of the new lot what was used of the earlier one in the gap, as far as it has so much."""
    credits = min(earlier.gap_used, lot.free)
    if credits:
        earlier.gap_used -= credits
        book.post(
            EntryKind.CARRY,
            [(earlier, -credits), (lot, credits)],
            lot_id=lot.id,
            note="Used while the renewal was being paid: counted in the new window.",
        )


def next_lot(book: Book, earlier: Lot) -> Lot | None:
    """The plan's lot that begins where this one's window ends."""
    following = [
        lot
        for lot in book.lots.values()
        if lot.kind == LotKind.PLAN
        and lot.effective_at == earlier.due_end
        and (lot.booked or lot.remaining)
        and lot is not earlier
    ]
    return min(following, key=lambda lot: lot.id, default=None)


def rolls_over(book: Book, ended: Lot, credits: int) -> Lot | None:
    """Of what was left at the lot's end, make a lot of its own, as the policy says; none if no next lot follows.

    The money stays with the lot it was paid for, which `origin_lot_id` names.
    """
    credits = min(credits, ended.rolls)
    source = f"rollover:{ended.id}"
    # What a hold returns later is expired: rolling over happens at the end itself.
    if not credits or ended.expires_at != book.at or next_lot(book, ended) is None:
        return None
    if any(lot.source == source for lot in book.lots.values()):
        return None
    return book.open_lot(
        kind=LotKind.ROLLOVER,
        label=f"Carried over: {ended.label}"[:255],
        source=source,
        payment=ended.payment,
        origin_lot_id=ended.id,
        granted=credits,
        priority=ended.priority,
        paid_minor=0,
        currency=None,
        effective_at=book.at,
        expires_at=book.at + timedelta(days=ended.rolls_days),
        debt_limit=None,
        actor=ended.actor,
        note="",
    )
