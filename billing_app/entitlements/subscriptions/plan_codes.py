"""Which plans many customers have now: what the cost log asks for calls whose host names no plan."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.in_force import in_force


class PlansInForce:
    """Plan codes by the one rule of what is in force."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog

    async def codes(self, session: AsyncSession, customer_ids: Collection[int]) -> Mapping[int, str | None]:
        """The code of each customer's plan: the one held, else the free one; None where there is neither."""
        catalog = await self._catalog.current()
        now, grace = clock.now(), catalog.policies.past_due_grace_days
        held = {one.customer_id: one for one in await store.live_of(session, customer_ids)}
        codes: dict[int, str | None] = {}
        for customer_id in customer_ids:
            found = in_force(held.get(customer_id), catalog.free_plan, now, grace_days=grace)
            codes[customer_id] = found.plan.code if found else None
        return codes
