"""Which plan a customer has at a moment: what the one live subscription holds, else the free plan."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.schema import Catalog, Plan
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.views import HeldSubscription, PlanInForce


async def plan_in_force(
    session: AsyncSession, customer_id: int, at: datetime, catalog: Catalog, *, for_share: bool = False
) -> PlanInForce | None:
    """The plan in force: terms as held, not as the catalogue sells them today.

    Args:
        at: now, in billing time; what was in force in the past is in the journal, not here.
        for_share: keep the subscription as it is until the transaction ends.

    Returns:
        None only when nothing is held and the catalogue has no free plan.
    """
    held = await store.live(session, customer_id, for_share=for_share)
    return in_force(held, catalog.free_plan, at, grace_days=catalog.policies.past_due_grace_days)


def in_force(held: HeldSubscription | None, free: Plan | None, at: datetime, *, grace_days: int) -> PlanInForce | None:
    """The same for a subscription already read. Pure."""
    if held is not None and held.plan is not None and held.has_access(at, grace_days):
        return PlanInForce(held.plan, held, True, held.anchor, held.period_start, held.period_end)
    if free is None:
        return None
    start, end = calendar_month(at)
    return PlanInForce(free, held, held is None, None, start, end)


def calendar_month(at: datetime) -> tuple[datetime, datetime]:
    """The calendar month in UTC around a moment: its start, and the start of the next."""
    start = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, (
        start.replace(year=start.year + 1, month=1) if start.month == 12 else start.replace(month=start.month + 1)
    )
