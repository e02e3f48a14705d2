"""Every SQL statement about what erased customers have open at Stripe, and what they paid since."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.refunds.models import Refund
from billing_app.payments.store import UNDER_WAY

PAID_BEFORE = "paid_before_erasure"
LOOKED_AT = "paid_after_erasure"
REFUSED = "late_money_refused"
FINAL = "late_money_stays"
"""Facts about a payment intent of an erased customer: it stays as it is; nothing of it is left, and that is audited; it
could not be given back, and somebody was told (it is tried again); it is not tried any more."""
MADE = "late_money_refund"
"""Fact about a refund: it is audited."""
_UNSETTLED = (*UNDER_WAY, "pending")
_AT_ONCE = 100

_KEEP = text(
    """INSERT INTO facts (kind, key, learnt_from, claimed_at)
    SELECT :kind, stripe_payment_intent, 'erasure', :now FROM payments
    WHERE customer_id = :customer AND captured_minor > 0 ON CONFLICT DO NOTHING"""
)
# A refund that failed is money that is left again, whatever was noted of it.
_NEW_MONEY = f"""SELECT p.id FROM payments p WHERE p.customer_id = {{customer}} AND p.captured_minor > 0
    AND NOT EXISTS (
        SELECT 1 FROM facts f WHERE f.kind IN ('{PAID_BEFORE}', '{FINAL}') AND f.key = p.stripe_payment_intent)
    AND (p.captured_minor > p.refunded_minor + p.disputed_minor OR NOT EXISTS (
        SELECT 1 FROM facts f WHERE f.kind = '{LOOKED_AT}' AND f.key = p.stripe_payment_intent))"""  # noqa: S608
_PAID_SINCE = text(_NEW_MONEY.format(customer=":customer") + " ORDER BY p.id LIMIT :limit")
_UNFINISHED = text(
    f"""SELECT c.id FROM customers c WHERE c.erased_at > :since AND c.id > :above AND (
        EXISTS (SELECT 1 FROM checkouts k WHERE k.customer_id = c.id AND k.state = ANY(:unsettled))
        OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.customer_id = c.id AND s.ours AND NOT s.superseded
            AND s.stripe_subscription_id IS NOT NULL AND s.status = ANY(:live))
        OR EXISTS ({_NEW_MONEY.format(customer="c.id")}))
    ORDER BY c.id LIMIT :limit"""  # noqa: S608 - our own words
)


async def unsettled(session: AsyncSession, customer_id: int) -> Sequence[Checkout]:
    """The customer's checkouts that may still be paid, or are being paid."""
    found = await session.scalars(
        select(Checkout)
        .where(col(Checkout.customer_id) == customer_id, col(Checkout.state).in_(_UNSETTLED))
        .order_by(col(Checkout.id))
        .limit(_AT_ONCE)
    )
    return found.all()


async def keep_what_was_paid(session: AsyncSession, customer_id: int) -> None:
    """Note which payments were made before the customer is erased: these are not given back for it."""
    await session.execute(_KEEP, {"kind": PAID_BEFORE, "customer": customer_id, "now": clock.wall()})


async def paid_since(session: AsyncSession, customer_id: int) -> Sequence[Payment]:
    """Payments that an erased customer made since, of which something is left, or nothing was noted yet."""
    ids = (await session.scalars(_PAID_SINCE, {"customer": customer_id, "limit": _AT_ONCE})).all()
    return (await session.scalars(select(Payment).where(col(Payment.id).in_(ids)).order_by(col(Payment.id)))).all()


async def failed_refunds(session: AsyncSession, payment_id: int) -> int:
    """How many refunds of a payment were made at Stripe and came back."""
    return (
        await session.scalar(
            select(func.count()).where(
                col(Refund.payment_id) == payment_id,
                col(Refund.status) == "failed",
                col(Refund.stripe_refund_id).is_not(None),
            )
        )
    ) or 0


async def unfinished(session: AsyncSession, since: datetime, above: int, limit: int) -> Sequence[int]:
    """Customers erased since then with a page, a plan or money that is still to be seen to; by number, above this."""
    asked = {
        "since": since,
        "above": above,
        "unsettled": list(_UNSETTLED),
        "live": list(LIVE),
        "limit": limit,
    }
    return (await session.scalars(_UNFINISHED, asked)).all()
