"""The clock of the whole sandbox: wall time and an offset that only grows, kept in the store; it may begin in the past.

Customers without a test clock of their own live by it. Signatures, deliveries and idempotency keys follow the wall.
"""

import time

from billing_app.sandbox.store import Json, Store
from billing_app.sandbox.webhooks import outbox

_OFFSET = "clock-offset-s"
_LIVED = ("customer", "checkout.session", "payment_intent", "subscription", "invoice")


def now(store: Store) -> int:
    """The time of the sandbox, Unix seconds."""
    return int(time.time()) + offset_s(store)


def offset_s(store: Store) -> int:
    """How many seconds the sandbox is ahead of the wall."""
    return int(store.text(_OFFSET) or 0)


def move_to(store: Store, moment: int) -> None:
    """Let it be `moment` now; an earlier moment than now changes nothing."""
    ahead = moment - now(store)
    if ahead > 0:
        store.set_text(_OFFSET, str(offset_s(store) + ahead))


def begin_at(store: Store, moment: int) -> bool:
    """Let the clock begin at an earlier moment than now; only as long as nobody was sold anything.

    Returns:
        Whether it does.
    """
    if any(store.count(kind) for kind in _LIVED):
        return False
    store.set_text(_OFFSET, str(moment - int(time.time())))
    return True


def state(store: Store) -> Json:
    """The clock, what is due next, and how many deliveries are on their way."""
    following = store.next_due(None, 2**62)
    return {
        "now": now(store),
        "offset_s": offset_s(store),
        "next_due_at": following.due if following else None,
        "next_due": f"{following.type} {following.id}" if following else None,
        "deliveries_under_way": outbox.under_way(store),
    }
