"""One live subscription per customer: a second one is cancelled and what was paid for it is given back. A job.

The mirror finds it, marks it (it gives nothing) and queues this. Safe to repeat at any point.
"""

import logging

from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.journal.audit import SYSTEM, audit
from billing_app.payments import store as payments
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.stripe_errors import MissingAtStripe, StripeRefused
from billing_app.payments.subscribing.following import follow

FACT = "second_subscription_ended"

logger = logging.getLogger(__name__)


async def end_second_subscription(database: Database, gateway: StripeGateway, stripe_subscription_id: str) -> list[str]:
    """Cancel it at once, void what is open of it, refund what was paid; tell the admin once.

    Returns:
        What was done, in words; nothing: it was done before, or the subscription is no second one.

    Raises:
        Unavailable, StripeRefused: not everything could be done; the job goes on with the rest when it runs again.
    """
    async with database.transaction() as session:
        held = await subscriptions.by_stripe_id(session, stripe_subscription_id)
    if held is None or not held.superseded:
        logger.warning("subscription %s is not marked as a second one: nothing is ended", stripe_subscription_id)
        return []
    done = await _cancel(gateway, stripe_subscription_id)
    for invoice_id, status in await gateway.invoices_of(stripe_subscription_id):
        if status == "open":
            await gateway.void_invoice(invoice_id)
            done.append(f"invoice {invoice_id} voided")
        elif status == "paid":
            done += await _refund(gateway, invoice_id, stripe_subscription_id)
    async with database.transaction() as session:
        if await payments.claim_fact(session, FACT, stripe_subscription_id, "job"):
            logger.error("a second subscription of customer %s was ended: %s", held.customer_id, "; ".join(done))
            await audit(
                session,
                SYSTEM,
                "subscription.second_ended",
                f"subscription:{held.id}",
                after={"customer_id": held.customer_id, "done": done},
                reason="One live subscription per customer.",
            )
    await follow(database, held.customer_id, stripe_subscription_id)
    return done


async def _cancel(gateway: StripeGateway, stripe_subscription_id: str) -> list[str]:
    try:
        if (await gateway.running(stripe_subscription_id)).over:
            return []
        await gateway.cancel_now(stripe_subscription_id)
    except MissingAtStripe:
        return []
    except StripeRefused:  # ended by another hand in between
        if not (await gateway.running(stripe_subscription_id)).over:
            raise
        return []
    return [f"{stripe_subscription_id} cancelled"]


async def _refund(gateway: StripeGateway, invoice_id: str, stripe_subscription_id: str) -> list[str]:
    """Give back what is left of each payment of an invoice."""
    done: list[str] = []
    for paid in (await gateway.invoice(invoice_id)).payments:
        charge = paid.charge
        if charge is None or charge.refunded_minor >= charge.captured_minor:
            continue
        refund = await gateway.refund_intent(
            paid.intent.id,
            metadata={"reason": "second_subscription", "subscription": stripe_subscription_id},
            key=f"second-{paid.intent.id}-{charge.refunded_minor}",
        )
        done.append(f"{charge.captured_minor - charge.refunded_minor} {charge.currency} given back ({refund})")
    return done
