"""The plan card, put together from our own rows: what is held, what it costs, what comes next, what may be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.catalog.items import Offer
from billing_app.catalog.schema import Catalog, Plan
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import standing
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.money import Money
from billing_app.payments import store as payments
from billing_app.payments.mirroring import store as mirror
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.subscribing import steps, store
from billing_app.payments.subscribing.trials import Trials
from billing_app.payments.subscribing.views import CardView, MyPlan, PastDue, ScheduledChange

_EXPIRES_SOON = timedelta(days=31)
_CHARGED = ("trialing", "active", "past_due")
_MAX_CARDS = 20


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything of a customer that the card shows, as read in one transaction."""

    held: HeldSubscription | None
    last: HeldSubscription | None
    coming: Offer | None
    owed: Invoice | None
    trial_taken: bool
    has_customer: bool


class PlanReader:
    """Reads; asks Stripe nothing."""

    def __init__(self, database: Database, catalog: CatalogService, trials: Trials) -> None:
        self._database = database
        self._catalog = catalog
        self._trials = trials

    async def current(self, customer_id: int) -> MyPlan:
        """The plan card of a customer."""
        catalog = await self._catalog.current()
        async with self._database.transaction() as session:
            read = await self._read(session, customer_id)
            now = clock.now()
        relations = steps.relations(
            catalog,
            read.held,
            next_code=read.coming.code if read.coming else None,
            next_period=read.coming.period.value if read.coming and read.coming.period else None,
            trial_taken=read.trial_taken,
        )
        if read.held is None:
            return _without(catalog, read, relations)
        return _with(catalog, read.held, read, relations, now)

    async def _read(self, session: AsyncSession, customer_id: int) -> _Read:
        held = await subscriptions.live(session, customer_id)
        coming = owed = None
        if held is not None and held.next_item_id is not None:
            coming = await catalog_store.item(session, held.next_item_id)
        if held is not None:
            owed = await store.open_invoice(session, customer_id, held.id)
        return _Read(
            held=held,
            last=await subscriptions.latest(session, customer_id) if held is None else held,
            coming=coming,
            owed=owed,
            trial_taken=await self._trials.is_taken(session, customer_id),
            has_customer=await payments.stripe_customer_id(session, customer_id) is not None,
        )

    async def payment_method(self, customer_id: int) -> CardView | None:
        """How the next invoice is paid: by the subscription's card, else the default one, else the only one."""
        async with self._database.as_customer(customer_id) as session:
            held = await subscriptions.live(session, customer_id)
            cards = await mirror.payment_methods(session, customer_id, _MAX_CARDS)
            now = clock.now()
        named = held.default_payment_method if held else None
        chosen = next((card for card in cards if named and card.stripe_payment_method_id == named), None)
        chosen = chosen or next(iter(cards), None)
        if chosen is None:
            return None
        ends = _end_of_month(chosen.exp_year, chosen.exp_month)
        return CardView(
            type=chosen.type,
            brand=chosen.brand,
            last4=chosen.last4,
            exp_month=chosen.exp_month,
            exp_year=chosen.exp_year,
            expired=ends is not None and ends <= now,
            expires_soon=ends is not None and now < ends <= now + _EXPIRES_SOON,
        )


def _without(catalog: Catalog, read: _Read, relations: tuple[steps.Relation, ...]) -> MyPlan:
    free, last = catalog.free_plan, read.last
    return MyPlan(
        plan=free.code if free else None,
        name=free.name if free else None,
        status="free" if free else "none",
        access=free is not None,
        by_hand=False,
        period=None,
        price=None,
        credits_per_month=free.credits_per_month if free else 0,
        started_at=None,
        period_start=None,
        period_end=None,
        next_charge=None,
        next_charge_at=None,
        trial_ends_at=None,
        ends_at=None,
        ended_at=last.ended_at if last and last.status in standing.OVER else None,
        scheduled=None,
        past_due=None,
        waiting_until=None,
        waiting_url=None,
        collection_paused=False,
        can_cancel=False,
        can_resume=False,
        can_undo=False,
        can_switch=False,
        has_portal=read.has_customer,
        relations=relations,
    )


def _with(
    catalog: Catalog, held: HeldSubscription, read: _Read, relations: tuple[steps.Relation, ...], now: datetime
) -> MyPlan:
    plan: Plan | None = held.plan
    grace = catalog.policies.past_due_grace_days
    scheduled = _scheduled(read.coming, held.next_at)
    price = _money(held.amount_minor, held.currency)
    charged = held.ends_at is None and held.status in _CHARGED and not held.collection_paused
    next_price = scheduled.price if scheduled and held.period_end and scheduled.at <= held.period_end else price
    waits = held.pending_update_until is not None
    return MyPlan(
        plan=held.plan_code,
        name=plan.name if plan else held.plan_code,
        status=held.status,
        access=held.has_access(now, grace),
        by_hand=held.by_hand,
        period=held.period,
        price=price,
        credits_per_month=plan.credits_per_month if plan else 0,
        started_at=held.started_at,
        period_start=held.period_start,
        period_end=held.period_end,
        next_charge=next_price if charged else None,
        next_charge_at=held.period_end if charged and next_price else None,
        trial_ends_at=held.trial_end if held.status == "trialing" else None,
        ends_at=held.ends_at,
        ended_at=None,
        scheduled=scheduled,
        past_due=_past_due(held, read.owed, grace) if held.status in ("past_due", "unpaid") else None,
        waiting_until=held.pending_update_until,
        waiting_url=read.owed.hosted_url if waits and read.owed else None,
        collection_paused=held.collection_paused,
        can_cancel=not held.by_hand and held.ends_at is None,
        can_resume=not held.by_hand and held.ends_at is not None,
        can_undo=scheduled is not None,
        can_switch=steps.obstacle(held) is None,
        has_portal=read.has_customer,
        relations=relations,
    )


def _scheduled(coming: Offer | None, at: datetime | None) -> ScheduledChange | None:
    if coming is None or at is None:
        return None
    period = coming.period.value if coming.period else None
    return ScheduledChange(coming.code, coming.name, period, coming.price, at)


def _past_due(held: HeldSubscription, owed: Invoice | None, grace_days: int) -> PastDue:
    since = held.past_due_since
    return PastDue(
        since=since,
        access_ends_at=standing.access_ends(since, grace_days) if since else None,
        next_try_at=owed.next_attempt_at if owed else None,
        due=Money(max(0, owed.due_minor - owed.paid_minor), owed.currency) if owed else None,
        pay_url=owed.hosted_url if owed else None,
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _end_of_month(year: int | None, month: int | None) -> datetime | None:
    """The moment after which a card is not good any more."""
    if year is None or month is None or not 1 <= month <= 12:
        return None
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return clock.now().replace(year=after[0], month=after[1], day=1, hour=0, minute=0, second=0, microsecond=0)
