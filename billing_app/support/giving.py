"""What is given beside what is paid for: plans by hand (row C12), features, fresh quotas. And looking as a customer."""

from datetime import datetime

from billing_app.accounts.looks.service import Look
from billing_app.accounts.roles import Principal, Role
from billing_app.catalog.schema import Plan
from billing_app.entitlements.hand_plans.service import GivenPlan
from billing_app.entitlements.hand_plans.terms import HandPlan
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.support.desk import Desk, actor_of, checked_reason


class Giving(Desk):
    """Plans and features are for administrators, a fresh quota and a look are for support."""

    async def plan_preview(self, by: Principal, wish: HandPlan) -> Plan:
        """What such a plan would give.

        Raises:
            NotPermitted: no administrator. InvalidInput: something of it cannot be.
        """
        by.require(Role.ADMIN)
        return await self._below.hand_plans.plan(wish)

    async def give_plan(self, by: Principal, customer_id: int, wish: HandPlan, *, reason: str) -> GivenPlan:
        """Give a plan without Stripe, from now on; see `HandPlans.give`.

        Raises:
            NotPermitted: no administrator. And what `HandPlans.give` raises.
        """
        by.require(Role.ADMIN)
        return await self._below.hand_plans.give(customer_id, wish, actor=actor_of(by), reason=reason)

    async def end_plan(self, by: Principal, customer_id: int, *, reason: str, at: datetime | None = None) -> datetime:
        """End a plan by hand now, or at a moment to come; when it ends.

        Raises:
            NotPermitted: no administrator. And what `HandPlans.end` raises.
        """
        by.require(Role.ADMIN)
        return await self._below.hand_plans.end(customer_id, actor=actor_of(by), reason=reason, at=at)

    async def grant_feature(
        self,
        by: Principal,
        customer_id: int,
        feature: str,
        *,
        reason: str,
        quota: int | None = None,
        ends_at: datetime | None = None,
    ) -> int:
        """Give a feature, or more of one, beside the plan; see `UsageAdministration.grant`.

        Raises:
            NotPermitted: no administrator. And what that raises.
        """
        by.require(Role.ADMIN)
        return await self._below.usage.grant(
            customer_id, feature, quota=quota, ends_at=ends_at, actor=actor_of(by), reason=checked_reason(reason)
        )

    async def revoke_feature(self, by: Principal, customer_id: int, feature: str, *, reason: str) -> int:
        """End what was given of a feature; how many grants that were.

        Raises:
            NotPermitted: no administrator. And what `UsageAdministration.revoke` raises.
        """
        by.require(Role.ADMIN)
        return await self._below.usage.revoke(customer_id, feature, actor=actor_of(by), reason=checked_reason(reason))

    async def reset_quota(self, by: Principal, customer_id: int, feature: str, *, reason: str) -> QuotaUsage:
        """Begin a feature's running window afresh; its usage as it was.

        Raises:
            NotPermitted: the role is below support. And what `UsageAdministration.reset_usage` raises.
        """
        by.require(Role.SUPPORT)
        return await self._below.usage.reset_usage(
            customer_id, feature, actor=actor_of(by), reason=checked_reason(reason)
        )

    async def look_as(self, by: Principal, customer_id: int, *, reason: str, ip: str | None = None) -> Look:
        """Let this session see the customer's pages as the customer does, for thirty minutes, changing nothing.

        Raises:
            NotPermitted: the role is below support. NotFound: no such customer. InvalidInput: no reason is given.
        """
        return await self._below.accounts.begin_look(by, customer_id, reason=reason, ip=ip)
