"""What pages and commands ask about plan credits: when they reset, and whether every due reset is booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.catalog.service import CatalogService
from billing_app.credits import EntryKind, Ledger, LotKind, Settle, Settled
from billing_app.db.engine import Database
from billing_app.entitlements.plan_credits import store
from billing_app.entitlements.plan_credits.facts import Resets
from billing_app.entitlements.plan_credits.periods import calendar_month, month
from billing_app.entitlements.subscriptions.in_force import plan_in_force
from billing_app.entitlements.subscriptions.views import HeldSubscription

BATCH = 200
_RESETTING = (LotKind.PLAN, LotKind.TRIAL, LotKind.FREE, LotKind.ROLLOVER)


@dataclass(frozen=True, slots=True)
class BroughtUpToDate:
    """What `reset_due` did: customers whose ledger was written, lots that began and ended, and their credits."""

    customers: int = 0
    begun: int = 0
    credits_begun: int = 0
    ended: int = 0
    credits_ended: int = 0


class PlanCreditService:
    """One per process, made in bootstrap."""

    def __init__(self, database: Database, catalog: CatalogService, ledger: Ledger) -> None:
        self._database = database
        self._catalog = catalog
        self._ledger = ledger

    async def resets(self, customer_id: int) -> Resets:
        """When a customer's credits were reset last, when they will be next, and how many come then."""
        now = clock.now()
        async with self._database.transaction() as session:
            catalog = (await self._catalog.published(session=session)).catalog
            force = await plan_in_force(session, customer_id, now, catalog)
            last_at = await store.last_start(session, customer_id, now)
            next_at, amount = await store.next_start(session, customer_id, now)
            if next_at is not None:
                return Resets(last_at, next_at, amount)
            if force is None:
                return Resets(last_at, None, 0)
            held = force.subscription
            if not force.access or held is None:
                window, credits = calendar_month(now), force.plan.credits_per_month
                return Resets(window.start, window.end, credits) if credits else Resets(last_at, None, 0)
            if held.by_hand:
                window = month(now, held.anchor)
                goes_on = held.ends_at is None or held.ends_at > window.end
                amount = force.plan.credits_per_month
                return Resets(window.start, window.end, amount) if goes_on and amount else Resets(last_at, None, 0)
            if held.status == "trialing":
                last_at = held.trial_start or last_at
            if not _renews(held):
                return Resets(last_at, None, 0)
            amount = force.plan.credits_per_month
            if held.next_item_id is not None and (held.next_at is None or held.next_at <= _end(held)):
                offer = await catalog_store.item(session, held.next_item_id)
                amount = offer.terms.credits if offer is not None else amount
        return Resets(last_at, _end(held), amount) if amount else Resets(last_at, None, 0)

    async def reset_due(self) -> BroughtUpToDate:
        """Book every window that has begun or ended by now, of every customer. Safe to repeat, at any time.

        Nothing depends on it: each customer's ledger is brought up to date before anything else is written to it, and
        what is read is true without. A free month is made by it only for those whose last one is still to be ended.
        """
        done, after = BroughtUpToDate(), 0
        while True:
            async with self._database.transaction() as session:
                customers = await store.due_customers(session, clock.now(), after=after, limit=BATCH)
            if not customers:
                return done
            done = _sum(done, await self._settle(customers))
            after = customers[-1]

    async def _settle(self, customers: Sequence[int]) -> BroughtUpToDate:
        async with self._database.transaction() as session:
            outcomes = await self._ledger.apply(session, [Settle(customer_id=one) for one in customers])
            booked = {one.customer_id: one.booked for one in outcomes if isinstance(one, Settled) and one.booked}
            counts = await store.entry_counts(session, list(booked))
            firsts = {customer_id: counts[customer_id] - number + 1 for customer_id, number in booked.items()}
            rows = await store.booked_since(session, firsts) if firsts else []
        begun = [row for row in rows if row[0] == EntryKind.GRANT and row[1] in _RESETTING]
        ended = [row for row in rows if row[0] == EntryKind.EXPIRE]
        return BroughtUpToDate(
            customers=len(booked),
            begun=sum(row[2] for row in begun),
            credits_begun=sum(row[3] for row in begun),
            ended=sum(row[2] for row in ended),
            credits_ended=sum(row[3] for row in ended),
        )


def _renews(held: HeldSubscription) -> bool:
    """A further period will come, as things stand."""
    stops = held.ends_at is not None and held.period_end is not None and held.ends_at <= held.period_end
    return held.period_end is not None and not stops and not held.collection_paused


def _end(held: HeldSubscription) -> datetime:
    assert held.period_end is not None
    return held.period_end


def _sum(one: BroughtUpToDate, two: BroughtUpToDate) -> BroughtUpToDate:
    return BroughtUpToDate(
        one.customers + two.customers,
        one.begun + two.begun,
        one.credits_begun + two.credits_begun,
        one.ended + two.ended,
        one.credits_ended + two.credits_ended,
    )
