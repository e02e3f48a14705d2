"""Objects whose news may be older than any event Stripe still lists: compared one by one, mended by the same rules."""

from functools import partial

from billing_app import clock
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.payments.gateway_reconciling import ListedSubscription
from billing_app.payments.reconciling import store
from billing_app.payments.reconciling.progress import Progress

MAX_PAGES = 1_000
"""Of a hundred objects each."""
AT_ONCE = 200


async def compare_checkouts(run: Progress) -> None:
    """Checkouts that are not settled, of which Stripe may know better."""
    async with run.database.transaction() as session:
        rows = await store.unsettled_checkouts(session, clock.wall() - run.fresh, AT_ONCE)
    for row in rows:
        act = partial(run.applier.watch_session, row.stripe_session_id or "")
        await run.mend("checkout", row.stripe_session_id or row.public_id, act, customer_id=row.customer_id)
    await run.save(cursor=None)


async def compare_subscriptions(run: Progress) -> None:
    """Live ones at Stripe beside our mirror; then those that only our mirror takes for live."""
    listed: set[str] = set()
    after: str | None = None
    for _ in range(MAX_PAGES):
        page = await run.gateway.live_subscriptions_page(after)
        listed |= {one.id for one in page.items}
        async with run.database.transaction() as session:
            mirrored = await store.subscriptions(session, [one.id for one in page.items])
            owners = await store.linked(session, [one.customer for one in page.items])
        for one in page.items:
            if one.customer in owners and _fell_behind(one, mirrored.get(one.id)):
                await _watch(run, one.id, owners[one.customer][0])
        after = page.after
        await run.save(cursor=None)
        if after is None:
            break
    last = 0
    for _ in range(MAX_PAGES):
        async with run.database.transaction() as session:
            rows = await store.live_subscriptions(session, after=last, limit=AT_ONCE)
        for row in rows:
            if row.stripe_subscription_id and row.stripe_subscription_id not in listed:
                await _watch(run, row.stripe_subscription_id, row.customer_id)
        await run.save(cursor=None)
        if len(rows) < AT_ONCE:
            break
        last = rows[-1].id


async def compare_invoices(run: Progress) -> None:
    """Invoices made in the window, and older ones that our mirror takes for open."""
    after = run.cursor
    for _ in range(MAX_PAGES):
        page = await run.gateway.invoices_page(run.since, after)
        run.count("objects", len(page.items))
        async with run.database.transaction() as session:
            known = await store.invoice_states(session, [one.id for one in page.items])
            owners = await store.linked(session, [one.customer for one in page.items if one.customer])
        for one in reversed(page.items):
            owner = owners.get(one.customer or "")
            if owner and one.status != "draft" and known.get(one.id) != one.status:
                act = partial(run.applier.watch_invoice, one.id)
                await run.mend("invoice", one.id, act, customer_id=owner[0])
        after = page.after
        await run.save(cursor=after)
        if after is None:
            break
    async with run.database.transaction() as session:
        older = await store.open_invoices(session, run.since, AT_ONCE)
    for name, customer_id in older:
        await run.mend("invoice", name, partial(run.applier.watch_invoice, name), customer_id=customer_id)
    await run.save(cursor=None)


async def _watch(run: Progress, subscription_id: str, customer_id: int) -> None:
    act = partial(run.applier.watch_subscription, subscription_id)
    await run.mend("subscription", subscription_id, act, customer_id=customer_id)


def _fell_behind(told: ListedSubscription, row: Subscription | None) -> bool:
    if row is None:
        return True
    cancels = row.cancel_at_period_end or row.cancel_at is not None
    return (told.status, told.latest_invoice, told.cancels) != (row.status, row.latest_invoice, cancels)
