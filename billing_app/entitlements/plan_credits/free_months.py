"""Months of credits without an invoice: the free plan's, by the calendar in UTC; those of a plan by hand, by its day.

Each is one lot, made when its customer is first seen in that month.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.accounts.customers import unconfirmed_customers
from billing_app.catalog.policies import Policies
from billing_app.catalog.schema import Plan
from billing_app.catalog.service import CatalogService
from billing_app.credits import Due, Grant, LotKind
from billing_app.entitlements.plan_credits import store
from billing_app.entitlements.plan_credits.periods import calendar_month, month
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import access_ends, has_access

ASK_AGAIN = timedelta(days=1)
"""So that a free plan that is new in the catalogue reaches those who were asked about before."""


def free_source(at: datetime) -> str:
    """What makes the free lot of a month, once: `free:2026-11`."""
    return f"free:{calendar_month(at).start:%Y-%m}"


def hand_source(subscription_id: int, start: datetime) -> str:
    """What makes the lot of a month of a plan by hand, once: `hand:12:2026-11-21`."""
    return f"hand:{subscription_id}:{start:%Y-%m-%d}"


class FreeMonths:
    """The ledger's port for due grants. Asked seldom: at most once a day, and when a plan has changed."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog

    async def __call__(self, session: AsyncSession, customer_ids: Sequence[int], at: datetime) -> Sequence[Due]:
        """Who of these customers is on the free plan now, and so is due this month's lot."""
        catalog = (await self._catalog.published(session=session)).catalog
        plan, policies = catalog.free_plan, catalog.policies
        subscriptions = await store.standings(session, customer_ids)
        by_hand = {
            customer_id: held
            for customer_id, held in subscriptions.items()
            if held.stripe_subscription_id is None and _gives_access(held, policies, at)
        }
        others = [customer_id for customer_id in customer_ids if customer_id not in by_hand]
        unconfirmed: set[int] = set()
        if plan is not None and plan.credits_per_month and others and policies.free_credits_need_verified_email:
            unconfirmed = await unconfirmed_customers(session, others)
        return [
            # An address may be confirmed at any moment; until then there is little to ask about.
            Due(customer_id, (), None)
            if customer_id in unconfirmed
            else _due_by_hand(by_hand[customer_id], at)
            if customer_id in by_hand
            else _due(customer_id, subscriptions.get(customer_id), plan, policies, at)
            for customer_id in customer_ids
        ]


def _due_by_hand(held: Subscription, at: datetime) -> Due:
    """The month that a plan by hand is in, counted from the day it was given; its last one ends with it."""
    window = month(at, held.anchor)
    ends = min(window.end, held.cancel_at) if held.cancel_at is not None else window.end
    credits = int((held.terms or {}).get("credits_per_month", 0))
    if not credits:
        return Due(held.customer_id, (), min(ends, at + ASK_AGAIN))
    name = str((held.terms or {}).get("name", "Plan"))
    grant = Grant(
        customer_id=held.customer_id,
        credits=credits,
        kind=LotKind.PLAN,
        label=f"{name}, {window.start.day} {window.start:%b} to {window.end.day} {window.end:%b %Y}",
        source=hand_source(held.id, window.start),
        expires_at=ends,
    )
    return Due(held.customer_id, (grant,), ends)


def _due(customer_id: int, held: Subscription | None, plan: Plan | None, policies: Policies, at: datetime) -> Due:
    window = calendar_month(at)
    ask = min(window.end, at + ASK_AGAIN)
    if plan is None or not plan.credits_per_month:
        return Due(customer_id, (), ask)
    if held is not None and _gives_access(held, policies, at):
        if held.status == "past_due" and held.past_due_since is not None:
            ask = min(ask, access_ends(held.past_due_since, policies.past_due_grace_days))
        return Due(customer_id, (), min(ask, held.cancel_at) if held.cancel_at and held.cancel_at > at else ask)
    free = Grant(
        customer_id=customer_id,
        credits=plan.credits_per_month,
        kind=LotKind.FREE,
        label=f"{plan.name}, {window.start:%B %Y}",
        source=free_source(at),
        expires_at=window.end,
    )
    return Due(customer_id, (free,), ask)


def _gives_access(held: Subscription, policies: Policies, at: datetime) -> bool:
    by_hand = held.stripe_subscription_id is None
    return has_access(
        held.status,
        at=at,
        past_due_since=held.past_due_since,
        grace_days=policies.past_due_grace_days,
        ends_at=held.ended_at or (held.cancel_at if by_hand else None),
    )
