"""What an admin does to one customer's quotas: begin the window afresh, give more than the plan, take that back.

Each is written to the audit log, with who did it and why.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.customers import living_customer
from billing_app.catalog.fields import MAX_CREDITS
from billing_app.catalog.schema import Feature, Metering
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.metering import feature_of
from billing_app.entitlements.quotas import counting, store
from billing_app.entitlements.quotas.views import QuotaUsage, usage_view
from billing_app.entitlements.subscriptions.in_force import plan_in_force
from billing_app.errors import InvalidInput
from billing_app.journal.audit import REASON_LIMIT, Actor, audit

_GRANTED = (Metering.QUOTA, Metering.INCLUDED, Metering.UNLOCK)


class UsageAdministration:
    """Made from anywhere; opens nothing by itself. The caller has authorised whoever asks."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def reset_usage(self, customer_id: int, feature: str, *, actor: Actor, reason: str) -> QuotaUsage:
        """Count the running window anew from nothing: `reset_usage_for_period` (row C4). Its ends stay.

        What was used stays in the history of uses; a use of before gives nothing back any more.

        Returns:
            The usage as it was.

        Raises:
            NotFound: no such customer. UnknownFeature: the catalogue has no such feature.
            InvalidInput: the feature is not counted, or no reason is given.
        """
        known = await self._feature(feature)
        if known.metering is not Metering.QUOTA:
            raise InvalidInput(
                f"{known.name} is not counted by a quota, so there is no usage to reset.", field="feature"
            )
        because = _reason(reason)
        async with self._database.transaction() as session:
            await living_customer(session, customer_id)
            before = await self._begin_afresh(session, customer_id, known)
            told = {"feature": feature, "window_start": before.window_start.isoformat()}
            await audit(
                session,
                actor,
                "usage.reset",
                f"customer:{customer_id}",
                before={**told, "used": before.used},
                after={**told, "used": 0},
                reason=because,
            )
        return before

    async def grant(
        self,
        customer_id: int,
        feature: str,
        *,
        quota: int | None,
        ends_at: datetime | None,
        actor: Actor,
        reason: str,
    ) -> int:
        """Give one customer a feature, or more of it, beside the plan. The best of plan and grants holds.

        Args:
            quota: units in each window; None: unlimited. Only a counted feature has one.
            ends_at: until when; None: until it is revoked.

        Returns:
            The grant's id.

        Raises:
            NotFound, UnknownFeature, InvalidInput: as `reset_usage`; or the feature is paid in credits: grant those.
        """
        known = await self._feature(feature)
        if known.metering not in _GRANTED:
            raise InvalidInput(f"{known.name} is paid in credits: grant credits instead.", field="feature")
        if quota is not None and known.metering is not Metering.QUOTA:
            raise InvalidInput(f"{known.name} is not counted, so it has no quota: leave it out.", field="quota")
        if quota is not None and (type(quota) is not int or not 1 <= quota <= MAX_CREDITS):
            raise InvalidInput(f'"quota" is a whole number from 1 to {MAX_CREDITS}, or none.', field="quota")
        now = clock.now()
        if ends_at is not None and (ends_at.tzinfo is None or ends_at <= now):
            raise InvalidInput("A grant ends in the future, at a time with its zone.", field="ends_at")
        because = _reason(reason)
        values: dict[str, Any] = {
            "customer_id": customer_id,
            "feature": feature,
            "quota": None if quota is None else quota * known.counts_per_unit,
            "reason": because,
            "granted_by": actor.kind if actor.id is None else f"{actor.kind}:{actor.id}",
            "granted_at": now,
            "ends_at": ends_at,
        }
        async with self._database.transaction() as session:
            await living_customer(session, customer_id)
            made = await store.add_grant(session, values)
            told = {"feature": feature, "quota": quota, "ends_at": ends_at.isoformat() if ends_at else None}
            await audit(session, actor, "feature.granted", f"customer:{customer_id}", after=told, reason=because)
        return made

    async def revoke(self, customer_id: int, feature: str, *, actor: Actor, reason: str) -> int:
        """End what was granted of a feature beside the plan; how many grants that were.

        Raises:
            NotFound, UnknownFeature, InvalidInput: as `reset_usage`.
        """
        await self._feature(feature)
        because = _reason(reason)
        async with self._database.transaction() as session:
            await living_customer(session, customer_id)
            ended = await store.revoke_grants(session, customer_id, feature, clock.now())
            if ended:
                told = {"feature": feature, "grants": ended}
                await audit(session, actor, "feature.revoked", f"customer:{customer_id}", before=told, reason=because)
        return len(ended)

    async def _feature(self, code: str) -> Feature:
        return feature_of(await self._catalog.current(), code)

    async def _begin_afresh(self, session: AsyncSession, customer_id: int, feature: Feature) -> QuotaUsage:
        at = clock.now()
        plan = await plan_in_force(session, customer_id, at, (await self._catalog.published(session=session)).catalog)
        return usage_view(feature, await counting.begin_afresh(session, customer_id, feature, plan, at))


def _reason(words: str) -> str:
    if not isinstance(words, str) or not 1 <= len(words.strip()) <= REASON_LIMIT:
        raise InvalidInput(f"Say why, in 1 to {REASON_LIMIT:,} characters.", field="reason")
    return words.strip()
