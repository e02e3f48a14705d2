"""What comes back to a lot that has ended, because less is claimed or owed: usable for a few days. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from billing_app.credits.book import Allocation, Book


def let_returned_be_used(book: Book, moved: Sequence[Allocation]) -> bool:
    """Let lots last longer that had ended and were given something back, so that it does not expire at once (policy).

    The lot itself lasts longer, as after a dispute that was won, and not a new lot: its payment's claim still covers
    it, and its price stays on its credits. What was ended early stays ended: these credits would be gone as well.

    Args:
        moved: what a look at the claims has moved; negative: given back.

    Returns:
        Whether there was such a lot.
    """
    found = False
    for lot_id in sorted({one.lot_id for one in moved if one.credits < 0}):
        lot = book.lots[lot_id]
        if not lot.ended(book.at) or lot.ended_early or lot.free <= 0:
            continue
        lot.promised_end = lot.promised_end or lot.due_end
        lot.expires_at, lot.renews_at = book.at + timedelta(days=book.return_days), None
        claim = book.claims.get(lot.payment) if lot.payment else None
        if claim is not None and claim.frozen_at is not None:
            lot.frozen_at = book.at  # its payment is disputed meanwhile: time stands still from here on
        book.touch(lot)
        found = True
    return found
