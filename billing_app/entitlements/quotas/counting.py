"""Quotas inside a caller's transaction: look at what is left, take a use, give one back, begin a window afresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.schema import Feature
from billing_app.entitlements.quotas import store
from billing_app.entitlements.quotas.limits import Allowance, Recorded, best, carried_over, quota_in, rule_of
from billing_app.entitlements.quotas.windows import running_at
from billing_app.entitlements.requests import fingerprint
from billing_app.entitlements.subscriptions.views import PlanInForce
from billing_app.errors import IdempotencyMismatch


@dataclass(frozen=True, slots=True)
class Wanted:
    """A use that is asked for: `units` in counts."""

    customer_id: int
    feature: Feature
    units: int
    key: str
    reference: str | None
    actor: str

    @property
    def fingerprint(self) -> str:
        """What the key is bound to."""
        return fingerprint(self.feature.code, self.units, self.reference)


@dataclass(frozen=True, slots=True)
class Counted:
    """A use: whether it was counted now or before, what is left (None: unlimited), what lies beyond the limit."""

    repeated: bool
    units: int
    remaining: int | None
    over: int


async def look(
    session: AsyncSession, customer_id: int, features: Sequence[Feature], plan: PlanInForce | None, at: datetime
) -> dict[str, Allowance]:
    """What a customer may use now, by feature. Reads only: a window's row is made at its first use."""
    codes = [feature.code for feature in features]
    newest = await store.newest(session, customer_id, codes)
    granted = await store.grants(session, customer_id, codes, at)
    rolling = plan is not None and any(rule_of(feature).rollover for feature in features)
    since = await _held_since(session, customer_id, plan) if plan is not None and rolling else None
    holding = _Holding(plan, since, at)
    return {
        feature.code: _allowance(
            feature, newest.get((feature.code, rule_of(feature).window)), granted.get(feature.code, []), holding
        )
        for feature in features
    }


async def take(
    session: AsyncSession, wanted: Wanted, plan: PlanInForce | None, at: datetime
) -> tuple[Counted | None, Allowance]:
    """Count a use, once per key and once per business reference. With it the allowance as it was before.

    A key binds on success only, so what was refused may be sent again; one that was given back binds no more.

    Returns:
        None instead of the use when the limit does not allow it; nothing was counted.

    Raises:
        IdempotencyMismatch: the key was used for another request.
    """
    await store.lock(session, wanted.customer_id, wanted.feature.code)
    known = await store.use_by_key(session, wanted.customer_id, wanted.key)
    if known is not None and known.fingerprint != wanted.fingerprint:
        raise IdempotencyMismatch("This key was used for another request. Use a new key for a new request.")
    if known is None and wanted.reference is not None:
        known = await store.use_by_reference(session, wanted.customer_id, wanted.feature.code, wanted.reference)
    allowance = (await look(session, wanted.customer_id, [wanted.feature], plan, at))[wanted.feature.code]
    if known is not None:
        return Counted(repeated=True, units=known.units, remaining=known.remaining, over=known.over), allowance
    if not allowance.allows(wanted.units):
        return None, allowance
    return await _write(session, wanted, plan, allowance, at), allowance


async def bring_in(session: AsyncSession, wanted: Wanted, plan: PlanInForce | None, at: datetime) -> Counted | None:
    """Count what was used in the running window before the customer came to us, also beyond the limit; once per key.

    Returns:
        None: it was brought in before.

    Raises:
        IdempotencyMismatch: with another number.
    """
    await store.lock(session, wanted.customer_id, wanted.feature.code)
    known = await store.use_by_key(session, wanted.customer_id, wanted.key)
    if known is not None:
        if known.fingerprint != wanted.fingerprint:
            raise IdempotencyMismatch("This was brought in before, with another number of units.")
        return None
    allowance = (await look(session, wanted.customer_id, [wanted.feature], plan, at))[wanted.feature.code]
    return await _write(session, wanted, plan, allowance, at)


async def _write(
    session: AsyncSession, wanted: Wanted, plan: PlanInForce | None, allowance: Allowance, at: datetime
) -> Counted:
    """Count a use in its window, and write it down."""
    over = allowance.beyond(wanted.units)
    remaining = None if allowance.remaining is None else max(0, allowance.remaining - wanted.units)
    plan_code = plan.plan.code if plan else None
    recorded = allowance.recorded
    usage_id = recorded.id if recorded else await _begin(session, wanted, allowance, plan_code, at)
    await store.count(
        session,
        usage_id,
        units=wanted.units,
        over=over,
        quota=allowance.plan_quota,
        plan_code=plan_code,
        at=at,
    )
    await store.add_use(
        session,
        {
            "customer_id": wanted.customer_id,
            "feature": wanted.feature.code,
            "usage_id": usage_id,
            "units": wanted.units,
            "over": over,
            "resets": recorded.resets if recorded else 0,
            "key": wanted.key,
            "fingerprint": wanted.fingerprint,
            "reference": wanted.reference,
            "remaining": remaining,
            "actor": wanted.actor,
            "used_at": at,
        },
    )
    return Counted(repeated=False, units=wanted.units, remaining=remaining, over=over)


async def give_back(session: AsyncSession, customer_id: int, feature: str, key: str) -> bool:
    """Undo a use whose work failed: its key and reference are free, and within its window it counts no more.

    Returns:
        False: there is no such use, or it was given back before.
    """
    await store.lock(session, customer_id, feature)
    use = await store.use_by_key(session, customer_id, key)
    if use is None or use.feature != feature:
        return False
    at = clock.now()
    await store.mark_given_back(session, use.id, at)
    counted_in = await store.window_of(session, use.usage_id)
    assert counted_in is not None, "a use belongs to a window"
    if at in counted_in.window and counted_in.resets == use.resets:
        await store.uncount(session, use.usage_id, units=use.units, at=at)
    return True


async def begin_afresh(
    session: AsyncSession, customer_id: int, feature: Feature, plan: PlanInForce | None, at: datetime
) -> Allowance:
    """Set the running window back to nothing used; its allowance as it was before."""
    await store.lock(session, customer_id, feature.code)
    before = (await look(session, customer_id, [feature], plan, at))[feature.code]
    if before.recorded is not None:
        await store.reset(session, before.recorded.id, at)
    return before


@dataclass(frozen=True, slots=True)
class _Holding:
    """Which plan a customer has at a moment, and since when."""

    plan: PlanInForce | None
    since: datetime | None
    at: datetime


async def _begin(
    session: AsyncSession, wanted: Wanted, allowance: Allowance, plan_code: str | None, at: datetime
) -> int:
    return await store.begin_window(
        session,
        {
            "customer_id": wanted.customer_id,
            "feature": wanted.feature.code,
            "kind": rule_of(wanted.feature).window,
            "window_start": allowance.window.start,
            "window_end": allowance.window.end,
            "quota": allowance.plan_quota,
            "plan_code": plan_code,
            "carried": allowance.carried,
            "carried_on": plan_code if allowance.carried else None,
            "updated_at": at,
        },
    )


def _allowance(
    feature: Feature,
    newest: Recorded | None,
    granted: list[int | None],
    holding: "_Holding",
) -> Allowance:
    rule, plan = rule_of(feature), holding.plan
    held = plan.plan if plan else None
    plan_quota = quota_in(held, feature)
    quota = best([plan_quota, *granted])
    window = running_at(rule.window, holding.at, plan.anchor if plan else None, newest.window if newest else None)
    running = newest if newest is not None and newest.window == window else None
    carried = 0
    if rule.rollover and held is not None:
        if running is not None:
            carried = running.carried if running.carried_on == held.code else 0
        else:
            carried = carried_over(window, newest, quota=plan_quota, plan_code=held.code, held_since=holding.since)
    return Allowance(
        feature=feature.code,
        window=window,
        limit=None if quota is None else quota + (carried if quota else 0),
        quota=quota,
        plan_quota=plan_quota,
        used=running.used if running else 0,
        over=running.over if running else 0,
        carried=carried,
        soft=rule.cap == "soft",
        recorded=running,
    )


async def _held_since(session: AsyncSession, customer_id: int, plan: PlanInForce) -> datetime | None:
    """Since when the plan in force is held without a break: what was unused before belongs to another."""
    held = plan.subscription if plan.access else None
    if held is None:
        return await store.free_since(session, customer_id) if plan.subscription is None else None
    switched = await store.changed_plan_at(session, held.id)
    return max(held.started_at, switched) if switched else held.started_at
