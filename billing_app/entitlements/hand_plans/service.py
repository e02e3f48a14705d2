"""Gives plans by hand and ends them: at once, at a day, or by themselves. Each in the journal of subscriptions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.customers import living_customer
from billing_app.catalog.schema import Plan
from billing_app.catalog.service import CatalogService
from billing_app.credits import Ledger, Operation, Retime, Settle, Void
from billing_app.db.engine import Database
from billing_app.entitlements.hand_plans.terms import HandPlan, plan_of
from billing_app.entitlements.plan_credits.free_months import free_source, hand_source
from billing_app.entitlements.plan_credits.periods import month
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.recording import look_of, record
from billing_app.entitlements.subscriptions.standing import LIVE, mrr_minor
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.errors import Conflict, InvalidInput, NotFound
from billing_app.journal.audit import SYSTEM, Actor, audit

REASON_LIMIT = 500
AT_ONCE = 500


class HasSubscription(Conflict):
    """The customer has one live subscription, and there can be only one."""

    code = "has_subscription"


@dataclass(frozen=True, slots=True)
class GivenPlan:
    """A plan by hand that is in force. `mrr_minor` of `currency`; 0 and None without a price."""

    subscription_id: int
    name: str
    plan_code: str
    credits_per_month: int
    mrr_minor: int
    currency: str | None
    ends_at: datetime | None


class HandPlans:
    """One per process, made in bootstrap. Who may do this, asks the caller."""

    def __init__(self, database: Database, catalog: CatalogService, ledger: Ledger) -> None:
        self._database = database
        self._catalog = catalog
        self._ledger = ledger

    async def plan(self, wish: HandPlan) -> Plan:
        """What this would give.

        Raises:
            InvalidInput: something of it cannot be.
        """
        return plan_of(wish, await self._catalog.current(), clock.now())

    async def give(self, customer_id: int, wish: HandPlan, *, actor: Actor, reason: str) -> GivenPlan:
        """Give a customer a plan without Stripe, from now on. Its first month of credits is there at once.

        Raises:
            NotFound: no such customer. InvalidInput: something of it cannot be, or no reason is given.
            HasSubscription: there is one already; says what to do.
        """
        because = checked_reason(reason)
        now = clock.now()
        async with self._database.transaction() as session:
            catalog = (await self._catalog.published(session=session)).catalog
            plan = plan_of(wish, catalog, now)
            await store.lock_customer(session, customer_id)
            await living_customer(session, customer_id)
            await self._end_if_over(session, customer_id, now)
            held = await store.live(session, customer_id)
            if held is not None:
                raise HasSubscription(_what_to_do(held))
            row = await store.add(session, _row(customer_id, wish, plan, because, now))
            await record(session, row, None)
            void = Void(
                customer_id=customer_id, source=free_source(now), actor=_who(actor), note="A plan was given by hand."
            )
            await self._bring_credits(session, customer_id, [void])
            given = _given(row, plan)
            await audit(session, actor, "plan.given", f"customer:{customer_id}", after=_told(row, plan), reason=because)
        return given

    async def end(self, customer_id: int, *, actor: Actor, reason: str, at: datetime | None = None) -> datetime:
        """End a plan by hand: now, with what is left of this month's credits; or at a moment to come.

        Returns:
            When it ends.

        Raises:
            NotFound: the customer has none. InvalidInput: the moment is past, or no reason is given.
            HasSubscription: their plan is Stripe's; says what to do.
        """
        because = checked_reason(reason)
        now = clock.now()
        if at is not None and (at.tzinfo is None or at <= now):
            raise InvalidInput("Choose a day to come, or end it now.", field="ends_at")
        async with self._database.transaction() as session:
            await store.lock_customer(session, customer_id)
            await self._end_if_over(session, customer_id, now)
            held = await store.live(session, customer_id)
            if held is None:
                raise NotFound("This customer has no plan by hand.")
            if not held.by_hand:
                raise HasSubscription(_what_to_do(held))
            row = await store.row_by_id_for_update(session, held.id)
            assert row is not None, "it was read in this transaction"
            before = {"ends_at": row.cancel_at.isoformat() if row.cancel_at else None}
            await self._write_end(session, row, at, now, actor)
            await audit(
                session,
                actor,
                "plan.ended" if at is None else "plan.end_set",
                f"customer:{customer_id}",
                before={"subscription": row.id, **before},
                after={"ends_at": (at or now).isoformat()},
                reason=because,
            )
        return at or now

    async def sweep(self) -> int:
        """Write down the end of plans whose day has come; how many, 500 at most. What they gave ended by itself."""
        now = clock.now()
        async with self._database.transaction() as session:
            found = await session.scalars(
                select(col(Subscription.customer_id))
                .where(
                    col(Subscription.stripe_subscription_id).is_(None),
                    col(Subscription.status).in_(LIVE),
                    col(Subscription.cancel_at) <= now,
                )
                .order_by(col(Subscription.id))
                .limit(AT_ONCE)
            )
            due = list(found)
        for customer_id in due:
            async with self._database.transaction() as session:
                await store.lock_customer(session, customer_id)
                await self._end_if_over(session, customer_id, clock.now())
        return len(due)

    async def _end_if_over(self, session: AsyncSession, customer_id: int, now: datetime) -> None:
        held = await store.live(session, customer_id)
        if held is None or not held.by_hand or held.ends_at is None or held.ends_at > now:
            return
        row = await store.row_by_id_for_update(session, held.id)
        assert row is not None, "it was read in this transaction"
        at = row.cancel_at or now
        await _change(session, row, {"status": "canceled", "ended_at": at})
        await self._ledger.forget_due(session, [customer_id])
        told = {"subscription": row.id, "ended_at": at.isoformat()}
        await audit(session, SYSTEM, "plan.ended", f"customer:{customer_id}", after=told, reason=row.reason)

    async def _write_end(
        self, session: AsyncSession, row: Subscription, at: datetime | None, now: datetime, actor: Actor
    ) -> None:
        source = hand_source(row.id, month(now, row.anchor).start)
        last: Operation
        if at is None:
            await _change(session, row, {"status": "canceled", "cancel_at": now, "canceled_at": now, "ended_at": now})
            last = Void(customer_id=row.customer_id, source=source, actor=_who(actor), note="The plan was ended.")
        else:
            await _change(session, row, {"cancel_at": at, "canceled_at": now})
            until = min(at, month(now, row.anchor).end)
            last = Retime(customer_id=row.customer_id, source=source, expires_at=until, actor=_who(actor))
        await self._bring_credits(session, row.customer_id, [last])

    async def _bring_credits(self, session: AsyncSession, customer_id: int, first: list[Operation]) -> None:
        """Do these (to lots that may not be there), then book what the customer is due now."""
        await self._ledger.apply(session, first)
        await self._ledger.forget_due(session, [customer_id])
        await self._ledger.apply(session, [Settle(customer_id=customer_id)])


def checked_reason(reason: str) -> str:
    """The words, without white space around them.

    Raises:
        InvalidInput: there are none, or too many.
    """
    words = reason.strip() if isinstance(reason, str) else ""
    if not 1 <= len(words) <= REASON_LIMIT:
        raise InvalidInput(f"Say why, in 1 to {REASON_LIMIT} characters.", field="reason")
    return words


async def _change(session: AsyncSession, row: Subscription, values: dict[str, Any]) -> None:
    was = look_of(row)
    await store.write(session, row.id, values)
    for name, value in values.items():
        setattr(row, name, value)
    await record(session, row, was)


def _row(customer_id: int, wish: HandPlan, plan: Plan, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "plan_code": plan.code,
        "period": wish.period,
        "amount_minor": wish.price_minor,
        "net_minor": wish.price_minor,
        "currency": wish.currency,
        "terms": plan.model_dump(mode="json"),
        "reason": reason,
        "status": "active",
        "started_at": now,
        "anchor": now,
        "current_period_start": now,
        "cancel_at": wish.ends_at,
        "canceled_at": now if wish.ends_at is not None else None,
        "asked_at": clock.wall(),
    }


def _given(row: Subscription, plan: Plan) -> GivenPlan:
    return GivenPlan(
        subscription_id=row.id,
        name=plan.name,
        plan_code=plan.code,
        credits_per_month=plan.credits_per_month,
        mrr_minor=mrr_minor(row.status, row.period, row.net_minor),
        currency=row.currency,
        ends_at=row.cancel_at,
    )


def _told(row: Subscription, plan: Plan) -> dict[str, Any]:
    """For the audit log: all that was agreed."""
    return {
        "subscription": row.id,
        "plan": plan.code,
        "name": plan.name,
        "price_minor": row.amount_minor,
        "currency": row.currency,
        "period": row.period,
        "credits_per_month": plan.credits_per_month,
        "quotas": plan.model_dump(mode="json")["quotas"],
        "features": list(plan.features),
        "ends_at": row.cancel_at.isoformat() if row.cancel_at else None,
    }


def _what_to_do(held: HeldSubscription) -> str:
    name = held.plan.name if held.plan is not None else "another plan"
    if held.by_hand:
        return f"{name} was given to this customer by hand already. End it first, then give the new one."
    if held.ends_at is not None:
        return (
            f"This customer has {name} at Stripe ({held.stripe_subscription_id}) until {held.ends_at:%d %b %Y}. Cancel "
            "it there at once, or wait for its end; then give the plan."
        )
    return (
        f"This customer pays for {name} at Stripe ({held.stripe_subscription_id}). Cancel it there first, and give "
        "money back if that was agreed; when it is over, give the plan."
    )


def _who(actor: Actor) -> str:
    return actor.kind if actor.id is None else f"{actor.kind}:{actor.id}"
