"""Brings a checkout to where Stripe says it is. Absolute and repeatable: the one way by which a purchase is granted.

Webhook, success page and reconcile all come here with what Stripe answered just now; the fact "this session was paid"
has its effect once, whoever learns it first.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits import Grant, Granted, Ledger, LotKind
from billing_app.entitlements import unlocking
from billing_app.entitlements.unlocking import NewUnlock
from billing_app.errors import Conflict, DomainError
from billing_app.journal.funnel import funnel
from billing_app.payments import store
from billing_app.payments.models import Checkout
from billing_app.payments.receipts import Lot, owe_bad_news, owe_receipt
from billing_app.payments.stripe_objects import MANAGED_BY, Session, SessionWithPayment

logger = logging.getLogger(__name__)

SESSION_PAID = "session_paid"


class MissingParent(Conflict):
    """What this is about has not reached us yet; it is tried again, for three days."""

    code = "missing_parent"
    title = "Its parent is missing"


class FactMismatch(Conflict):
    """Stripe says something about our checkout that does not fit it: somebody must look."""

    code = "fact_mismatch"
    title = "Stripe and our books disagree"


class NotOurs(DomainError):
    """Made in this Stripe account by something else than this product; left alone."""

    code = "not_ours"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was applied: the checkout's new state, and effects in words; none: no change."""

    checkout: Checkout
    effects: list[str]


async def settle(session: AsyncSession, ledger: Ledger, told: SessionWithPayment, learnt_from: str) -> Settled:
    """Write what Stripe says of this session, and grant what was bought if it is paid and was not granted.

    A session for a plan links its subscription and grants nothing: that follows from the subscription and its invoice.

    Joins the caller's transaction; the checkout stays locked until it ends.

    Raises:
        NotOurs: the session is not from this product.
        MissingParent: it is, but its checkout is not in this database.
        FactMismatch: session, currency or amount are not those of the checkout.
    """
    page = told.session
    checkout = await store.checkout_for_update(session, session_id=page.id, public_id=page.metadata.get("checkout"))
    if checkout is None:
        _refuse_unknown(page)
    _check(checkout, page)
    effects: list[str] = []
    if told.intent is not None:
        await store.write_payment(session, checkout, told.intent, told.charge)
    if page.paid and checkout.kind != "plan":
        effects += await _paid(session, ledger, checkout, told, learnt_from)
    else:
        state, why = _state_of(told)
        if await _moved(session, checkout, page, state, why):
            effects.append(f"checkout {checkout.public_id}: {state}")
            if state == "failed":
                await owe_bad_news(session, checkout, told)
    return Settled(checkout, effects)


async def _paid(
    session: AsyncSession, ledger: Ledger, checkout: Checkout, told: SessionWithPayment, learnt_from: str
) -> list[str]:
    page = told.session
    if not await store.claim_fact(session, SESSION_PAID, page.id, learnt_from):
        return []
    if checkout.kind == "pack":
        lot = await _grant_pack(session, ledger, checkout, told)
        done = f"{lot.credits} credits granted to customer {checkout.customer_id} ({checkout.name})"
    else:
        lot = None
        await _grant_unlock(session, checkout, page)
        done = f"{checkout.feature} unlocked for customer {checkout.customer_id} ({checkout.name})"
    await store.update_checkout(
        session,
        checkout.id,
        state="paid",
        failure=None,
        settled_at=clock.now(),
        stripe_session_id=page.id,
        stripe_payment_intent=page.payment_intent,
    )
    await owe_receipt(session, checkout, told, lot)
    await funnel(
        session,
        "granted",
        customer_id=checkout.customer_id,
        data={
            "kind": checkout.kind,
            "code": checkout.code,
            "late": checkout.state == "pending",
            "learnt_from": learnt_from.partition(":")[0],
        },
    )
    return [done, f"checkout {checkout.public_id}: paid"]


async def _grant_pack(session: AsyncSession, ledger: Ledger, checkout: Checkout, told: SessionWithPayment) -> Lot:
    """Credits count from when they were paid, not from when we heard of it, and are valid from when they are there."""
    assert checkout.credits is not None, "a pack has credits"
    page, now = told.session, clock.now()
    paid_at = told.charge.created if told.charge is not None and told.charge.created is not None else now
    expires_at = now + timedelta(days=checkout.valid_days) if checkout.valid_days else None
    grant = Grant(
        customer_id=checkout.customer_id,
        credits=checkout.credits,
        kind=LotKind.PURCHASE,
        label=checkout.name,
        source=page.id,
        payment=page.payment_intent,
        paid_minor=net_minor(page),
        currency=checkout.currency,
        effective_at=min(paid_at, now),
        expires_at=expires_at,
        debt_limit=checkout.debt_credits,
        actor="stripe",
    )
    granted = await ledger.apply_one(session, grant, Granted)
    return Lot(granted.credits, expires_at, granted.available)


async def _grant_unlock(session: AsyncSession, checkout: Checkout, page: Session) -> None:
    assert checkout.feature is not None, "an unlock opens a feature"
    unlock = NewUnlock(
        customer_id=checkout.customer_id,
        code=checkout.code,
        feature=checkout.feature,
        uses=checkout.uses,
        source=f"checkout:{page.id}",
        payment=page.payment_intent,
        paid_minor=net_minor(page),
        currency=checkout.currency,
    )
    await unlocking.grant(session, unlock)


def net_minor(page: Session) -> int:
    """What was paid without tax and discount: what recognised revenue will be made of."""
    return page.total_minor - page.tax_minor


def _refuse_unknown(page: Session) -> NoReturn:
    if page.metadata.get("managed_by") != MANAGED_BY:
        raise NotOurs("This session was not made by this product.")
    raise MissingParent(f"The checkout of session {page.id} is not in this database (yet).")


def _check(checkout: Checkout, page: Session) -> None:
    """A session may only pay for what its checkout showed. A discount makes the total smaller, never the subtotal."""
    wrong = [
        what
        for what, told, ours in (
            ("session", page.id, checkout.stripe_session_id or page.id),
            ("checkout", page.metadata.get("checkout"), checkout.public_id),
            ("currency", page.currency, checkout.currency),
        )
        if told != ours
    ]
    # Stripe's subtotal is before tax; where the price includes it, both together are the price. A trial costs nothing.
    if checkout.trial_days and page.subtotal_minor == 0:
        pass
    elif checkout.amount_minor not in (page.subtotal_minor, page.subtotal_minor + page.tax_minor):
        wrong.append("amount")
    if wrong:
        logger.error("session %s does not fit checkout %s: %s", page.id, checkout.public_id, ", ".join(wrong))
        raise FactMismatch(f"Session {page.id} does not fit its checkout: {', '.join(wrong)} differ.")


def _state_of(told: SessionWithPayment) -> tuple[str, str | None]:
    """Where an unpaid session stands, and why it failed if it did."""
    if told.session.status == "expired":
        return "expired", None
    if told.session.status == "open":
        return "open", None
    intent = told.intent
    if intent is not None and intent.status in ("requires_payment_method", "canceled"):
        return "failed", intent.failure_code or intent.status
    return "pending", None


_FROM = {
    "open": ("opening",),
    "pending": ("opening", "open"),
    "expired": ("opening", "open", "pending"),
    "failed": ("opening", "open", "pending"),
}


async def _moved(session: AsyncSession, checkout: Checkout, page: Session, state: str, why: str | None) -> bool:
    """Move an unpaid checkout on, never back; whether that changed its state."""
    final = state in ("expired", "failed")
    moved = await store.update_checkout(
        session,
        checkout.id,
        only_in=_FROM[state],
        state=state,
        failure=why,
        stripe_session_id=page.id,
        stripe_payment_intent=page.payment_intent,
        stripe_subscription_id=page.subscription,
        url=page.url,
        settled_at=clock.now() if final else None,
    )
    if state == "open":
        await store.update_checkout(session, checkout.id, only_in=("open",), seen_open_at=clock.wall())
    return moved
