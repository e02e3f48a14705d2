"""Ends what a subscription counts for when its grace is over: access went by itself, its revenue goes with it."""

from sqlalchemy import select
from sqlmodel import col

from billing_app import clock
from billing_app.catalog.in_force import NoCatalog
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.recording import look_of, record
from billing_app.entitlements.subscriptions.standing import access_ends

AT_ONCE = 500


class Lapses:
    """Subscriptions past due longer than the policy's days of grace: past due counts until access ends (C8)."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def sweep(self) -> int:
        """Note whose grace is over, at the moment it was over; how many, 500 at most. May be run at any time."""
        try:
            grace = (await self._catalog.current()).policies.past_due_grace_days
        except NoCatalog:
            return 0
        async with self._database.transaction() as session:
            found = await session.execute(
                select(col(Subscription.id), col(Subscription.customer_id))
                .where(
                    col(Subscription.status) == "past_due",
                    col(Subscription.lapsed_at).is_(None),
                    col(Subscription.past_due_since) <= access_ends(clock.now(), -grace),
                )
                .order_by(col(Subscription.id))
                .limit(AT_ONCE)
            )
            due = found.all()
        return sum([await self._lapse(subscription_id, owner, grace) for subscription_id, owner in due])

    async def _lapse(self, subscription_id: int, customer_id: int, grace_days: int) -> int:
        async with self._database.transaction() as session:
            await store.lock_customer(session, customer_id)
            row = await store.row_by_id_for_update(session, subscription_id)
            if row is None or row.status != "past_due" or row.past_due_since is None or row.lapsed_at is not None:
                return 0
            at = access_ends(row.past_due_since, grace_days)
            if clock.now() < at:
                return 0
            was = look_of(row)
            await store.write(session, row.id, {"lapsed_at": at})
            row.lapsed_at = at
            await record(session, row, was)
            return 1
