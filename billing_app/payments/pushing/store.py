"""Every SQL statement of the push: what we made in Stripe, and who holds which item."""

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.payments.pushing.models import StripeSetup

PORTAL, ENDPOINT = "portal", "webhook_endpoint"


async def made(session: AsyncSession, kind: str) -> StripeSetup | None:
    """What we made of this kind."""
    return await session.get(StripeSetup, kind, populate_existing=True)


async def remember(session: AsyncSession, kind: str, stripe_id: str, sealed_secret: bytes | None = None) -> None:
    """Keep it, in place of what was there before."""
    values = {"stripe_id": stripe_id, "sealed_secret": sealed_secret, "updated_at": clock.wall()}
    await session.execute(
        insert(StripeSetup).values(kind=kind, **values).on_conflict_do_update(index_elements=["kind"], set_=values)
    )


async def forget(session: AsyncSession, kind: str) -> None:
    """It is no more."""
    await session.execute(delete(StripeSetup).where(col(StripeSetup.kind) == kind))


async def live_by_item(session: AsyncSession) -> dict[int, int]:
    """How many subscriptions in Stripe that are not over hold which item."""
    rows = await session.execute(
        select(col(Subscription.item_id), func.count())
        .where(
            col(Subscription.status).in_(LIVE),
            col(Subscription.item_id).is_not(None),
            col(Subscription.stripe_subscription_id).is_not(None),
        )
        .group_by(col(Subscription.item_id))
    )
    return {item: count for item, count in rows if item is not None}
