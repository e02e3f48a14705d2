"""Writes what a customer keeps to pay with, as Stripe tells it now: brand, last digits, expiry, the default."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.payments import store as payments
from billing_app.payments.checkout import customer_lock
from billing_app.payments.gateway_subscriptions import CustomerCards
from billing_app.payments.mirroring import store
from billing_app.payments.rules import Context
from billing_app.payments.settlement import NotOurs

_TOLD = ("stripe_payment_method_id", "type", "brand", "last4", "exp_month", "exp_year", "is_default")


async def mirror_cards(session: AsyncSession, told: CustomerCards) -> list[str]:
    """Make a customer's payment methods exactly those that Stripe tells. Joins the caller's transaction.

    Returns:
        What changed, in words.

    Raises:
        NotOurs: a customer of somebody else.
    """
    customer_id = await payments.customer_of_stripe(session, told.customer)
    if customer_id is None:
        raise NotOurs("The payment method belongs to no customer of this product.")
    rows: list[dict[str, Any]] = [
        {
            "customer_id": customer_id,
            "stripe_payment_method_id": card.id,
            "type": card.type,
            "brand": card.brand,
            "last4": card.last4,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "is_default": card.id == told.default,
            "created_at": clock.wall(),
            "asked_at": told.asked_at,
        }
        for card in reversed(told.cards)  # oldest first, so that a higher id of ours is a newer card
    ]
    known = await store.methods_for_update(session, customer_id)
    if any(method.asked_at > told.asked_at for method in known):
        return []
    if _told(rows) == _told([method.model_dump() for method in known]):
        return []
    await store.replace_methods(session, customer_id, rows)
    return [f"customer {customer_id} keeps {len(rows)} payment method{'s' if len(rows) != 1 else ''}"]


async def card_of_trial(session: AsyncSession, told: CustomerCards, context: Context) -> list[str]:
    """A customer on a trial that began without a card now keeps one: it may have had a trial before."""
    customer_id = await payments.customer_of_stripe(session, told.customer)
    held = await subscriptions.live(session, customer_id) if customer_id is not None else None
    card = next((card for card in told.cards if card.id == told.default), told.cards[0] if told.cards else None)
    if held is None or card is None:
        return []
    lock = customer_lock(told.customer)
    if await context.trials.card_known(session, held, card_fingerprint=card.fingerprint, lock=lock):
        return []
    return [f"trial of {held.stripe_subscription_id} refused: its card had one before"]


def _told(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {tuple(row[name] for name in _TOLD) for row in rows}
