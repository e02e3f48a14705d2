"""Every SQL statement of the push: what we made in Stripe, and who holds which item."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.payments.pushing.models import StripeSetup

PORTAL, ENDPOINT = "portal", "webhook_endpoint"

_HELD = text(
    """SELECT item_id, sum(holds)::bigint AS holders, sum(comes)::bigint AS scheduled FROM (
        SELECT item_id, 1 AS holds, 0 AS comes FROM subscriptions
        WHERE status = ANY(:live) AND ours AND NOT superseded AND item_id IS NOT NULL
        UNION ALL
        SELECT next_item_id, 0, 1 FROM subscriptions
        WHERE status = ANY(:live) AND ours AND NOT superseded AND next_item_id IS NOT NULL
    ) AS each GROUP BY item_id"""
)


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


async def held_items(session: AsyncSession) -> dict[int, tuple[int, int]]:
    """By item: how many subscriptions that are not over hold it, and how many are scheduled to move to it."""
    rows = await session.execute(_HELD, {"live": list(LIVE)})
    return {row.item_id: (row.holders, row.scheduled) for row in rows}


async def emails(session: AsyncSession, users: Sequence[int]) -> dict[int, str]:
    """Addresses of those who sign in, by their number: to say who applied a version."""
    rows = await session.execute(text("SELECT id, email FROM users WHERE id = ANY(:users)"), {"users": list(users)})
    return {row.id: row.email for row in rows}
