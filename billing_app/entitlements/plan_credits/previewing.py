"""What a change of plan does to credits, told before it is made: by the very rules that make it. Changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.items import Offer
from billing_app.catalog.policies import Policies
from billing_app.credits import Ledger, LotView
from billing_app.entitlements.plan_credits import store
from billing_app.entitlements.plan_credits.changes import work_out
from billing_app.entitlements.plan_credits.facts import CreditEffect, PaidInvoice
from billing_app.entitlements.plan_credits.granting import held_window, read_situation, replaced_sources
from billing_app.entitlements.plan_credits.windows import Change, HeldWindow, NewWindow
from billing_app.entitlements.subscriptions.views import HeldSubscription


async def preview_invoice(
    session: AsyncSession, ledger: Ledger, preview: PaidInvoice, policies: Policies
) -> CreditEffect:
    """What `invoice_paid` would do with this invoice, by the same rules. Changes nothing.

    Args:
        preview: Stripe's preview of the invoice that the change makes, as it would be paid (its ids may be made up);
            `item` is the plan after the change.
    """
    situation, lots = await read_situation(session, ledger, preview, policies)
    now = clock.now()
    before = _usable(situation.held, now)
    change = work_out(situation)
    lost = before - _usable(situation.held, now)
    if change.grants_a_period:
        replaced = replaced_sources(preview.stripe_subscription_id, now)
        lost += sum(lots[source].remaining - lots[source].held for source in replaced if source in lots)
    next_at = _next_start(situation.held, change, now)
    return CreditEffect(
        granted_now=sum(one.granted for one in change.windows if one.window.start <= now),
        carried=_usable(situation.held, now),
        lost=lost,
        next=preview.item.terms.credits if preview.item is not None else 0,
        next_at=next_at,
    )


async def preview_at_period_end(
    session: AsyncSession, ledger: Ledger, held: HeldSubscription, new: Offer | None
) -> CreditEffect:
    """What a change at the end of the period (a downgrade, or with None a cancellation) does to credits.

    What is left stays until its window's end; a year's windows that are paid for still come.
    """
    carried = _usable(await _held(session, ledger, held), clock.now())
    return CreditEffect(0, carried, 0, new.terms.credits if new is not None else 0, held.period_end if new else None)


async def preview_ending_now(
    session: AsyncSession, ledger: Ledger, held: HeldSubscription, *, voids: bool
) -> CreditEffect:
    """What a cancellation at once does to credits; `voids`: by the policy `cancel_now_credits`."""
    left = _usable(await _held(session, ledger, held), clock.now())
    return CreditEffect(0, 0, left, 0, None) if voids else CreditEffect(0, left, 0, 0, None)


async def _held(session: AsyncSession, ledger: Ledger, held: HeldSubscription) -> list[HeldWindow]:
    rows = await store.windows(session, held.id, since=held.period_start)
    lots: Mapping[str, LotView] = await ledger.look(session, held.customer_id, [row.source for row in rows])
    return [held_window(row, lots.get(row.source)) for row in rows]


def _usable(windows: Sequence[HeldWindow], now: datetime) -> int:
    """What is left of windows that have begun."""
    return sum(one.free for one in windows if one.window.start <= now)


def _next_start(held: Sequence[HeldWindow], change: Change, now: datetime) -> datetime | None:
    """When the next window begins: the first that is prepared, or the end of the last that is paid for."""
    windows: list[HeldWindow | NewWindow] = [*held, *change.windows]
    kept = [one for one in windows if (one.kept if isinstance(one, HeldWindow) else one.granted)]
    ahead = [one.window.start for one in kept if one.window.start > now]
    return min(ahead, default=None) or max((one.paid_until for one in kept if one.paid_until > now), default=None)
