"""Until when a subscription's lots stay open: the renewal gap, and the end of a trial."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.policies import Policies
from billing_app.credits import Ledger, Operation, Retime, Retimed
from billing_app.entitlements.plan_credits import store
from billing_app.entitlements.plan_credits.models import PlanWindow
from billing_app.entitlements.subscriptions.standing import access_ends
from billing_app.entitlements.subscriptions.views import HeldSubscription

MAX_GAP = timedelta(hours=72)
"""Stripe keeps a renewal's invoice in draft that long at most."""


def trial_source(stripe_subscription_id: str) -> str:
    """What makes a trial's lot, once."""
    return f"trial:{stripe_subscription_id}"


def gap_end(held: HeldSubscription, ends_at: datetime, policies: Policies) -> datetime:
    """Until when a lot can be used whose window ends then: later only while its renewal may still be paid. Pure."""
    renewed = ends_at in (held.period_start, held.period_end)
    stops = held.ends_at is not None and held.ends_at <= ends_at
    comes = held.plan is not None and held.plan.credits_per_month
    if not (renewed and comes) or stops or held.superseded or held.collection_paused:
        return ends_at
    until = ends_at + min(timedelta(hours=policies.renewal_gap_hours), MAX_GAP)
    if held.status == "active":
        return until
    if held.status == "past_due" and held.past_due_since is not None:
        return max(ends_at, min(until, access_ends(held.past_due_since, policies.past_due_grace_days)))
    return ends_at


async def align(session: AsyncSession, ledger: Ledger, held: HeldSubscription, policies: Policies) -> int:
    """Move the ends of a subscription's lots to where its state says they are; how many were moved."""
    operations: list[Operation] = []
    for row in await _last_windows(session, held, clock.now()):
        until = gap_end(held, row.ends_at, policies)
        operations.append(_retime(held, row, until))
    if held.stripe_subscription_id is not None and held.trial_end is not None:
        source = trial_source(held.stripe_subscription_id)
        operations.append(Retime(customer_id=held.customer_id, source=source, expires_at=held.trial_end))
    outcomes = await ledger.apply(session, operations)
    return sum(isinstance(one, Retimed) and not one.replayed for one in outcomes)


async def endings(session: AsyncSession, held: HeldSubscription, at: datetime) -> list[Operation]:
    """What ends with a subscription: its renewal gaps, and its trial."""
    operations: list[Operation] = [_retime(held, row, row.ends_at) for row in await _last_windows(session, held, at)]
    if held.stripe_subscription_id is not None:
        source = trial_source(held.stripe_subscription_id)
        operations.append(Retime(customer_id=held.customer_id, source=source, expires_at=at))
    return operations


async def thawed(
    session: AsyncSession,
    ledger: Ledger,
    held: HeldSubscription,
    policies: Policies,
    *,
    invoice_id: str,
    since: datetime,
) -> None:
    """A dispute of an invoice is over that froze its lots since then: they last longer by the time they stood still."""
    await store.add_standstill(session, held.id, invoice_id, since=since, until=clock.now())
    await align(session, ledger, held, policies)


def _retime(held: HeldSubscription, row: PlanWindow, until: datetime) -> Retime:
    """A lot that stood still has time of its own after its window: what is used then is not the next window's."""
    if row.stood_still_s:
        own = row.ends_at + timedelta(seconds=row.stood_still_s)
        return Retime(customer_id=held.customer_id, source=row.source, expires_at=max(until, own))
    renews_at = row.ends_at if until > row.ends_at else None
    return Retime(customer_id=held.customer_id, source=row.source, expires_at=until, renews_at=renews_at)


async def _last_windows(session: AsyncSession, held: HeldSubscription, at: datetime) -> list[PlanWindow]:
    """Windows that a renewal would follow: the last of each period paid for, unless it was over when it was paid."""
    rows = await store.windows(session, held.id, since=at - MAX_GAP)
    return [row for row in rows if row.ends_at == row.paid_until and row.ends_at > row.created_at]
