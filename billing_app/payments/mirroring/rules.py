"""The rules of subscriptions, their invoices and cards: one for each fact that Stripe reports about them (row A7)."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.payments.gateway_subscriptions import CustomerCards, CustomerSubscriptions
from billing_app.payments.mirroring import checkouts, fetching, invoices, store
from billing_app.payments.mirroring.cards import card_of_trial, mirror_cards
from billing_app.payments.mirroring.fetching import SessionTold
from billing_app.payments.mirroring.invoices import InvoiceTold
from billing_app.payments.mirroring.subscriptions import mirror
from billing_app.payments.models import WebhookEvent
from billing_app.payments.refunds.bringing import bring
from billing_app.payments.rules import Context, Rule, object_id
from billing_app.payments.settlement import settle


async def apply_session(session: AsyncSession, told: SessionTold, context: Context, learnt_from: str) -> list[str]:
    """A session is settled. One for a plan links its subscription and grants nothing by itself."""
    settled = await settle(session, context.ledger, told.session, learnt_from)
    effects = settled.effects
    if told.back is not None:
        effects += await bring(session, context, settled.checkout, told.back)
    if told.subscriptions is None:
        return effects
    effects += await mirror(session, told.subscriptions, context)
    page = told.session.session
    held = await subscriptions.by_stripe_id(session, page.subscription or "")
    if held is not None:
        effects += await checkouts.finish(session, held, public_id=page.metadata.get("checkout"))
    return effects


async def _session(session: AsyncSession, event: WebhookEvent, told: SessionTold, context: Context) -> list[str]:
    return await apply_session(session, told, context, f"event:{event.id}")


async def apply_subscriptions(session: AsyncSession, told: CustomerSubscriptions, context: Context) -> list[str]:
    """Subscriptions are mirrored, and the checkouts they were begun with brought on."""
    effects = await mirror(session, told, context)
    for one in told.subscriptions:
        held = await subscriptions.by_stripe_id(session, one.id)
        if held is not None:
            effects += await checkouts.finish(session, held, public_id=one.metadata.get("checkout"))
    return effects


async def _subscription(
    session: AsyncSession, event: WebhookEvent, told: CustomerSubscriptions, context: Context
) -> list[str]:
    return await apply_subscriptions(session, told, context)


async def _invoice(session: AsyncSession, event: WebhookEvent, told: InvoiceTold | None, context: Context) -> list[str]:
    if told is None:
        gone = object_id(event)
        return [f"draft {gone} deleted"] if await store.mark_deleted(session, gone) else []
    return await invoices.mirror_invoice(session, told, context, f"event:{event.id}")


async def _invoice_failed(
    session: AsyncSession, event: WebhookEvent, told: InvoiceTold | None, context: Context
) -> list[str]:
    effects = await _invoice(session, event, told, context)
    return effects if told is None else effects + await invoices.fail(session, told, event.id)


async def _cards(session: AsyncSession, event: WebhookEvent, told: CustomerCards | None, context: Context) -> list[str]:
    if told is None:
        return ["a payment method is gone"] if await store.drop_method(session, object_id(event)) else []
    return await mirror_cards(session, told) + await card_of_trial(session, told, context)


_OF_SUBSCRIPTIONS = Rule(fetching.fetch_subscription, _subscription)
_OF_SCHEDULES = Rule(fetching.fetch_schedule, _subscription)
_OF_INVOICES = Rule(fetching.fetch_invoice, _invoice)
_OF_CARDS = Rule(fetching.fetch_cards, _cards)

SESSION_RULE = Rule(fetching.fetch_session, _session)
"""For every `checkout.session.*`."""

RULES: dict[str, Rule] = {
    "customer.subscription.created": _OF_SUBSCRIPTIONS,
    "customer.subscription.updated": _OF_SUBSCRIPTIONS,
    "customer.subscription.deleted": _OF_SUBSCRIPTIONS,
    "customer.subscription.paused": _OF_SUBSCRIPTIONS,
    "customer.subscription.resumed": _OF_SUBSCRIPTIONS,
    "customer.subscription.trial_will_end": _OF_SUBSCRIPTIONS,
    "customer.subscription.pending_update_applied": _OF_SUBSCRIPTIONS,
    "customer.subscription.pending_update_expired": _OF_SUBSCRIPTIONS,
    "subscription_schedule.updated": _OF_SCHEDULES,
    "subscription_schedule.released": _OF_SCHEDULES,
    "subscription_schedule.canceled": _OF_SCHEDULES,
    "invoice.finalized": _OF_INVOICES,
    "invoice.updated": _OF_INVOICES,
    "invoice.paid": _OF_INVOICES,
    "invoice.payment_succeeded": _OF_INVOICES,
    "invoice.payment_failed": Rule(fetching.fetch_invoice, _invoice_failed),
    "invoice.payment_action_required": _OF_INVOICES,
    "invoice.voided": _OF_INVOICES,
    "invoice.marked_uncollectible": _OF_INVOICES,
    "invoice.deleted": _OF_INVOICES,
    "payment_method.attached": _OF_CARDS,
    "payment_method.updated": _OF_CARDS,
    "payment_method.automatically_updated": _OF_CARDS,
    "payment_method.detached": _OF_CARDS,
    "customer.updated": _OF_CARDS,
}
"""`invoice.paid` and `invoice.payment_succeeded` are one fact under two names; either gives the credits, once."""
