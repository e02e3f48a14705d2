"""Every SQL statement of the comparison with Stripe."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment, StripeCustomer, WebhookEvent
from billing_app.payments.reconciling.models import ReconcileFinding, ReconcileRun, ReconcileTotal
from billing_app.payments.reconciling.views import Finding, Total
from billing_app.payments.refunds.models import Dispute, Refund

KEPT_RUNS = 200
DEAD_AFTER = timedelta(minutes=10)
"""A run that has not moved for so long belongs to a process that died."""
RESUMED_WITHIN = timedelta(hours=20)


# Runs


async def begin(session: AsyncSession, values: dict[str, Any]) -> ReconcileRun | None:
    """A new run; None if one is under way."""
    made = await session.execute(insert(ReconcileRun).values(**values).on_conflict_do_nothing().returning(ReconcileRun))
    return made.scalar_one_or_none()


async def stop_dead(session: AsyncSession) -> None:
    """Runs whose process died are stopped, so that another may go on."""
    await session.execute(
        update(ReconcileRun)
        .where(col(ReconcileRun.state) == "running", col(ReconcileRun.moved_at) < clock.wall() - DEAD_AFTER)
        .values(state="stopped", ended_at=clock.wall(), error="The process that made it ended.")
    )


async def take_stopped(session: AsyncSession, by: str) -> ReconcileRun | None:
    """The last run, taken up again, if it stopped a short while ago."""
    last = await session.scalar(select(ReconcileRun).order_by(col(ReconcileRun.id).desc()).limit(1).with_for_update())
    if last is None or last.state != "stopped" or last.moved_at < clock.wall() - RESUMED_WITHIN:
        return None
    taken = await session.execute(
        update(ReconcileRun)
        .where(col(ReconcileRun.id) == last.id)
        .values(state="running", by=by, ended_at=None, error=None, moved_at=clock.wall())
        .returning(ReconcileRun)
        .execution_options(populate_existing=True)
    )
    return taken.scalar_one()


async def move(session: AsyncSession, run_id: int, **values: Any) -> bool:
    """Write how far a run has come. False: it is no longer under way; somebody took it for dead."""
    moved = await session.execute(
        update(ReconcileRun)
        .where(col(ReconcileRun.id) == run_id, col(ReconcileRun.state) == "running")
        .values(moved_at=clock.wall(), **values)
        .returning(col(ReconcileRun.id))
    )
    return moved.scalar_one_or_none() is not None


async def runs(session: AsyncSession, *, before: int | None, limit: int) -> Sequence[ReconcileRun]:
    """Runs, the last first."""
    query = select(ReconcileRun).order_by(col(ReconcileRun.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(ReconcileRun.id) < before)
    return (await session.execute(query)).scalars().all()


async def run(session: AsyncSession, run_id: int) -> ReconcileRun | None:
    """One run."""
    return await session.get(ReconcileRun, run_id)


async def forget_old(session: AsyncSession) -> None:
    """Keep the last 200 runs."""
    top = await session.scalar(select(func.max(col(ReconcileRun.id))))
    if top is not None:
        await session.execute(delete(ReconcileRun).where(col(ReconcileRun.id) <= top - KEPT_RUNS))


# What a run finds


async def add_findings(session: AsyncSession, run_id: int, found: Sequence[Finding]) -> None:
    """Write findings."""
    if found:
        rows = [
            {
                "run_id": run_id,
                "kind": one.kind,
                "object_id": one.object_id,
                "customer_id": one.customer_id,
                "state": one.state,
                "said": one.said,
            }
            for one in found
        ]
        await session.execute(insert(ReconcileFinding).values(rows))


async def findings(session: AsyncSession, run_id: int, limit: int) -> Sequence[ReconcileFinding]:
    """What a run found, what differs first."""
    urgency = func.array_position(["differs", "waits", "mended"], col(ReconcileFinding.state))
    found = await session.execute(
        select(ReconcileFinding)
        .where(col(ReconcileFinding.run_id) == run_id)
        .order_by(urgency, col(ReconcileFinding.id))
        .limit(limit)
    )
    return found.scalars().all()


async def write_totals(session: AsyncSession, run_id: int, sums: Sequence[Total]) -> None:
    """Write a run's totals, in place of those it had."""
    await session.execute(delete(ReconcileTotal).where(col(ReconcileTotal.run_id) == run_id))
    if sums:
        rows = [
            {
                "run_id": run_id,
                "day": one.day,
                "currency": one.currency,
                "figure": one.figure,
                "stripe_minor": one.stripe_minor,
                "ours_minor": one.ours_minor,
            }
            for one in sums
        ]
        await session.execute(insert(ReconcileTotal).values(rows))


async def totals(session: AsyncSession, run_id: int) -> Sequence[ReconcileTotal]:
    """A run's totals, the last day first."""
    found = await session.execute(
        select(ReconcileTotal)
        .where(col(ReconcileTotal.run_id) == run_id)
        .order_by(col(ReconcileTotal.day).desc(), col(ReconcileTotal.currency), col(ReconcileTotal.figure))
    )
    return found.scalars().all()


# Our side


async def unapplied(session: AsyncSession, limit: int) -> Sequence[WebhookEvent]:
    """Events that could not be applied: waiting, failed, parked, or of no rule."""
    found = await session.execute(
        select(WebhookEvent)
        .where(col(WebhookEvent.state).in_(("waiting", "failed", "parked", "foreign", "unhandled")))
        .order_by(col(WebhookEvent.received_at))
        .limit(limit)
    )
    return found.scalars().all()


async def linked(session: AsyncSession, stripe_customers: Sequence[str]) -> dict[str, tuple[int, datetime]]:
    """Of these Stripe customers ours: the customer, and since when they are linked."""
    found = await session.execute(
        select(
            col(StripeCustomer.stripe_customer_id), col(StripeCustomer.customer_id), col(StripeCustomer.created_at)
        ).where(col(StripeCustomer.stripe_customer_id).in_(stripe_customers))
    )
    return {row[0] or "": (row[1], row[2]) for row in found}


async def unsettled_checkouts(session: AsyncSession, opened_before: datetime, limit: int) -> Sequence[Checkout]:
    """Checkouts with a page at Stripe that are not settled."""
    found = await session.execute(
        select(Checkout)
        .where(
            col(Checkout.state).in_(("opening", "open", "pending")),
            col(Checkout.stripe_session_id).is_not(None),
            col(Checkout.opened_at) < opened_before,
        )
        .order_by(col(Checkout.id))
        .limit(limit)
    )
    return found.scalars().all()


async def subscriptions(session: AsyncSession, names: Sequence[str]) -> dict[str, Subscription]:
    """Of these subscriptions those we mirror."""
    found = await session.execute(select(Subscription).where(col(Subscription.stripe_subscription_id).in_(names)))
    return {row.stripe_subscription_id or "": row for row in found.scalars().all()}


async def live_subscriptions(session: AsyncSession, *, after: int, limit: int) -> Sequence[Subscription]:
    """Subscriptions at Stripe that are live by our mirror, in the order of their ids."""
    found = await session.execute(
        select(Subscription)
        .where(
            col(Subscription.status).in_((*LIVE, "incomplete")),
            col(Subscription.stripe_subscription_id).is_not(None),
            col(Subscription.id) > after,
        )
        .order_by(col(Subscription.id))
        .limit(limit)
    )
    return found.scalars().all()


async def invoice_states(session: AsyncSession, names: Sequence[str]) -> dict[str, str]:
    """Of these invoices those we mirror: their status."""
    found = await session.execute(
        select(col(Invoice.stripe_invoice_id), col(Invoice.status)).where(col(Invoice.stripe_invoice_id).in_(names))
    )
    return {row[0]: row[1] for row in found}


async def open_invoices(session: AsyncSession, created_before: datetime, limit: int) -> list[tuple[str, int]]:
    """Invoices from before a moment that are not settled by our mirror, with their customers."""
    found = await session.execute(
        select(col(Invoice.stripe_invoice_id), col(Invoice.customer_id))
        .where(col(Invoice.status).in_(("draft", "open")), col(Invoice.created_at) < created_before)
        .order_by(col(Invoice.id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in found]


async def payments_of(session: AsyncSession, intents: Sequence[str]) -> dict[str, Payment]:
    """Of these payment intents our payments."""
    found = await session.execute(
        select(Payment).where(col(Payment.stripe_payment_intent).in_(intents)).execution_options(populate_existing=True)
    )
    return {row.stripe_payment_intent: row for row in found.scalars().all()}


async def captured_between(
    session: AsyncSession, since: datetime, until: datetime, *, after: int, limit: int
) -> Sequence[Payment]:
    """Our captured payments first heard of in that time, in the order of their ids."""
    found = await session.execute(
        select(Payment)
        .where(
            col(Payment.captured_minor) > 0,
            col(Payment.created_at) >= since,
            col(Payment.created_at) < until,
            col(Payment.id) > after,
        )
        .order_by(col(Payment.id))
        .limit(limit)
    )
    return found.scalars().all()


async def refunds_of(
    session: AsyncSession, names: Sequence[str], since: datetime, until: datetime, limit: int
) -> Sequence[Refund]:
    """Our refunds: those of these names, and those made in that time."""
    found = await session.execute(
        select(Refund)
        .where(
            col(Refund.stripe_refund_id).is_not(None),
            or_(
                col(Refund.stripe_refund_id).in_(names),
                (col(Refund.created_at) >= since) & (col(Refund.created_at) < until),
            ),
        )
        .order_by(col(Refund.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def disputes_of(
    session: AsyncSession, names: Sequence[str], since: datetime, until: datetime, limit: int
) -> Sequence[Dispute]:
    """Our disputes: those of these names, and those opened in that time."""
    found = await session.execute(
        select(Dispute)
        .where(
            or_(
                col(Dispute.stripe_dispute_id).in_(names),
                (col(Dispute.opened_at) >= since) & (col(Dispute.opened_at) < until),
            )
        )
        .order_by(col(Dispute.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def is_queued(session: AsyncSession, task: str) -> bool:
    """Whether a job of this task waits or runs."""
    found = await session.scalar(
        text(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing'))"
        ).bindparams(task=task)
    )
    return bool(found)
