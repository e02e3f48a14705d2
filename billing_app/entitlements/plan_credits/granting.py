"""Plan credits as facts make them: an invoice is paid, a trial begins, a subscription changes or ends."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.items import Offer
from billing_app.catalog.policies import Policies
from billing_app.credits import Ledger
from billing_app.entitlements.plan_credits.facts import CreditEffect, PaidInvoice
from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.subscriptions.views import HeldSubscription


def upgrade_credits(old: int, new: int, window: Window, at: datetime) -> int:
    """Credits of an upgrade in the middle of a window: floor((new - old) x remaining / window), in exact time.

    Args:
        old, new: credits a month, before and after.
        at: Stripe's proration date.
    """
    return int(max(0, new - old) * Fraction(window.from_(at)))


async def invoice_paid(session: AsyncSession, ledger: Ledger, paid: PaidInvoice, policies: Policies) -> list[str]:
    """Grant what a paid invoice pays for, and take back what it credits. The one way plan credits come.

    Joins the caller's transaction, after the subscription was mirrored. Safe to repeat.

    Returns:
        What it did, in words; nothing: no change.
    """
    raise NotImplementedError


async def preview_invoice(
    session: AsyncSession, ledger: Ledger, preview: PaidInvoice, policies: Policies
) -> CreditEffect:
    """What `invoice_paid` would do with this invoice, by the same rules. Changes nothing.

    Args:
        preview: Stripe's preview of the invoice that the change makes, as it would be paid (its ids may be made up).
    """
    raise NotImplementedError


async def preview_at_period_end(
    session: AsyncSession, ledger: Ledger, held: HeldSubscription, new: Offer | None
) -> CreditEffect:
    """What a change at the end of the period (a downgrade, or with None a cancellation) does to credits."""
    raise NotImplementedError


async def trial_started(session: AsyncSession, ledger: Ledger, held: HeldSubscription) -> list[str]:
    """Make the trial's lot, once per subscription; it ends with the trial."""
    raise NotImplementedError


async def plan_changed(session: AsyncSession, ledger: Ledger, held: HeldSubscription, policies: Policies) -> list[str]:
    """Bring lots in line with a subscription that was mirrored anew, whatever changed: status, cancellation, trial end.

    Opens or closes the renewal gap, moves the trial lot's end, and has the free month asked for again. Safe to repeat.
    """
    raise NotImplementedError


async def subscription_ended(
    session: AsyncSession, ledger: Ledger, held: HeldSubscription, at: datetime, *, voids: bool
) -> list[str]:
    """A subscription is over.

    Args:
        voids: it was cancelled at once and the policy `cancel_now_credits` is `void`: what is left of its lots goes,
            prepared ones too. False keeps what was paid for, to the end of each lot's window.
    """
    raise NotImplementedError
