"""Keeps the log of deliveries bounded: bodies for 90 days, what became of events about money for good.

What is kept of an event that had an effect is small (its id, state and effects in words) and the trail of the money.
"""

from datetime import timedelta

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.payments.delivery_log import store

BODIES_KEPT = timedelta(days=90)
_AT_ONCE = 1_000
_MOST_ROUNDS = 100


async def prune(database: Database) -> int:
    """Empty old bodies, delete old attempts without effect and old events nobody needed; how many rows.

    A thousand rows in a transaction, a hundred transactions of each kind at most: what is left goes next time.
    """
    before = clock.wall() - BODIES_KEPT
    rows = 0
    for forget in (store.forget_bodies, store.forget_attempts, store.forget_events):
        for _ in range(_MOST_ROUNDS):
            async with database.transaction() as session:
                forgotten = await forget(session, before, _AT_ONCE)
            rows += forgotten
            if forgotten < _AT_ONCE:
                break
    return rows
