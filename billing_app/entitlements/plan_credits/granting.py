"""Plan credits as facts make them: an invoice is paid, a trial begins, a subscription changes or ends."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.catalog.items import ItemKind, Offer
from billing_app.catalog.policies import Policies
from billing_app.credits import Grant, Ledger, LotKind, LotView, Operation, Void, Voided
from billing_app.entitlements.plan_credits import renewing, store
from billing_app.entitlements.plan_credits.changes import work_out
from billing_app.entitlements.plan_credits.facts import TIME_CREDITED, PaidInvoice
from billing_app.entitlements.plan_credits.free_months import free_source
from billing_app.entitlements.plan_credits.models import PlanWindow
from billing_app.entitlements.plan_credits.periods import Window, month
from billing_app.entitlements.plan_credits.windows import Change, HeldWindow, NewWindow, Returned, Situation
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription

ACTOR = "stripe"


async def invoice_paid(session: AsyncSession, ledger: Ledger, paid: PaidInvoice, policies: Policies) -> list[str]:
    """Grant what a paid invoice pays for, and take back what it credits. The one way plan credits come.

    Joins the caller's transaction, after the subscription was mirrored. Safe to repeat.

    Returns:
        What it did, in words; nothing: no change.
    """
    now = clock.now()
    situation, _ = await read_situation(session, ledger, paid, policies)
    change = work_out(situation)
    if change.empty:
        return []
    granting = [window for window in change.windows if window.granted]
    operations: list[Operation] = [
        Void(
            customer_id=paid.customer_id,
            source=one.source,
            credits=one.free,
            actor=ACTOR,
            note=TIME_CREDITED,
            credited=True,
        )
        for one in change.takings
        if one.free
    ]
    if change.grants_a_period:
        operations += [
            Void(customer_id=paid.customer_id, source=source, actor=ACTOR, note="The paid plan has begun.")
            for source in replaced_sources(paid.stripe_subscription_id, now)
        ]
    operations += [grant_of(paid, window, now, policies.rollover.valid_days) for window in granting]
    await ledger.apply(session, operations)
    await remember(session, paid, change, now)
    held = await subscriptions.by_id(session, paid.subscription_id)
    if held is not None:
        await renewing.align(session, ledger, held, policies)
    return _in_words(paid, change)


async def read_situation(
    session: AsyncSession, ledger: Ledger, paid: PaidInvoice, policies: Policies
) -> tuple[Situation, dict[str, LotView]]:
    """All that decides what an invoice does, with the customer's account locked; and the lots there are."""
    since = min((line.period_start for line in paid.lines), default=paid.paid_at)
    rows = await store.windows(session, paid.subscription_id, since=since)
    sources = [*(row.source for row in rows), *replaced_sources(paid.stripe_subscription_id, clock.now())]
    lots = await ledger.look(session, paid.customer_id, sources)
    situation = Situation(
        paid=paid,
        offers=await _offers(session, (line.item_id for line in paid.lines)),
        held=[held_window(row, lots.get(row.source)) for row in rows],
        returned=[
            Returned(row.line_id, Window(row.starts_at, row.ends_at), row.late_monthly)
            for row in await store.returns(session, paid.subscription_id, since=since)
        ],
        owed=await store.owed(session, paid.customer_id),
        rollover=policies.rollover,
    )
    return situation, lots


def held_window(row: PlanWindow, lot: LotView | None) -> HeldWindow:
    """A granted window with what its lot has now."""
    return HeldWindow(
        source=row.source,
        window=Window(row.starts_at, row.ends_at),
        paid_until=row.paid_until,
        upgrade=row.upgrade,
        kept=row.credits - row.returned,
        free=lot.remaining - lot.held if lot is not None else 0,
    )


def replaced_sources(stripe_subscription_id: str, at: datetime) -> tuple[str, str]:
    """Lots that the first paid one ends: this month's free one and the trial's."""
    return free_source(at), renewing.trial_source(stripe_subscription_id)


async def trial_started(session: AsyncSession, ledger: Ledger, held: HeldSubscription) -> list[str]:
    """Make the trial's lot, once per subscription; it ends with the trial."""
    credits = held.plan.credits_per_month if held.plan is not None else 0
    now = clock.now()
    if not credits or held.stripe_subscription_id is None or held.trial_end is None or held.trial_end <= now:
        return []
    assert held.plan is not None
    source = renewing.trial_source(held.stripe_subscription_id)
    if source in await ledger.look(session, held.customer_id, [source]):
        return []
    grant = Grant(
        customer_id=held.customer_id,
        credits=credits,
        kind=LotKind.TRIAL,
        label=f"{held.plan.name}, free trial",
        source=source,
        expires_at=held.trial_end,
        actor=ACTOR,
    )
    await ledger.apply(session, [grant])
    return [f"{credits} trial credits granted to customer {held.customer_id} until {held.trial_end:%Y-%m-%d}"]


def grant_of(paid: PaidInvoice, window: NewWindow, now: datetime, rolls_days: int) -> Grant:
    """The lot of a window. One that was paid late and is over already can be used to the end of the current one."""
    ends = window.window.end if window.window.end > now else month(now, paid.anchor).end
    first = window.window.start == window.line.period_start
    return Grant(
        customer_id=paid.customer_id,
        credits=window.granted,
        kind=LotKind.PLAN,
        label=_label(window),
        source=window.source,
        payment=paid.invoice_id,
        paid_minor=window.net_minor,
        currency=window.line.currency,
        # Stripe's clock may be a moment ahead of ours: what is paid for can be used.
        effective_at=min(window.window.start, now) if first else window.window.start,
        expires_at=ends,
        follows=window.follows,
        rolls=window.rolls,
        rolls_days=rolls_days if window.rolls else 0,
        actor=ACTOR,
    )


def _label(window: NewWindow) -> str:
    start, end = window.window.start, window.window.end
    said = f"{start.day} {start:%b} to {end.day} {end:%b %Y}"
    return f"{window.offer.name}{', upgrade' if window.upgrade else ''}, {said}"


async def _offers(session: AsyncSession, item_ids: Iterable[int | None]) -> dict[int, Offer]:
    offers: dict[int, Offer] = {}
    for item_id in {one for one in item_ids if one is not None}:
        found = await catalog_store.item(session, item_id)
        if found is not None and found.kind is ItemKind.PLAN:
            offers[item_id] = found
    return offers


async def remember(session: AsyncSession, paid: PaidInvoice, change: Change, now: datetime) -> None:
    """Write down what an invoice did."""
    for one in change.takings:
        await store.take_back(session, paid.customer_id, one.source, one.credits)
    common = {"customer_id": paid.customer_id, "subscription_id": paid.subscription_id, "created_at": now}
    returns = [
        {
            **common,
            "line_id": one.line.line_id,
            "late_monthly": one.late_monthly,
            "overspent": one.overspent,
            "starts_at": one.line.period_start,
            "ends_at": one.line.period_end,
        }
        for one in change.returns
    ]
    await store.add_returns(session, returns)
    if change.recovered:
        await store.recover(session, paid.customer_id, change.recovered)
    windows = [
        {
            **common,
            "source": one.source,
            "invoice_id": paid.invoice_id,
            "line_id": one.line.line_id,
            "item_id": one.offer.item_id,
            "upgrade": one.upgrade,
            "starts_at": one.window.start,
            "ends_at": one.window.end,
            "paid_until": one.paid_until,
            "credits": one.credits,
            "deducted": one.deducted,
            "returned": one.returned,
            "net_minor": one.net_minor,
            "currency": one.line.currency,
        }
        for one in change.windows
    ]
    await store.add_windows(session, windows)


def _in_words(paid: PaidInvoice, change: Change) -> list[str]:
    said: list[str] = []
    granted = sum(one.granted for one in change.windows)
    lots = sum(bool(one.granted) for one in change.windows)
    if lots:
        windows = "one window" if lots == 1 else f"{lots} windows"
        said.append(f"{granted} plan credits granted to customer {paid.customer_id} for {windows} ({paid.invoice_id})")
    taken = sum(one.credits for one in change.takings)
    if taken:
        said.append(f"{taken} plan credits taken back: their time was credited ({paid.invoice_id})")
    if change.recovered:
        said.append(f"{change.recovered} credits of it were spent before and left out")
    return said


async def plan_changed(session: AsyncSession, ledger: Ledger, held: HeldSubscription, policies: Policies) -> list[str]:
    """Bring lots in line with a subscription that was mirrored anew, whatever changed: status, cancellation, trial end.

    Opens or closes the renewal gap, moves the trial lot's end, and has the free month asked for again. Safe to repeat.
    """
    moved = await renewing.align(session, ledger, held, policies)
    await ledger.forget_due(session, [held.customer_id])
    return [f"{moved} lots of customer {held.customer_id} end at another time"] if moved else []


async def subscription_ended(
    session: AsyncSession, ledger: Ledger, held: HeldSubscription, at: datetime, *, voids: bool
) -> list[str]:
    """A subscription is over.

    Args:
        voids: it was cancelled at once and the policy `cancel_now_credits` is `void`: what is left of its lots goes,
            prepared ones too. False keeps what was paid for, to the end of each lot's window.
    """
    rows = [row for row in await store.windows(session, held.id, since=at) if row.ends_at > at]
    operations = await renewing.endings(session, held, at)
    if voids:
        operations += [
            Void(customer_id=held.customer_id, source=row.source, actor=ACTOR, note="The plan was cancelled at once.")
            for row in rows
        ]
        await store.void_windows(session, held.id, after=at)
    voided = await _applied(session, ledger, operations)
    await ledger.forget_due(session, [held.customer_id])
    return [f"{voided} plan credits of customer {held.customer_id} ended with the plan"] if voided else []


async def _applied(session: AsyncSession, ledger: Ledger, operations: Sequence[Operation]) -> int:
    """Apply them, and say how many credits were voided."""
    outcomes = await ledger.apply(session, operations)
    return sum(one.credits for one in outcomes if isinstance(one, Voided))
