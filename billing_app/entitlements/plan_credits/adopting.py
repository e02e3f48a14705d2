"""A subscription that was paid before it came to us: its running window is brought along, the rest of a year follows.

What the older system gave for the running window is in opening lots, so the invoice that paid it gives nothing here.
A yearly invoice has paid for the months to come too: these are granted as if it had been ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.policies import Policies
from billing_app.credits import Granted, Ledger, succeeded
from billing_app.entitlements.plan_credits import renewing, store
from billing_app.entitlements.plan_credits.changes import work_out
from billing_app.entitlements.plan_credits.facts import PaidInvoice
from billing_app.entitlements.plan_credits.granting import grant_of, read_situation, remember
from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.plan_credits.windows import Change, NewWindow
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class OpeningWindow:
    """A lot that stands for what is left of the running window. `net_minor`: what was paid for what is left."""

    source: str
    credits: int
    net_minor: int


async def running_window(session: AsyncSession, ledger: Ledger, paid: PaidInvoice, policies: Policies) -> Window:
    """The window of a paid period that is running now: what its opening lots end with.

    Raises:
        InvalidInput: the plan gives no credits, or nothing of the period is running.
    """
    return (await _running(session, ledger, paid, policies))[0].window


async def adopt(
    session: AsyncSession, ledger: Ledger, paid: PaidInvoice, opening: Sequence[OpeningWindow], policies: Policies
) -> int:
    """Note the opening lots as the running window, and grant the windows after it. Joins the caller's transaction.

    Args:
        paid: one line, the whole period that is running.
        opening: their lots are made already. None: all of the running window was spent.

    Returns:
        Credits granted for windows to come; 0 for a monthly plan, which its renewal continues.
    """
    now = clock.now()
    try:
        running, coming = await _running(session, ledger, paid, policies)
    except InvalidInput:
        if opening:
            raise
        return 0
    await store.add_windows(session, [_row(paid, running, one, first=not place) for place, one in enumerate(opening)])
    change = Change(windows=coming)
    outcomes = await ledger.apply(session, [grant_of(paid, one, now, policies.rollover.valid_days) for one in coming])
    for outcome in outcomes:
        succeeded(outcome, Granted)
    await remember(session, paid, change, now)
    held = await subscriptions.by_id(session, paid.subscription_id)
    if held is not None:
        await renewing.align(session, ledger, held, policies)
    return sum(one.granted for one in coming)


async def _running(
    session: AsyncSession, ledger: Ledger, paid: PaidInvoice, policies: Policies
) -> tuple[NewWindow, list[NewWindow]]:
    now = clock.now()
    situation, _ = await read_situation(session, ledger, paid, policies)
    windows = [one for one in work_out(situation).windows if one.granted]
    running = next((one for one in windows if now in one.window), None)
    if running is None:
        raise InvalidInput("The plan gives no credits for the time that is running, so none can be left of it.")
    return running, [one for one in windows if one.window.start >= running.window.end]


def _row(paid: PaidInvoice, running: NewWindow, one: OpeningWindow, *, first: bool) -> dict[str, object]:
    """The window as if it had been granted here: what was spent of it before counts as spent."""
    return {
        "customer_id": paid.customer_id,
        "subscription_id": paid.subscription_id,
        "source": one.source,
        "invoice_id": paid.invoice_id,
        "line_id": running.line.line_id,
        "item_id": running.offer.item_id,
        "upgrade": not first,
        "starts_at": running.window.start,
        "ends_at": running.window.end,
        "paid_until": running.paid_until,
        "credits": max(running.granted, one.credits) if first else one.credits,
        "deducted": 0,
        "returned": 0,
        "net_minor": one.net_minor,
        "currency": running.line.currency,
        "created_at": clock.now(),
    }
