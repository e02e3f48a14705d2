"""After a change of ours at Stripe: the mirror follows by a job, without waiting for a webhook."""

from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.payments import store
from billing_app.payments.checkout import customer_lock
from billing_app.payments.reconcile import WATCH_SUBSCRIPTION_TASK


async def follow(database: Database, customer_id: int, stripe_subscription_id: str) -> None:
    """Have Stripe asked how a subscription, and what was billed for it, stand now."""
    async with database.transaction() as session:
        lock = customer_lock(await store.stripe_customer_id(session, customer_id))
        await defer(session, WATCH_SUBSCRIPTION_TASK, lock=lock, subscription_id=stripe_subscription_id)
