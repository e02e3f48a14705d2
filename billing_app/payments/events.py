"""One rule per fact that Stripe reports: what to fetch for it, and what to write of it.

An event is a hint: `fetch` asks Stripe how things stand now (outside any transaction), `apply` writes that, absolute,
in one transaction. So order, repetition and delay do not matter.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits import Ledger, Spent
from billing_app.payments import store
from billing_app.payments.event_types import APPLIED
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.models import Checkout, WebhookEvent
from billing_app.payments.refunds import take_back
from billing_app.payments.settlement import MissingParent, NotOurs, settle
from billing_app.payments.stripe_objects import MANAGED_BY, Charge, Intent, SessionWithPayment, refusal_in


@dataclass(frozen=True, slots=True)
class Context:
    """What rules need besides the event: the ledger, and policies of the catalogue in force."""

    ledger: Ledger
    spent: Spent


@dataclass(frozen=True, slots=True)
class Rule:
    """How one type of event is fetched and applied. `apply` returns effects in words; none: no change."""

    fetch: Callable[[StripeGateway, WebhookEvent], Awaitable[Any]]
    apply: Callable[[AsyncSession, WebhookEvent, Any, Context], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Refund:
    """A charge with the session that made it."""

    charge: Charge
    session: SessionWithPayment


def _object_id(event: WebhookEvent) -> str:
    if not event.object_id:
        raise NotOurs("The event names no object.")
    return event.object_id


async def _fetch_session(gateway: StripeGateway, event: WebhookEvent) -> SessionWithPayment:
    return await gateway.session_with_payment(_object_id(event))


async def _apply_session(
    session: AsyncSession, event: WebhookEvent, told: SessionWithPayment, context: Context
) -> list[str]:
    return (await settle(session, context.ledger, told, f"event:{event.id}")).effects


async def _fetch_intent(gateway: StripeGateway, event: WebhookEvent) -> Intent:
    return await gateway.intent(_object_id(event))


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


async def _fetch_refund(gateway: StripeGateway, event: WebhookEvent) -> Refund:
    charge = await gateway.charge(_object_id(event))
    made_by = await gateway.session_of_intent(charge.payment_intent) if charge.payment_intent else None
    if made_by is None:
        raise NotOurs("This charge was not made by a checkout.")
    return Refund(charge, made_by)


async def _apply_refund(session: AsyncSession, event: WebhookEvent, refund: Refund, context: Context) -> list[str]:
    """Settle first: a refund may overtake the news of the purchase it refunds."""
    learnt_from = f"event:{event.id}"
    settled = await settle(session, context.ledger, refund.session, learnt_from)
    taken = await take_back(
        session, context.ledger, settled.checkout, refund.charge, spent=context.spent, learnt_from=learnt_from
    )
    return settled.effects + taken


_SESSION = Rule(_fetch_session, _apply_session)

RULES: dict[str, Rule] = {
    "checkout.session.completed": _SESSION,
    "checkout.session.async_payment_succeeded": _SESSION,
    "checkout.session.async_payment_failed": _SESSION,
    "checkout.session.expired": _SESSION,
    "payment_intent.succeeded": Rule(_fetch_intent, _confirm),
    "payment_intent.payment_failed": Rule(_fetch_intent, _record_failure),
    "charge.refunded": Rule(_fetch_refund, _apply_refund),
}
"""What is applied."""

assert RULES.keys() == APPLIED, "the endpoint subscribes to exactly what has a rule"
