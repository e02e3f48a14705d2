"""Brings a payment to what Stripe says was given back of it: rows, credits, unlocks, mails. Absolute and repeatable.

What counts is how much is refunded and lost now, not how many events told of it. So a refund that failed, a dispute
that was won, news in any order and news that is heard twice all end in the same books (domain rules "refund" and
"dispute", rows A7 and A11).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits import Freeze, Ledger, Operation, Revoke, Revoked, Thaw, Thawed, UnknownPayment
from billing_app.entitlements import unlocking
from billing_app.entitlements.plan_credits import renewing
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import DomainError
from billing_app.payments import store as payments
from billing_app.payments.mirroring import store as invoices
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.refund_objects import ACTING, DisputeTold, MoneyBack, RefundTold
from billing_app.payments.refunds import shares, store
from billing_app.payments.refunds.mails import Moved, owe_news
from billing_app.payments.refunds.models import Refund
from billing_app.payments.refunds.moves import as_rows, from_rows, moved
from billing_app.payments.rules import Context

ACTOR = "stripe"
_UNDONE = ("failed", "canceled")
_KNOWN = ("requires_action", "pending", "succeeded", "failed", "canceled")


async def bring(session: AsyncSession, context: Context, paid_for: Checkout | Invoice, told: MoneyBack) -> list[str]:
    """Write what Stripe tells of a charge's refunds and disputes, and do what follows from it.

    Joins the caller's transaction, in which the payment was settled before; the payment stays locked until it ends.

    Returns:
        Effects in words; none if all of it was known, or if a later answer of Stripe was written meanwhile.
    """
    charge = told.charge
    payment = await payments.payment_for_update(session, charge.payment_intent) if charge.payment_intent else None
    if payment is None or not charge.captured_minor:
        return []
    if payment.money_back_asked_at is not None and payment.money_back_asked_at > told.asked_at:
        return []
    captured = max(payment.captured_minor, charge.captured_minor)
    moved = Moved(
        refunds=await _write_refunds(session, payment, told.refunds),
        disputes=await _write_disputes(session, payment, told.disputes),
    )
    figures: dict[str, Any] = {
        "captured_minor": captured,
        "refunded_minor": shares.refunded(told.refunds, captured),
        "disputed_minor": shares.lost(told.disputes, captured),
        "money_back_asked_at": told.asked_at,
    }
    if charge.settlement is not None:
        figures |= payments.settlement_values(charge.settlement)
    await store.write_payment_figures(session, payment.id, **figures)
    if isinstance(paid_for, Invoice):
        await invoices.sum_refunds(session, paid_for.id)
    if moved.nothing and (payment.refunded_minor, payment.disputed_minor) == (
        figures["refunded_minor"],
        figures["disputed_minor"],
    ):
        return []
    name = paid_by(paid_for, payment)
    before = await store.credits_back(session, payment.customer_id, name)
    effects = await enforce(session, context, paid_for, payment)
    after = await store.credits_back(session, payment.customer_id, name)
    await owe_news(session, paid_for, payment, moved, credits=after.since(before), merchant=context.merchant)
    share = f"{figures['refunded_minor']} of {captured} {charge.currency}"
    return [*moved.in_words(f"refund of {charge.id}: {share} in minor units"), *effects]


async def enforce(session: AsyncSession, context: Context, paid_for: Checkout | Invoice, payment: Payment) -> list[str]:
    """Bring credits and unlocks to what is written of a payment. For what was granted after it was refunded, too.

    Returns:
        What it did, in words; nothing for a payment that gave nothing, or of which nothing is given back.
    """
    standing = await store.standing(session, payment)
    if not standing.captured or not standing.touched:
        return []
    if isinstance(paid_for, Checkout) and paid_for.kind == "unlock":
        return await _unlocks(session, paid_for, payment, standing)
    revoke = Revoke(
        customer_id=payment.customer_id,
        payment=paid_by(paid_for, payment),
        refunded=standing.given_back,
        captured=standing.captured,
        spent=context.spent,
        closed_windows=standing.closed_windows,
        given_back=standing.steps,
        actor=ACTOR,
        note=_note(paid_for, standing),
    )
    effects, thawed = await _credits(session, context.ledger, revoke, standing)
    if thawed is not None and isinstance(paid_for, Invoice) and paid_for.subscription_id is not None:
        held = await subscriptions.by_id(session, paid_for.subscription_id)
        if held is not None:
            await renewing.thawed(
                session, context.ledger, held, context.policies, invoice_id=revoke.payment, since=thawed
            )
    return effects


def paid_by(paid_for: Checkout | Invoice, payment: Payment) -> str:
    """By what name ledger and unlocks know it: plan credits belong to their whole invoice, others to one payment."""
    return paid_for.stripe_invoice_id if isinstance(paid_for, Invoice) else payment.stripe_payment_intent


async def _credits(
    session: AsyncSession, ledger: Ledger, revoke: Revoke, standing: store.Standing
) -> tuple[list[str], datetime | None]:
    """Effects in words, and since when credits were frozen that no longer are.

    A freeze comes before, a thaw after what is taken back, so that nothing is collected from credits that go.
    """
    customer, paid = revoke.customer_id, revoke.payment
    operations: list[Operation] = [revoke]
    if standing.frozen:
        why = "A payment is disputed: its credits cannot be used until that is decided."
        operations.insert(0, Freeze(customer_id=customer, payment=paid, actor=ACTOR, note=why))
    elif standing.disputed:
        operations.append(Thaw(customer_id=customer, payment=paid, actor=ACTOR, note="The dispute is over."))
    outcomes = await ledger.apply(session, operations)
    refused = next((one for one in outcomes if isinstance(one, DomainError)), None)
    if isinstance(refused, UnknownPayment):  # it gave no credits (yet): what comes later looks again
        return [], None
    if refused is not None:
        raise refused
    revoked = next(one for one in outcomes if isinstance(one, Revoked))
    thawed = next((one.since for one in outcomes if isinstance(one, Thawed)), None)
    said = (
        f"{revoked.taken} credits taken back from customer {customer}, {revoked.held} more when holds return them, "
        f"{revoked.owed} owed, {revoked.forgiven} forgiven"
    )
    return [said, *(["what is left of them is frozen"] if standing.frozen else [])], thawed


async def _unlocks(session: AsyncSession, checkout: Checkout, payment: Payment, standing: store.Standing) -> list[str]:
    """An unlock goes when all of its price is given back, and rests while that is disputed."""
    because = None
    if standing.given_back >= standing.captured:
        because = unlocking.REFUNDED
    elif standing.frozen:
        because = unlocking.DISPUTED
    codes = await unlocking.take_back(session, checkout.customer_id, payment.stripe_payment_intent, because=because)
    done = {None: "given back to", unlocking.DISPUTED: "frozen for", unlocking.REFUNDED: "taken back from"}[because]
    return [f"{code} {done} customer {checkout.customer_id}" for code in codes]


def _note(paid_for: Checkout | Invoice, standing: store.Standing) -> str:
    """Why, in the customer's activity."""
    what = paid_for.name if isinstance(paid_for, Checkout) else f"invoice {paid_for.number or paid_for.description}"
    return f"Refund of {what}" if standing.given_back else f"The refund of {what} did not go through"


async def _write_refunds(
    session: AsyncSession, payment: Payment, told: Sequence[RefundTold]
) -> list[tuple[str, RefundTold]]:
    """Write refunds as Stripe tells them; those that are news, with what is new: `acts`, `undone` or `told`."""
    rows = await store.refunds_of(session, payment.id)
    by_stripe = {row.stripe_refund_id: row for row in rows if row.stripe_refund_id}
    news: list[tuple[str, RefundTold]] = []
    for one in told:
        row = by_stripe.get(one.id) or _asked_for(rows, one)
        status = one.status if one.status in _KNOWN else "pending"
        values: dict[str, Any] = {
            "stripe_refund_id": one.id,
            "status": status,
            "amount_minor": one.amount_minor,
            "failure_reason": one.failure_reason,
        }
        if row is not None and row.stripe_refund_id is None:
            values["created_at"] = one.created  # Stripe's time, by which it is older or younger than other facts
        acts = status in ACTING and (row is None or row.acted_at is None)
        undone = status in _UNDONE and row is not None and row.acted_at is not None and row.undone_at is None
        if acts:
            values["acted_at"] = clock.now()
        if undone:
            values["undone_at"] = clock.now()
        if row is None:
            made = {
                **values,
                "customer_id": payment.customer_id,
                "payment_id": payment.id,
                "currency": one.currency,
                "reason": one.reason,
                "by": one.metadata.get("by", ACTOR)[:100],
                "closed_windows": one.metadata.get("closed_windows") == "owed",
                "created_at": one.created,
            }
            await store.insert_refund(session, made)
        elif any(getattr(row, name) != value for name, value in values.items()):
            await store.update_refund(session, row.id, **values)
        else:
            continue
        news.append(("acts" if acts else "undone" if undone else "told", one))
    return news


def _asked_for(rows: Sequence[Refund], told: RefundTold) -> Refund | None:
    """The request of staff that Stripe answers with this refund: its metadata says so."""
    number = told.metadata.get("refund")
    return next((row for row in rows if str(row.id) == number and row.stripe_refund_id is None), None)


async def _write_disputes(
    session: AsyncSession, payment: Payment, told: Sequence[DisputeTold]
) -> list[tuple[str, DisputeTold]]:
    """Write disputes as Stripe tells them; those that are news, with what is new: `opened`, `closed` or `told`."""
    rows = {row.stripe_dispute_id: row for row in await store.disputes_of(session, payment.id)}
    news: list[tuple[str, DisputeTold]] = []
    for one in told:
        row = rows.get(one.id)
        escalated = row is not None and row.status.startswith("warning_") and not one.inquiry
        # An inquiry takes no money: where it becomes a dispute, the bank takes it now.
        opened_at = clock.now() if escalated else row.opened_at if row is not None else one.created
        before = from_rows(row.moves) if row is not None else ()
        closed_at = (row.closed_at if row is not None and not escalated else None) or clock.now()
        values: dict[str, Any] = {
            "amount_minor": one.amount_minor,
            "currency": one.currency,
            "fee_minor": one.fee_minor,
            "fee_currency": one.fee_currency,
            "status": one.status,
            "reason": one.reason,
            "outcome": one.outcome,
            "evidence_due_at": one.evidence_due,
            "withdrawn_at": one.withdrawn,
            "closed_at": closed_at if one.outcome else None,
            "opened_at": opened_at,
            "moves": as_rows(moved(before, one, opened_at=opened_at, heard_at=clock.now())),
        }
        if row is not None and all(getattr(row, name) == value for name, value in values.items()):
            continue
        named = {"stripe_dispute_id": one.id, "customer_id": payment.customer_id, "payment_id": payment.id}
        await store.write_dispute(session, {**named, **values})
        over = one.outcome is not None and (row is None or row.outcome is None)
        opened = one.outcome is None and (row is None or escalated)
        news.append(("closed" if over else "opened" if opened else "told", one))
    return news
