"""Finds what never came: checkouts that should be settled, subscriptions that should have moved on, are asked about."""

from datetime import timedelta

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.payments import store
from billing_app.payments.checkout import WATCH_TASK, customer_lock
from billing_app.payments.mirroring import store as mirror
from billing_app.payments.mirroring.checkouts import INVOICE_PAID
from billing_app.payments.refunds import store as money_back

WATCH_SUBSCRIPTION_TASK = "watch_subscription"
"""Argument `subscription_id`: Stripe's."""
WATCH_PAYMENT_TASK = "watch_payment"
"""Argument `payment_intent`: Stripe's."""
OVERDUE_AFTER = timedelta(minutes=15)
BATCH = 100
COMPARED_AT_ONCE = 200


class Reconciler:
    """Queues the jobs that ask Stripe again. Also closes checkouts that never reached it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def overdue_checkouts(self) -> int:
        """Have Stripe asked about checkouts that were opened a while ago and are not settled; how many.

        Each is asked about at most once per fifteen minutes, a hundred at a time.
        """
        now = clock.wall()
        async with self._database.transaction() as session:
            rows = await store.unsettled(session, now - OVERDUE_AFTER, BATCH)
            for row in rows:
                await store.take_watch(session, row.id, now)
                if row.stripe_session_id:
                    lock = customer_lock(await store.stripe_customer_id(session, row.customer_id))
                    await defer(session, WATCH_TASK, lock=lock, priority=-5, session_id=row.stripe_session_id)
                elif row.expires_at < clock.now():
                    # Nobody knows whether Stripe made a page; if it did, it is over, and if it was paid its event says.
                    await store.update_checkout(
                        session, row.id, only_in=("opening",), state="expired", settled_at=clock.now()
                    )
        return len(rows)

    async def subscriptions(self) -> int:
        """Have live subscriptions compared with Stripe, each once a day, sooner if news must be missing; how many.

        Two hundred at a time. What is found is applied like news; nothing here changes anything at Stripe.
        """
        async with self._database.transaction() as session:
            rows = await mirror.take_to_compare(
                session, now=clock.now(), wall=clock.wall(), fact=INVOICE_PAID, limit=COMPARED_AT_ONCE
            )
            for row in rows:
                lock = customer_lock(await store.stripe_customer_id(session, row.customer_id))
                await defer(
                    session,
                    WATCH_SUBSCRIPTION_TASK,
                    lock=lock,
                    priority=-5,
                    subscription_id=row.stripe_subscription_id,
                )
        return len(rows)

    async def payments(self) -> int:
        """Have Stripe asked about payments with a refund or dispute that may have moved, or no fee yet; how many.

        Each at most once in six hours, a hundred at a time. A refund or dispute that was never heard of at all is found
        by `refunds.unheard`.
        """
        async with self._database.transaction() as session:
            rows = await money_back.take_to_ask_about(session, now=clock.now(), wall=clock.wall(), limit=BATCH)
            for row in rows:
                lock = customer_lock(await store.stripe_customer_id(session, row.customer_id))
                await defer(
                    session, WATCH_PAYMENT_TASK, lock=lock, priority=-5, payment_intent=row.stripe_payment_intent
                )
        return len(rows)
