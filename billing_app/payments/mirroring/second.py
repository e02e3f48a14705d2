"""A second live subscription of one customer: found here, ended and refunded by a job of `subscribing.second`."""

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.queue import defer
from billing_app.journal.audit import STRIPE, audit
from billing_app.payments.checkout import customer_lock
from billing_app.payments.subscription_objects import Told

END_SECOND_TASK = "end_second_subscription"
"""Argument `subscription_id`: Stripe's. Cancels it at once and refunds its invoices; safe to repeat."""

logger = logging.getLogger(__name__)


async def superseded(session: AsyncSession, told: Told, *, customer_id: int, subscription_id: int, held: int) -> None:
    """Tell the merchant, and have it ended: in the caller's transaction, which marks it as second.

    Args:
        subscription_id, held: our ids of the second one, and of the one that the customer holds.
    """
    logger.error(
        "customer %s has a second live subscription (%s): it gives nothing, is cancelled and refunded",
        customer_id,
        told.id,
    )
    await audit(
        session,
        STRIPE,
        "subscription.second_found",
        f"subscription:{subscription_id}",
        after={"customer_id": customer_id, "stripe_subscription_id": told.id, "held": held},
        reason="One live subscription per customer: this one is cancelled and its payment refunded.",
    )
    await defer(session, END_SECOND_TASK, lock=customer_lock(told.customer), subscription_id=told.id)
