"""One rule per fact that Stripe reports: what to fetch for it, and what to write of it.

An event is a hint: `fetch` asks Stripe how things stand now (outside any transaction), `apply` writes that, absolute,
in one transaction. So order, repetition and delay do not matter.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.payments import store
from billing_app.payments.event_types import APPLIED
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.mirroring import rules as mirroring
from billing_app.payments.models import Checkout, WebhookEvent
from billing_app.payments.refunds import rules as money_back
from billing_app.payments.rules import Context, Rule, object_id
from billing_app.payments.settlement import MissingParent, NotOurs
from billing_app.payments.stripe_objects import MANAGED_BY, Intent, refusal_in


async def _fetch_intent(gateway: StripeGateway, event: WebhookEvent) -> Intent:
    return await gateway.intent(object_id(event))


async def _confirm(session: AsyncSession, event: WebhookEvent, intent: Intent, context: Context) -> list[str]:
    """`payment_intent.succeeded` confirms: the payment is written down. Only a paid session grants (row A7)."""
    checkout = await _checkout_of(session, intent)
    _, news = await store.write_payment(session, checkout, intent, None)
    return [f"payment {intent.id}: {intent.status}"] if news else []


async def _record_failure(session: AsyncSession, event: WebhookEvent, intent: Intent, context: Context) -> list[str]:
    """A refused charge. Stripe forgets it when a later attempt succeeds, so the event's own words are kept."""
    checkout = await _checkout_of(session, intent)
    await store.write_payment(session, checkout, intent, None)
    code, message = refusal_in(event.payload)
    recorded = await store.add_failure(
        session,
        {
            "customer_id": checkout.customer_id,
            "checkout_id": checkout.id,
            "event_id": event.id,
            "stripe_payment_intent": intent.id,
            "code": code,
            "message": message,
            "failed_at": clock.now(),
        },
    )
    return [f"failure of {intent.id} recorded: {code or 'no reason given'}"] if recorded else []


async def _checkout_of(session: AsyncSession, intent: Intent) -> Checkout:
    checkout = await store.checkout_for_update(session, public_id=intent.metadata.get("checkout"), intent=intent.id)
    if checkout is not None:
        return checkout
    if intent.metadata.get("managed_by") != MANAGED_BY:
        raise NotOurs("This payment was not made by this product.")
    raise MissingParent(f"The checkout of payment {intent.id} is not in this database (yet).")


RULES: dict[str, Rule] = {
    "checkout.session.completed": mirroring.SESSION_RULE,
    "checkout.session.async_payment_succeeded": mirroring.SESSION_RULE,
    "checkout.session.async_payment_failed": mirroring.SESSION_RULE,
    "checkout.session.expired": mirroring.SESSION_RULE,
    "payment_intent.succeeded": Rule(_fetch_intent, _confirm),
    "payment_intent.payment_failed": Rule(_fetch_intent, _record_failure),
    **money_back.RULES,
    **mirroring.RULES,
}
"""What is applied."""

assert RULES.keys() == APPLIED, "the endpoint subscribes to exactly what has a rule"
