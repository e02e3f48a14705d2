"""The mails a subscription's news causes, written from the mirror in the transaction that mirrors the news.

Each is owed once for its fact, so calling again is harmless. None of them asks Stripe anything.
"""

from sqlalchemy.ext.asyncio import AsyncSession


async def owe_invoice_receipt(session: AsyncSession, stripe_invoice_id: str) -> int | None:
    """Owe the receipt of a paid invoice (ML1): call it after the invoice is mirrored and its credits are granted.

    An invoice of nothing (a trial's first) gets none. Reference: the invoice.
    """
    return None


async def owe_invoice_failed(session: AsyncSession, stripe_invoice_id: str, *, decline_code: str | None) -> int | None:
    """Owe the news that an attempt to collect an invoice failed (ML4): after invoice and subscription are mirrored.

    The dates come from the invoice's next attempt and the subscription's `past_due_since` with the grace of the
    policy; without a next attempt it is the final one. Reference: the invoice and its attempt.

    Args:
        decline_code: Stripe's, turned into words for customers; None or unknown: a general sentence.
    """
    return None


async def owe_action_required(session: AsyncSession, stripe_invoice_id: str) -> int | None:
    """Owe the request to confirm a payment with the bank (3-D Secure). Reference: the invoice."""
    return None


async def owe_plan_cancelled(session: AsyncSession, subscription_id: int, *, unpaid: bool = False) -> int | None:
    """Owe the confirmation that a plan will end, or has ended (ML7), as the mirror now says. `subscription_id` is ours.

    Reference: the subscription and the date it ends, so cancelled, resumed and cancelled again are three mails.
    """
    return None


async def owe_plan_resumed(session: AsyncSession, subscription_id: int) -> int | None:
    """Owe the confirmation that a cancellation was taken back (ML7)."""
    return None


async def owe_plan_switched(session: AsyncSession, subscription_id: int, *, from_item_id: int) -> int | None:
    """Owe the confirmation of a switch that has happened or is scheduled (ML7), as the mirror now says."""
    return None
