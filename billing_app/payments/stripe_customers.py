"""One Stripe customer per customer of ours: made when first needed, found again for ever."""

import secrets

from billing_app.accounts.customers import get_customer
from billing_app.db.engine import Database
from billing_app.payments import store
from billing_app.payments.gateway import StripeGateway


class StripeCustomers:
    """Makes and finds Stripe customers. Nothing of Stripe happens inside a transaction."""

    def __init__(self, database: Database, gateway: StripeGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def ensure(self, customer_id: int) -> str:
        """Stripe's id of this customer. Two at once make one: the key they send Stripe is the row's.

        Raises:
            Unavailable: Stripe does not answer; the next attempt goes on where this one stopped.
        """
        async with self._database.transaction() as session:
            row = await store.stripe_customer(session, customer_id, secrets.token_urlsafe(24))
            contact = await get_customer(session, customer_id)
        if row.stripe_customer_id:
            return row.stripe_customer_id
        made = await self._gateway.create_customer(
            customer_id=customer_id, email=contact.email, name=contact.name, key=row.idempotency_key
        )
        async with self._database.transaction() as session:
            await store.link_stripe_customer(session, customer_id, row.idempotency_key, made)
        return made

    async def forget(self, customer_id: int, gone: str) -> None:
        """Stripe does not know `gone` any more (deleted there): the next `ensure` makes a new one."""
        async with self._database.transaction() as session:
            await store.unlink_stripe_customer(session, customer_id, gone, secrets.token_urlsafe(24))
