"""Every SQL statement about quotas: windows, uses, grants, and since when a plan is held."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.models import Customer
from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.quotas.limits import Recorded
from billing_app.entitlements.quotas.models import FeatureGrant, QuotaUse, UsageWindow
from billing_app.entitlements.subscriptions.models import Subscription, SubscriptionChange

MAX_GRANTS = 200


async def lock(session: AsyncSession, customer_id: int, feature: str) -> None:
    """Serialise the uses of one feature by one customer for this transaction, also before its first row."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('quota:' || cast(:id AS text) || ':' || :feature, 0))"),
        {"id": customer_id, "feature": feature},
    )


async def newest(session: AsyncSession, customer_id: int, features: Iterable[str]) -> dict[tuple[str, str], Recorded]:
    """The newest window of each feature and kind in which anything was used."""
    found = await session.execute(
        select(UsageWindow)
        .ext(distinct_on(col(UsageWindow.feature), col(UsageWindow.kind)))
        .where(col(UsageWindow.customer_id) == customer_id, col(UsageWindow.feature).in_(list(features)))
        .order_by(col(UsageWindow.feature), col(UsageWindow.kind), col(UsageWindow.window_start).desc())
        .execution_options(populate_existing=True)
    )
    return {(row.feature, row.kind): _recorded(row) for row in found.scalars()}


async def window_of(session: AsyncSession, usage_id: int) -> Recorded | None:
    """One window's row."""
    row = await session.get(UsageWindow, usage_id, populate_existing=True)
    return _recorded(row) if row else None


async def begin_window(session: AsyncSession, values: dict[str, Any]) -> int:
    """The row of a window in which something is used for the first time (row C3)."""
    made = await session.execute(insert(UsageWindow).values(**values).returning(col(UsageWindow.id)))
    return made.scalar_one()


async def count(
    session: AsyncSession,
    usage_id: int,
    *,
    units: int,
    over: int,
    quota: int | None,
    plan_code: str | None,
    at: datetime,
) -> None:
    """Add a use to its window."""
    await session.execute(
        update(UsageWindow)
        .where(col(UsageWindow.id) == usage_id)
        .values(
            used=col(UsageWindow.used) + units,
            over=col(UsageWindow.over) + over,
            quota=quota,
            plan_code=plan_code,
            updated_at=at,
        )
    )


async def uncount(session: AsyncSession, usage_id: int, *, units: int, at: datetime) -> None:
    """Take a use out of its window again: the room it leaves is first that of what lay beyond the limit."""
    await session.execute(
        update(UsageWindow)
        .where(col(UsageWindow.id) == usage_id)
        .values(
            used=func.greatest(col(UsageWindow.used) - units, 0),
            over=func.greatest(col(UsageWindow.over) - units, 0),
            updated_at=at,
        )
    )


async def reset(session: AsyncSession, usage_id: int, at: datetime) -> None:
    """Begin a window afresh: nothing is used of it."""
    await session.execute(
        update(UsageWindow)
        .where(col(UsageWindow.id) == usage_id)
        .values(used=0, over=0, resets=col(UsageWindow.resets) + 1, updated_at=at)
    )


async def add_use(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write down one use."""
    await session.execute(insert(QuotaUse).values(**values))


async def use_by_key(session: AsyncSession, customer_id: int, key: str) -> QuotaUse | None:
    """The use a key is bound to; one that was given back binds nothing."""
    found = await session.execute(
        select(QuotaUse).where(
            col(QuotaUse.customer_id) == customer_id, col(QuotaUse.key) == key, col(QuotaUse.given_back_at).is_(None)
        )
    )
    return found.scalar_one_or_none()


async def use_by_reference(session: AsyncSession, customer_id: int, feature: str, reference: str) -> QuotaUse | None:
    """The use a business reference is bound to."""
    found = await session.execute(
        select(QuotaUse).where(
            col(QuotaUse.customer_id) == customer_id,
            col(QuotaUse.feature) == feature,
            col(QuotaUse.reference) == reference,
            col(QuotaUse.given_back_at).is_(None),
        )
    )
    return found.scalar_one_or_none()


async def mark_given_back(session: AsyncSession, use_id: int, at: datetime) -> None:
    """A use's key and reference are free again."""
    await session.execute(update(QuotaUse).where(col(QuotaUse.id) == use_id).values(given_back_at=at))


async def grants(
    session: AsyncSession, customer_id: int, features: Iterable[str], at: datetime
) -> dict[str, list[int | None]]:
    """Quotas that were granted beside the plan and hold now, by feature."""
    found = await session.execute(
        select(col(FeatureGrant.feature), col(FeatureGrant.quota))
        .where(
            col(FeatureGrant.customer_id) == customer_id,
            col(FeatureGrant.feature).in_(list(features)),
            col(FeatureGrant.revoked_at).is_(None),
            col(FeatureGrant.granted_at) <= at,
            or_(col(FeatureGrant.ends_at).is_(None), col(FeatureGrant.ends_at) > at),
        )
        .limit(MAX_GRANTS)
    )
    held: dict[str, list[int | None]] = {}
    for row in found:
        held.setdefault(row.feature, []).append(row.quota)
    return held


async def add_grant(session: AsyncSession, values: dict[str, Any]) -> int:
    """Grant a feature beside the plan."""
    made = await session.execute(insert(FeatureGrant).values(**values).returning(col(FeatureGrant.id)))
    return made.scalar_one()


async def revoke_grants(session: AsyncSession, customer_id: int, feature: str, at: datetime) -> list[int]:
    """End what was granted of a feature; the ids."""
    done = await session.execute(
        update(FeatureGrant)
        .where(
            col(FeatureGrant.customer_id) == customer_id,
            col(FeatureGrant.feature) == feature,
            col(FeatureGrant.revoked_at).is_(None),
            or_(col(FeatureGrant.ends_at).is_(None), col(FeatureGrant.ends_at) > at),
        )
        .values(revoked_at=at)
        .returning(col(FeatureGrant.id))
    )
    return list(done.scalars())


async def changed_plan_at(session: AsyncSession, subscription_id: int) -> datetime | None:
    """When a subscription's terms were last switched; None: never."""
    return await session.scalar(
        select(func.max(col(SubscriptionChange.at))).where(
            col(SubscriptionChange.subscription_id) == subscription_id, col(SubscriptionChange.kind) == "switched"
        )
    )


async def free_since(session: AsyncSession, customer_id: int) -> datetime | None:
    """Since when a customer without subscription has been on the free plan."""
    ended = select(func.max(col(Subscription.ended_at))).where(col(Subscription.customer_id) == customer_id)
    made = select(col(Customer.created_at)).where(col(Customer.id) == customer_id)
    found = await session.execute(select(func.greatest(ended.scalar_subquery(), made.scalar_subquery())))
    return found.scalar_one_or_none()


def _recorded(row: UsageWindow) -> Recorded:
    return Recorded(
        id=row.id,
        window=Window(row.window_start, row.window_end),
        used=row.used,
        over=row.over,
        quota=row.quota,
        plan_code=row.plan_code,
        carried=row.carried,
        carried_on=row.carried_on,
        resets=row.resets,
    )
