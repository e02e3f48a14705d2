"""Money given back in Stripe takes back what it paid for: its share of the credits, or, at the whole, the unlock.

Absolute and cumulative: what counts is how much of the charge is refunded now, not how many events told of it.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.credits import Ledger, Revoke, Revoked, Spent, UnknownPayment
from billing_app.entitlements import unlocking
from billing_app.payments import store
from billing_app.payments.mirroring import store as invoices
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.stripe_objects import Charge

REFUND = "refund"


async def take_back(
    session: AsyncSession, ledger: Ledger, checkout: Checkout, charge: Charge, *, spent: Spent, learnt_from: str
) -> list[str]:
    """Take back the refunded share of what this charge paid for; joins the caller's transaction.

    Args:
        spent: what becomes of refunded credits that are spent (a policy of the catalogue).

    Returns:
        Effects in words; none if this much was taken back before.
    """
    assert charge.payment_intent is not None
    payment = await store.payment_for_update(session, charge.payment_intent)
    assert payment is not None, "the checkout was settled just before"
    if charge.refunded_minor <= payment.refunded_minor or not charge.captured_minor:
        return []
    if not await store.claim_fact(session, REFUND, f"{charge.id}:{charge.refunded_minor}", learnt_from):
        return []
    if checkout.kind == "unlock":
        effects = await _lock_again(session, checkout, payment, charge)
    else:
        effects = [await _reclaim_credits(session, ledger, checkout, charge, spent)]
    await store.set_refunded(session, payment.id, charge.refunded_minor)
    share = f"{charge.refunded_minor} of {charge.captured_minor} {charge.currency}"
    return [f"refund of {charge.id}: {share} in minor units", *effects]


async def take_back_from_invoice(
    session: AsyncSession, ledger: Ledger, invoice: Invoice, charge: Charge, *, spent: Spent, learnt_from: str
) -> list[str]:
    """Take back the refunded share of the plan credits that this charge of an invoice paid for.

    The share is that of the whole invoice, whose lots they are: what was refunded of all that was captured for it.

    Returns:
        Effects in words; none if this much was taken back before.
    """
    payment = await store.payment_for_update(session, charge.payment_intent) if charge.payment_intent else None
    if payment is None or charge.refunded_minor <= payment.refunded_minor or not charge.captured_minor:
        return []
    if not await store.claim_fact(session, REFUND, f"{charge.id}:{charge.refunded_minor}", learnt_from):
        return []
    await store.set_refunded(session, payment.id, charge.refunded_minor)
    refunded = await invoices.sum_refunds(session, invoice.id)
    done = f"refund of {charge.id}: {refunded} {charge.currency} of its invoice in minor units"
    return [done, *await reclaim_plan_credits(session, ledger, invoice, refunded, spent)]


async def reclaim_plan_credits(
    session: AsyncSession, ledger: Ledger, invoice: Invoice, refunded_minor: int, spent: Spent
) -> list[str]:
    """Take back the share of an invoice's credits that its refunds stand for. Absolute: repeating changes nothing.

    Returns:
        What it did, in words; nothing for an invoice that gave no credits.
    """
    revoke = Revoke(
        customer_id=invoice.customer_id,
        payment=invoice.stripe_invoice_id,
        refunded=refunded_minor,
        captured=await store.captured_for_invoice(session, invoice.id),
        spent=spent,
        actor="stripe",
        note=f"Refund of invoice {invoice.number or invoice.stripe_invoice_id}",
    )
    try:
        revoked = await ledger.apply_one(session, revoke, Revoked)
    except UnknownPayment:
        return []
    return [_in_words(revoked, invoice.customer_id)]


async def _lock_again(session: AsyncSession, checkout: Checkout, payment: Payment, charge: Charge) -> list[str]:
    """An unlock goes when all of its price is given back."""
    whole = charge.refunded_minor >= charge.captured_minor
    codes = await unlocking.refund(session, checkout.customer_id, payment.stripe_payment_intent, whole=whole)
    return [f"{code} taken back from customer {checkout.customer_id}" for code in codes]


async def _reclaim_credits(
    session: AsyncSession, ledger: Ledger, checkout: Checkout, charge: Charge, spent: Spent
) -> str:
    assert charge.payment_intent is not None
    revoke = Revoke(
        customer_id=checkout.customer_id,
        payment=charge.payment_intent,
        refunded=charge.refunded_minor,
        captured=charge.captured_minor,
        spent=spent,
        actor="stripe",
        note=f"Refund of {checkout.name}",
    )
    revoked = await ledger.apply_one(session, revoke, Revoked)
    return _in_words(revoked, checkout.customer_id)


def _in_words(revoked: Revoked, customer_id: int) -> str:
    return (
        f"{revoked.taken} credits taken back from customer {customer_id}, {revoked.held} more when holds "
        f"return them, {revoked.owed} owed, {revoked.forgiven} forgiven"
    )
