"""The mails a subscription's news causes, written from the mirror in the transaction that mirrors the news.

Each is owed once for its fact, so calling again is harmless. None of them asks Stripe anything; where the mirror lacks
what a mail needs (a plan nobody knows), none is owed.
"""

from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.entitlements.subscriptions import standing, store
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.notifications import letters
from billing_app.notifications.letters import ReceiptLine, owe
from billing_app.notifications.letters.of_subscriptions import Every
from billing_app.payments import mail_facts
from billing_app.payments.decline_words import in_words
from billing_app.payments.mirroring.models import Invoice

_MAX_LINES = 50
_MAX_TEXT = 500
# Whoever takes or changes a plan sees on the page that the card was refused; only what nobody watches is written about.
_ASKED_FOR = frozenset({"subscription_create", "subscription_update", "manual"})
_OF_CHANGES = {
    "cancel_scheduled": "cancelled",
    "ended": "cancelled",
    "resumed": "resumed",
    "switched": "switched",
    "change_scheduled": "switched",
}


class _Price(TypedDict):
    amount_minor: int
    currency: str
    every: Every


async def owe_invoice_receipt(session: AsyncSession, stripe_invoice_id: str) -> int | None:
    """Owe the receipt of a paid invoice (ML1): call it after the invoice is mirrored and its credits are granted.

    An invoice of nothing (a trial's first) or of a credit gets none. Reference: the invoice.
    """
    invoice, held = await _invoice_and_plan(session, stripe_invoice_id)
    if invoice is None or held is None or held.plan is None or invoice.status != "paid" or invoice.total_minor <= 0:
        return None
    at = invoice.paid_at or clock.now()
    credits = await mail_facts.credits_of(session, invoice.customer_id, stripe_invoice_id, at)
    before_tax = invoice.subtotal_minor - invoice.discount_minor
    letter = letters.SubscriptionReceipt(
        number=invoice.number or stripe_invoice_id,
        plan=held.plan.name,
        currency=invoice.currency,
        lines=_lines(invoice, held.plan.name),
        discount_minor=invoice.discount_minor,
        tax_minor=invoice.tax_minor,
        tax_inclusive=invoice.tax_minor > 0 and invoice.total_minor == before_tax,
        from_balance_minor=max(0, invoice.total_minor - invoice.due_minor),
        total_minor=invoice.paid_minor,
        paid_at=at,
        credits_granted=credits.credits if credits else None,
        each_month=credits.more if credits else False,
        expires_at=credits.expires_at if credits else None,
        balance_after=await mail_facts.available(session, invoice.customer_id) if credits else None,
        renews_at=held.period_end if held.live and held.ends_at is None else None,
        invoice_url=invoice.hosted_url,
        pdf_url=invoice.pdf_url,
    )
    return await owe(session, letter, customer_id=invoice.customer_id, reference=stripe_invoice_id)


async def owe_invoice_failed(
    session: AsyncSession, stripe_invoice_id: str, *, decline_code: str | None, grace_days: int
) -> int | None:
    """Owe the news that an attempt to collect an invoice failed (ML4): after invoice and subscription are mirrored.

    One mail for each attempt. Without a next attempt it is the final one, unless the plan ended with it: then the mail
    about that says all. Reference: the invoice and its attempt.

    Args:
        decline_code: Stripe's, turned into words for customers; None or unknown: a general sentence.
        grace_days: policy `past_due_grace_days`.
    """
    invoice, held = await _invoice_and_plan(session, stripe_invoice_id)
    if invoice is None or held is None or held.plan is None or invoice.status == "paid":
        return None
    if invoice.billing_reason in _ASKED_FOR or not held.live:  # what has ended has a mail of its own
        return None
    letter = letters.RenewalFailed(
        plan=held.plan.name,
        amount_minor=invoice.due_minor,
        currency=invoice.currency,
        reason=in_words(decline_code),
        attempt=max(1, invoice.attempt_count),
        next_try_at=invoice.next_attempt_at,
        access_ends_at=_access_ends(held, grace_days),
        final=invoice.next_attempt_at is None,
        pay_url=invoice.hosted_url if invoice.status == "open" else None,
    )
    reference = f"{stripe_invoice_id}:{invoice.attempt_count}"
    return await owe(session, letter, customer_id=invoice.customer_id, reference=reference)


async def owe_action_required(session: AsyncSession, stripe_invoice_id: str, *, grace_days: int) -> int | None:
    """Owe the request to confirm a payment with the bank (3-D Secure). Reference: the invoice."""
    invoice, held = await _invoice_and_plan(session, stripe_invoice_id)
    if invoice is None or held is None or held.plan is None or invoice.status != "open":
        return None
    if invoice.billing_reason in _ASKED_FOR:
        return None
    letter = letters.PaymentActionRequired(
        plan=held.plan.name,
        amount_minor=invoice.due_minor,
        currency=invoice.currency,
        access_ends_at=_access_ends(held, grace_days),
        pay_url=invoice.hosted_url,
    )
    return await owe(session, letter, customer_id=invoice.customer_id, reference=stripe_invoice_id)


async def owe_change(
    session: AsyncSession, subscription_id: int, kind: str, *, from_item_id: int | None = None, unpaid: bool = False
) -> int | None:
    """Owe the confirmation of a change (ML7), right after it is in the mirror and in the journal.

    Reference: the journal's line, so that cancelled, resumed and cancelled again are three mails.

    Args:
        subscription_id: our id.
        kind: the journal's word; those that need no mail are passed over.
        from_item_id: of a switch: the item held before.
        unpaid: of an end: its payments failed.
    """
    mail = _OF_CHANGES.get(kind)
    held = await store.by_id(session, subscription_id) if mail else None
    if held is None or held.plan is None or held.superseded:
        return None
    change = await mail_facts.last_change(session, subscription_id, kind)
    if mail == "cancelled":
        letter = await _cancelled(session, held, unpaid=unpaid)
    elif mail == "resumed":
        letter = _resumed(held)
    else:
        letter = await _switched(session, held, kind, from_item_id)
    if letter is None:
        return None
    return await owe(session, letter, customer_id=held.customer_id, reference=f"change:{change}")


async def _cancelled(session: AsyncSession, held: HeldSubscription, *, unpaid: bool) -> letters.PlanCancelled | None:
    ends_at = held.ends_at
    if held.plan is None or ends_at is None or held.status == "incomplete_expired":
        return None
    return letters.PlanCancelled(
        plan=held.plan.name,
        ends_at=ends_at,
        ended=not held.live,
        unpaid=unpaid,
        owing=held.status in ("past_due", "unpaid"),
        trial=held.status == "trialing",
        credits_left=await mail_facts.available(session, held.customer_id),
    )


def _resumed(held: HeldSubscription) -> letters.PlanResumed | None:
    price = _price(held)
    if held.plan is None or price is None or held.period_end is None or held.ends_at is not None:
        return None
    return letters.PlanResumed(plan=held.plan.name, renews_at=held.period_end, **price)


async def _switched(
    session: AsyncSession, held: HeldSubscription, kind: str, from_item_id: int | None
) -> letters.PlanSwitched | None:
    scheduled = kind == "change_scheduled"
    now_on = held.next_item_id if scheduled else held.item.item_id if held.item else None
    before_on = (held.item.item_id if held.item else None) if scheduled else from_item_id
    after = await catalog_store.item(session, now_on) if now_on is not None else None
    before = await catalog_store.item(session, before_on) if before_on is not None else None
    if after is None or before is None or after.period is None or after.price is None:
        return None
    effective_at = held.next_at if scheduled else clock.now()
    if effective_at is None:
        return None
    return letters.PlanSwitched(
        plan_before=_with_period(before.name, before.period if before.code == after.code else None),
        plan=_with_period(after.name, after.period if before.code == after.code else None),
        every=_every(after.period),
        effective_at=effective_at,
        scheduled=scheduled,
        amount_minor=after.price.minor,
        currency=after.price.currency,
        credits_per_month=after.credits or 0,
    )


async def _invoice_and_plan(
    session: AsyncSession, stripe_invoice_id: str
) -> tuple[Invoice | None, HeldSubscription | None]:
    invoice = await mail_facts.invoice(session, stripe_invoice_id)
    if invoice is None or invoice.subscription_id is None:
        return invoice, None
    held = await store.by_id(session, invoice.subscription_id)
    return invoice, held if held is not None and not held.superseded else None


def _lines(invoice: Invoice, plan: str) -> tuple[ReceiptLine, ...]:
    lines: list[dict[str, Any]] = invoice.lines[:_MAX_LINES]
    made = tuple(
        ReceiptLine(description=str(line.get("description") or plan)[:_MAX_TEXT], amount_minor=line["amount_minor"])
        for line in lines
    )
    return made or (ReceiptLine(description=plan, amount_minor=invoice.subtotal_minor),)


def _access_ends(held: HeldSubscription, grace_days: int) -> datetime | None:
    """Until when everything works although the payment failed; None: it does not work any more."""
    if held.status != "past_due":
        return held.period_end if held.status in ("active", "trialing") else None
    ends = standing.access_ends(held.past_due_since or clock.now(), grace_days)
    return ends if ends > clock.now() else None


def _price(held: HeldSubscription) -> _Price | None:
    if held.amount_minor is None or held.currency is None or held.period is None:
        return None
    return _Price(amount_minor=held.amount_minor, currency=held.currency, every=_every(held.period))


def _every(period: str) -> Every:
    return "year" if period == "year" else "month"


def _with_period(name: str, period: str | None) -> str:
    """A change of the period alone is told apart by it."""
    return name if period is None else f"{name} (each {period})"
