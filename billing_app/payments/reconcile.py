"""Finds what never came: checkouts that should be settled by now are asked about again, through the same job."""

from datetime import timedelta

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.payments import store
from billing_app.payments.checkout import WATCH_TASK, customer_lock

OVERDUE_AFTER = timedelta(minutes=15)
BATCH = 100


class Reconciler:
    """Queues the watch job of checkouts nobody reported on. Also closes those that never reached Stripe."""

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
