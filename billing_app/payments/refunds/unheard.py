"""Finds refunds and disputes of which no event ever came: what Stripe lists and our rows do not say."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.db.engine import Database
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.refunds import store

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Unheard:
    """A payment of ours that stands otherwise at Stripe: bring it there with `Applier.watch_payment`.

    Attributes:
        what: Stripe's id of the refund or dispute that differs.
        told: its status there; known: the one we know, None: never heard of.
    """

    payment_intent: str
    customer_id: int
    what: str
    told: str
    known: str | None


async def unheard(database: Database, gateway: StripeGateway, since: datetime) -> list[Unheard]:
    """Compare what Stripe lists as made since a moment with our rows; of payments that are not ours nothing.

    The newest thousand refunds and the newest thousand disputes are looked at.

    Raises:
        DomainError: Stripe does not answer.
    """
    refunds = await gateway.refunds_since(since, limit=MOST)
    disputes = await gateway.disputes_since(since, limit=MOST)
    told = {one.id: (one.payment_intent, one.status) for one in (*refunds, *disputes)}
    async with database.transaction() as session:
        known = await store.known_statuses(session, list(told))
        owners = await store.owners_of_intents(session, [intent for intent, _ in told.values() if intent])
    return [
        Unheard(intent, owners[intent], name, status, known.get(name))
        for name, (intent, status) in told.items()
        if intent in owners and known.get(name) != status
    ]
