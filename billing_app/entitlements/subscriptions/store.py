"""Every SQL statement about subscriptions and their journal."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.catalog.models import CatalogItem
from billing_app.catalog.schema import Plan
from billing_app.catalog.store import as_offer
from billing_app.entitlements.subscriptions.models import Subscription, SubscriptionChange
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.entitlements.subscriptions.views import HeldSubscription


async def live(session: AsyncSession, customer_id: int, *, for_share: bool = False) -> HeldSubscription | None:
    """The one subscription of a customer that has begun and is not over."""
    statement = _held().where(
        col(Subscription.customer_id) == customer_id,
        col(Subscription.status).in_(LIVE),
        col(Subscription.ours),
        col(Subscription.superseded).is_(False),
    )
    if for_share:
        statement = statement.with_for_update(read=True, of=Subscription)
    row = (await session.execute(statement)).one_or_none()
    return _view(row[0], row[1]) if row else None


async def live_of(session: AsyncSession, customer_ids: Collection[int]) -> list[HeldSubscription]:
    """The live subscriptions of several customers."""
    found = await session.execute(
        _held().where(
            col(Subscription.customer_id).in_(customer_ids),
            col(Subscription.status).in_(LIVE),
            col(Subscription.ours),
            col(Subscription.superseded).is_(False),
        )
    )
    return [_view(row[0], row[1]) for row in found]


async def latest(session: AsyncSession, customer_id: int) -> HeldSubscription | None:
    """The live one, else the one that was begun last, also when it is over."""
    found = await session.execute(
        _held()
        .where(
            col(Subscription.customer_id) == customer_id,
            col(Subscription.ours),
            col(Subscription.superseded).is_(False),
            col(Subscription.status).not_in(("incomplete", "incomplete_expired")),
        )
        .order_by(
            col(Subscription.status).in_(LIVE).desc(),
            col(Subscription.started_at).desc(),
            col(Subscription.id).desc(),
        )
        .limit(1)
    )
    row = found.one_or_none()
    return _view(row[0], row[1]) if row else None


async def by_stripe_id(session: AsyncSession, stripe_subscription_id: str) -> HeldSubscription | None:
    """A subscription by Stripe's id."""
    found = await session.execute(_held().where(col(Subscription.stripe_subscription_id) == stripe_subscription_id))
    row = found.one_or_none()
    return _view(row[0], row[1]) if row else None


async def by_id(session: AsyncSession, subscription_id: int) -> HeldSubscription | None:
    """A subscription by our id."""
    row = (await session.execute(_held().where(col(Subscription.id) == subscription_id))).one_or_none()
    return _view(row[0], row[1]) if row else None


async def lock_customer(session: AsyncSession, customer_id: int) -> None:
    """Serialise what is written of one customer's subscriptions for this transaction, also before there are any."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('subscriptions:' || cast(:id AS text), 0))"),
        {"id": customer_id},
    )


async def row_for_update(session: AsyncSession, stripe_subscription_id: str) -> Subscription | None:
    """The mirror's row, locked."""
    found = await session.execute(
        select(Subscription)
        .where(col(Subscription.stripe_subscription_id) == stripe_subscription_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def row_by_id_for_update(session: AsyncSession, subscription_id: int) -> Subscription | None:
    """The same by our id: a plan by hand too."""
    found = await session.execute(
        select(Subscription)
        .where(col(Subscription.id) == subscription_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def add(session: AsyncSession, values: dict[str, Any]) -> Subscription:
    """A new row of the mirror."""
    made = await session.execute(
        insert(Subscription).values(created_at=clock.wall(), updated_at=clock.wall(), **values).returning(Subscription)
    )
    return made.scalar_one()


async def write(session: AsyncSession, subscription_id: int, values: dict[str, Any]) -> None:
    """Write fields of the mirror."""
    await session.execute(
        update(Subscription)
        .where(col(Subscription.id) == subscription_id)
        .values(updated_at=clock.wall(), **values)
        .execution_options(synchronize_session=False)
    )


async def add_change(session: AsyncSession, values: dict[str, Any]) -> None:
    """A line of the journal."""
    await session.execute(insert(SubscriptionChange).values(recorded_at=clock.wall(), **values))


async def last_change_at(session: AsyncSession, subscription_id: int) -> datetime | None:
    """When a subscription's revenue moved last, by its journal."""
    found = await session.execute(
        select(func.max(col(SubscriptionChange.at))).where(
            col(SubscriptionChange.subscription_id) == subscription_id,
            col(SubscriptionChange.mrr_before_minor) != col(SubscriptionChange.mrr_after_minor),
        )
    )
    return found.scalar_one()


async def changes(
    session: AsyncSession, customer_id: int, *, before: int | None = None, limit: int = 50
) -> Sequence[SubscriptionChange]:
    """A customer's journal, newest first; `before` a line's id pages on."""
    statement = (
        select(SubscriptionChange)
        .where(col(SubscriptionChange.customer_id) == customer_id)
        .order_by(col(SubscriptionChange.id).desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(col(SubscriptionChange.id) < before)
    return (await session.execute(statement)).scalars().all()


async def other_live(session: AsyncSession, customer_id: int, stripe_subscription_id: str) -> Subscription | None:
    """The live subscription of a customer that is not this one; a plan by hand too."""
    found = await session.execute(
        select(Subscription).where(
            col(Subscription.customer_id) == customer_id,
            col(Subscription.status).in_(LIVE),
            col(Subscription.ours),
            col(Subscription.superseded).is_(False),
            or_(
                col(Subscription.stripe_subscription_id).is_(None),
                col(Subscription.stripe_subscription_id) != stripe_subscription_id,
            ),
        )
    )
    return found.scalar_one_or_none()


def _held() -> Select[Subscription, CatalogItem]:
    return select(Subscription, CatalogItem).outerjoin(CatalogItem, col(CatalogItem.id) == col(Subscription.item_id))


def _view(row: Subscription, item: CatalogItem | None) -> HeldSubscription:
    definition = row.terms if row.terms is not None else item.definition if item is not None else None
    return HeldSubscription(
        id=row.id,
        customer_id=row.customer_id,
        stripe_subscription_id=row.stripe_subscription_id,
        item=as_offer(item) if item is not None else None,
        plan=Plan.model_validate(definition) if definition is not None else None,
        plan_code=row.plan_code,
        period=row.period,
        amount_minor=row.amount_minor,
        currency=row.currency,
        status=row.status,
        started_at=row.started_at,
        anchor=row.anchor,
        period_start=row.current_period_start,
        period_end=row.current_period_end,
        trial_start=row.trial_start,
        trial_end=row.trial_end,
        cancel_at_period_end=row.cancel_at_period_end,
        cancel_at=row.cancel_at,
        canceled_at=row.canceled_at,
        ended_at=row.ended_at,
        past_due_since=row.past_due_since,
        collection_paused=row.paused,
        stripe_schedule_id=row.stripe_schedule_id,
        next_item_id=row.next_item_id,
        next_at=row.next_at,
        pending_update_until=row.pending_update_until,
        default_payment_method=row.default_payment_method,
        latest_invoice=row.latest_invoice,
        ours=row.ours,
        handed_over_at=row.handed_over_at,
        superseded=row.superseded,
        drift=tuple(row.drift),
    )
