"""Writes down what of a subscription has changed: the steps between the row as it was and as it is, in its journal."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.journal import Look, Step, steps
from billing_app.entitlements.subscriptions.models import Subscription


def look_of(row: Subscription) -> Look:
    """What of a row makes steps."""
    return Look(
        status=row.status,
        item_id=row.item_id,
        period=row.period,
        net_minor=row.amount_minor if row.net_minor is None else row.net_minor,
        period_start=row.current_period_start,
        started_at=row.started_at,
        trial_start=row.trial_start,
        trial_end=row.trial_end,
        ends_at=row.cancel_at or (row.current_period_end if row.cancel_at_period_end else None),
        canceled_at=row.canceled_at,
        ended_at=row.ended_at,
        past_due_since=row.past_due_since,
        collection_paused=row.paused,
        next_item_id=row.next_item_id,
        counts=row.ours and not row.superseded,
        lapsed_at=row.lapsed_at,
        drift=tuple(row.drift),
    )


async def record(session: AsyncSession, row: Subscription, was: Look | None) -> tuple[Step, ...]:
    """Add to the journal what has happened since that look. Joins the caller's transaction, which wrote the row.

    Args:
        row: as it is now.
        was: `look_of` the row before it was written; None for a new one.

    What moves revenue is never put before what moved it last, so that there is no moment at which it is below zero.
    """
    made = tuple(steps(was, look_of(row), clock.now()))
    last = await store.last_change_at(session, row.id) if made and was is not None else None
    for step in made:
        await store.add_change(
            session,
            {
                "subscription_id": row.id,
                "customer_id": row.customer_id,
                "at": max(step.at, last) if last is not None and _moves(step) else step.at,
                "kind": step.kind,
                "from_item_id": step.from_item_id,
                "to_item_id": step.to_item_id,
                "mrr_before_minor": step.mrr_before_minor,
                "mrr_after_minor": step.mrr_after_minor,
                "currency": row.currency,
                "details": {"drift": row.drift} if step.kind == "drifted" else {},
            },
        )
    return made


def _moves(step: Step) -> bool:
    return step.mrr_before_minor != step.mrr_after_minor
