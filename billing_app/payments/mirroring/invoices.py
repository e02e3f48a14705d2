"""Writes an invoice as Stripe tells it now. A paid one gives the plan's credits, once; its refund takes them back."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store as catalog
from billing_app.entitlements import plan_credits
from billing_app.entitlements.plan_credits import PaidInvoice, PaidLine
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.payments import store as payments
from billing_app.payments import subscription_mails as mails
from billing_app.payments.gateway_subscriptions import CustomerSubscriptions
from billing_app.payments.mirroring import checkouts, store
from billing_app.payments.mirroring.checkouts import INVOICE_PAID
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.mirroring.subscriptions import credits_go, mirror, owner_of
from billing_app.payments.mirroring.terms import item_of
from billing_app.payments.refunds.bringing import bring, enforce
from billing_app.payments.rules import Context
from billing_app.payments.subscription_objects import Line, ToldInvoice

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InvoiceTold:
    """An invoice with the subscriptions of its customer, asked for after it (`asked_at`: wall time, before both)."""

    invoice: ToldInvoice
    subscriptions: CustomerSubscriptions
    asked_at: datetime


async def mirror_invoice(session: AsyncSession, told: InvoiceTold, context: Context, learnt_from: str) -> list[str]:
    """Bring an invoice, and the subscription it is for, to where Stripe says they are. Joins the caller's transaction.

    Returns:
        What changed, in words.

    Raises:
        NotOurs: a customer of somebody else. MissingParent: ours, but not in this database (yet).
    """
    effects = await mirror(session, told.subscriptions, context)
    customer_id = await owner_of(session, told.subscriptions)
    held = await subscriptions.by_stripe_id(session, told.invoice.subscription) if told.invoice.subscription else None
    before = await store.invoice_for_update(session, told.invoice.id)
    if before is not None and before.asked_at > told.asked_at:
        return effects
    prices = await _items(session, told)
    was = before.status if before is not None else None
    row = await store.write_invoice(session, _values(customer_id, held, told, prices))
    if was != row.status:
        effects.append(f"invoice {told.invoice.number or told.invoice.id}: {row.status}")
    for paid in told.invoice.payments:
        await payments.write_payment(session, row, paid.intent, paid.charge)
    if row.status == "paid" and held is not None:
        paid_invoice = _paid_invoice(row, held, told.invoice, prices)
        effects += await _paid(session, row, held, paid_invoice, context=context, learnt_from=learnt_from)
    for paid in told.invoice.payments:
        if paid.back is not None:
            effects += await bring(session, context, row, paid.back)
    if row.status == "open" and held is not None and held.ours:
        await _tell_trouble(session, row, told.invoice, context)
    return effects


async def fail(session: AsyncSession, told: InvoiceTold, event_id: str) -> list[str]:
    """Keep the processor's words for a refused charge of an invoice: for the merchant, once per event."""
    row = await store.invoice_for_update(session, told.invoice.id)
    refused = next((paid.intent for paid in told.invoice.payments if paid.intent.failure_code), None)
    if row is None or refused is None:
        return []
    recorded = await payments.add_failure(
        session,
        {
            "customer_id": row.customer_id,
            "invoice_id": row.id,
            "event_id": event_id,
            "stripe_payment_intent": refused.id,
            "code": refused.failure_code,
            "message": refused.failure_message[:500] if refused.failure_message else None,
            "failed_at": clock.now(),
        },
    )
    return [f"failure of {refused.id} recorded: {refused.failure_code}"] if recorded else []


async def _paid(
    session: AsyncSession,
    row: Invoice,
    held: HeldSubscription,
    paid: PaidInvoice,
    *,
    context: Context,
    learnt_from: str,
) -> list[str]:
    """What a paid invoice gives. Nothing for another's subscription or a second one; nothing yet for unknown terms."""
    if not held.ours or held.superseded:
        return []
    if held.item is None:
        logger.error(
            "invoice %s is paid for a price that is not in the catalogue: no credits are given", paid.invoice_id
        )
        return []
    if not await payments.claim_fact(session, INVOICE_PAID, paid.invoice_id, learnt_from):
        return []
    if held.handed_over_at and paid.paid_at < held.handed_over_at and paid.invoice_id != held.latest_invoice:
        return [f"invoice {paid.invoice_id} was paid before its subscription was handed over: it gives nothing"]
    effects = await plan_credits.invoice_paid(session, context.ledger, paid, context.policies)
    if held.ended_at is not None and paid.paid_at <= held.ended_at and credits_go(held, context):
        # Heard of after the end, which found none of these credits to take.
        effects += await plan_credits.subscription_ended(session, context.ledger, held, held.ended_at, voids=True)
    for payment in await payments.payments_of_invoice(session, row.id):
        effects += await enforce(session, context, row, payment)  # given back before it could give anything
        break  # what one of them enforces is the share of all
    effects += await checkouts.finish(session, held)
    await mails.owe_invoice_receipt(session, paid.invoice_id)
    return effects


def _paid_invoice(row: Invoice, held: HeldSubscription, told: ToldInvoice, prices: dict[str, int]) -> PaidInvoice:
    assert held.stripe_subscription_id is not None, "an invoice is for a subscription at Stripe"
    return PaidInvoice(
        customer_id=row.customer_id,
        subscription_id=held.id,
        stripe_subscription_id=held.stripe_subscription_id,
        invoice_id=told.id,
        billing_reason=told.billing_reason or "",
        paid_at=told.paid_at or clock.now(),
        item=held.item,
        anchor=held.anchor,
        lines=tuple(
            PaidLine(
                line_id=line.id,
                item_id=prices.get(line.price or ""),
                period_start=line.period_start,
                period_end=line.period_end,
                net_minor=line.net_minor,
                currency=told.currency,
                proration=line.proration,
            )
            for line in told.lines
            if line.subscription == held.stripe_subscription_id
        ),
        trial_start=held.trial_start,
        trial_end=held.trial_end,
    )


async def _items(session: AsyncSession, told: InvoiceTold) -> dict[str, int]:
    """Which item each price on the invoice stands for, where the catalogue knows it."""
    found: dict[str, int] = {}
    for one in told.subscriptions.subscriptions:
        for line in one.items:
            item = await item_of(session, line.price, hint=one.metadata.get("item_id"))
            if item is not None:
                found[line.price.id] = item.item_id
    for price in {line.price for line in told.invoice.lines if line.price} - found.keys():
        item = await catalog.item_of_stripe_price(session, price)
        if item is not None:
            found[price] = item.item_id
    return found


async def _tell_trouble(session: AsyncSession, row: Invoice, told: ToldInvoice, context: Context) -> None:
    """The mails of an invoice that was tried and is not paid: confirm with the bank, or another card is needed."""
    grace = context.policies.past_due_grace_days
    if not row.attempt_count:
        return
    if any(paid.intent.status == "requires_action" for paid in told.payments):
        await mails.owe_action_required(session, told.id, grace_days=grace)
        return
    code = next((paid.intent.failure_code for paid in told.payments if paid.intent.failure_code), None)
    await mails.owe_invoice_failed(session, told.id, decline_code=code, grace_days=grace)


def _values(
    customer_id: int, held: HeldSubscription | None, told: InvoiceTold, prices: dict[str, int]
) -> dict[str, Any]:
    invoice = told.invoice
    # Stripe's own period of an invoice is the one before it; its dearest line says what it pays for.
    paid_for = max(invoice.lines, key=lambda line: line.amount_minor, default=None)
    return {
        "customer_id": customer_id,
        "subscription_id": held.id if held is not None else None,
        "stripe_invoice_id": invoice.id,
        "number": invoice.number,
        "status": invoice.status,
        "billing_reason": invoice.billing_reason,
        "description": invoice.description or (paid_for.description if paid_for else ""),
        "currency": invoice.currency,
        "subtotal_minor": invoice.subtotal_minor,
        "discount_minor": invoice.discount_minor,
        "tax_minor": invoice.tax_minor,
        "total_minor": invoice.total_minor,
        "due_minor": invoice.due_minor,
        "paid_minor": invoice.paid_minor,
        "hosted_url": invoice.hosted_url,
        "pdf_url": invoice.pdf_url,
        "period_start": paid_for.period_start if paid_for else invoice.period_start,
        "period_end": paid_for.period_end if paid_for else invoice.period_end,
        "created_at": invoice.created,
        "finalized_at": invoice.finalized_at,
        "paid_at": invoice.paid_at,
        "attempt_count": invoice.attempt_count,
        "next_attempt_at": invoice.next_attempt_at,
        "lines": [_line(line, prices) for line in invoice.lines],
        "asked_at": told.asked_at,
    }


def _line(line: Line, prices: dict[str, int]) -> dict[str, Any]:
    return {
        "id": line.id,
        "description": line.description,
        "amount_minor": line.amount_minor,
        "net_minor": line.net_minor,
        "period_start": line.period_start.isoformat(),
        "period_end": line.period_end.isoformat(),
        "proration": line.proration,
        "price": line.price,
        "item_id": prices.get(line.price or ""),
    }


async def unsettled_of(session: AsyncSession, subscription_id: str, listed: Sequence[tuple[str, str]]) -> list[str]:
    """Of the invoices that Stripe lists (id, status) those to look at: not as we know them, or paid without effect.

    Drafts are left: their time comes.
    """
    held = await subscriptions.by_stripe_id(session, subscription_id)
    if held is None:
        return []
    gives = held.ours and not held.superseded and held.item is not None
    known = await store.settled_invoices(session, [invoice_id for invoice_id, _ in listed], INVOICE_PAID)
    wanting: list[str] = []
    for invoice_id, status in listed:
        known_status, had_effect = known.get(invoice_id, ("", False))
        if status != "draft" and (known_status != status or (status == "paid" and gives and not had_effect)):
            wanting.append(invoice_id)
    return wanting
