"""Every SQL statement about invoices and payment methods."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.payments.mirroring.models import Invoice, PaymentMethod
from billing_app.payments.models import Checkout, Fact, Payment

SHOWN = ("open", "paid", "void", "uncollectible")
"""What customers see of invoices: a draft is not theirs yet."""


async def invoice_for_update(session: AsyncSession, stripe_invoice_id: str) -> Invoice | None:
    """The mirror's row, locked."""
    found = await session.execute(
        select(Invoice)
        .where(col(Invoice.stripe_invoice_id) == stripe_invoice_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def write_invoice(session: AsyncSession, values: dict[str, Any]) -> Invoice:
    """Write an invoice, new or not. What was refunded is written by `sum_refunds`."""
    written = await session.execute(
        insert(Invoice)
        .values(**values)
        .on_conflict_do_update(index_elements=["stripe_invoice_id"], set_=values)
        .returning(Invoice)
        .execution_options(populate_existing=True)
    )
    return written.scalar_one()


async def mark_deleted(session: AsyncSession, stripe_invoice_id: str) -> bool:
    """A draft was thrown away at Stripe; whether that is news."""
    done = await session.execute(
        update(Invoice)
        .where(col(Invoice.stripe_invoice_id) == stripe_invoice_id, col(Invoice.status) == "draft")
        .values(status="deleted")
        .returning(col(Invoice.id))
    )
    return done.scalar_one_or_none() is not None


async def sum_refunds(session: AsyncSession, invoice_id: int) -> int:
    """Write what was refunded of an invoice: the sum over its payments. The sum."""
    total = select(func.coalesce(func.sum(col(Payment.refunded_minor)), 0)).where(col(Payment.invoice_id) == invoice_id)
    written = await session.execute(
        update(Invoice)
        .where(col(Invoice.id) == invoice_id)
        .values(refunded_minor=total.scalar_subquery())
        .returning(col(Invoice.refunded_minor))
    )
    return written.scalar_one()


async def invoice_by_id(session: AsyncSession, invoice_id: int) -> Invoice | None:
    """An invoice by our id."""
    return await session.get(Invoice, invoice_id)


async def settled_invoices(
    session: AsyncSession, stripe_invoice_ids: Collection[str], fact: str
) -> dict[str, tuple[str, bool]]:
    """Of these invoices those we have: their status, and whether the fact was claimed for them."""
    claimed = exists().where(col(Fact.kind) == fact, col(Fact.key) == col(Invoice.stripe_invoice_id))
    found = await session.execute(
        select(col(Invoice.stripe_invoice_id), col(Invoice.status), claimed).where(
            col(Invoice.stripe_invoice_id).in_(stripe_invoice_ids)
        )
    )
    return {row[0]: (row[1], row[2]) for row in found}


async def has_fact(session: AsyncSession, kind: str, key: str) -> bool:
    """Whether a business fact has had its effect."""
    found = await session.execute(select(exists().where(col(Fact.kind) == kind, col(Fact.key) == key)))
    return bool(found.scalar_one())


async def invoices(session: AsyncSession, customer_id: int, *, before: int | None, limit: int) -> Sequence[Invoice]:
    """A customer's final invoices, newest first."""
    statement = (
        select(Invoice)
        .where(col(Invoice.customer_id) == customer_id, col(Invoice.status).in_(SHOWN))
        .order_by(col(Invoice.id).desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(col(Invoice.id) < before)
    return (await session.execute(statement)).scalars().all()


async def payment_methods(session: AsyncSession, customer_id: int, limit: int) -> Sequence[PaymentMethod]:
    """A customer's payment methods: the default first, then the newest."""
    found = await session.execute(
        select(PaymentMethod)
        .where(col(PaymentMethod.customer_id) == customer_id)
        .order_by(col(PaymentMethod.is_default).desc(), col(PaymentMethod.id).desc())
        .limit(limit)
    )
    return found.scalars().all()


async def methods_for_update(session: AsyncSession, customer_id: int) -> Sequence[PaymentMethod]:
    """The rows of a customer, locked."""
    found = await session.execute(
        select(PaymentMethod).where(col(PaymentMethod.customer_id) == customer_id).with_for_update()
    )
    return found.scalars().all()


async def drop_method(session: AsyncSession, stripe_payment_method_id: str) -> bool:
    """Forget a payment method; whether we had it."""
    done = await session.execute(
        delete(PaymentMethod)
        .where(col(PaymentMethod.stripe_payment_method_id) == stripe_payment_method_id)
        .returning(col(PaymentMethod.id))
    )
    return done.scalar_one_or_none() is not None


async def replace_methods(session: AsyncSession, customer_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Make a customer's payment methods exactly these."""
    kept = [row["stripe_payment_method_id"] for row in rows]
    await session.execute(
        delete(PaymentMethod).where(
            col(PaymentMethod.customer_id) == customer_id,
            col(PaymentMethod.stripe_payment_method_id).not_in(kept),
        )
    )
    await session.execute(
        update(PaymentMethod).where(col(PaymentMethod.customer_id) == customer_id).values(is_default=False)
    )
    for row in rows:
        changing = {name: value for name, value in row.items() if name != "created_at"}
        await session.execute(
            insert(PaymentMethod)
            .values(**row)
            .on_conflict_do_update(index_elements=["stripe_payment_method_id"], set_=changing)
        )


async def take_to_compare(
    session: AsyncSession, *, now: datetime, wall: datetime, fact: str, limit: int
) -> Sequence[Subscription]:
    """Take the right to compare so many subscriptions with Stripe, given at most once in fifteen minutes for each.

    Due are those not compared for a day, and, after an hour, those that must have missed news: their period is over, or
    began two hours ago and its invoice has had no effect. Times: `now` in billing time, `wall` in wall time.
    """
    no_effect = (
        col(Subscription.status).in_(("active", "past_due"))
        & (col(Subscription.current_period_start) < now - timedelta(hours=2))
        & col(Subscription.item_id).is_not(None)
        & ~exists().where(col(Fact.kind) == fact, col(Fact.key) == col(Subscription.latest_invoice))
    )
    missed = or_(col(Subscription.current_period_end) < now - timedelta(minutes=10), no_effect)
    due = (
        select(col(Subscription.id))
        .where(
            col(Subscription.status).in_((*LIVE, "incomplete")),
            col(Subscription.stripe_subscription_id).is_not(None),
            or_(
                col(Subscription.asked_at) < wall - timedelta(days=1),
                (col(Subscription.asked_at) < wall - timedelta(hours=1)) & missed,
            ),
            or_(
                col(Subscription.watched_at).is_(None),
                col(Subscription.watched_at) < wall - timedelta(minutes=15),
            ),
        )
        .order_by(col(Subscription.asked_at), col(Subscription.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await session.execute(
        update(Subscription)
        .where(col(Subscription.id).in_(due))
        .values(watched_at=wall)
        .returning(Subscription)
        .execution_options(synchronize_session=False)
    )
    return taken.scalars().all()


async def checkout_of_subscription(
    session: AsyncSession, stripe_subscription_id: str, public_id: str | None
) -> Checkout | None:
    """The checkout that a subscription was begun with, locked: linked already, or named by the subscription."""
    names = [col(Checkout.stripe_subscription_id) == stripe_subscription_id]
    if public_id:
        names.append((col(Checkout.public_id) == public_id) & (col(Checkout.kind) == "plan"))
    for name in names:
        found = await session.execute(select(Checkout).where(name).limit(1).with_for_update())
        row = found.scalar_one_or_none()
        if row is not None:
            return row
    return None
