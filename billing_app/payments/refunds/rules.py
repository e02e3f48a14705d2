"""The rules of refunds and disputes: whichever event tells of one, all that was taken back of its charge is asked."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.payments import store as payments
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.mirroring import store as invoices
from billing_app.payments.mirroring.fetching import invoice_told
from billing_app.payments.mirroring.invoices import InvoiceTold, mirror_invoice
from billing_app.payments.models import WebhookEvent
from billing_app.payments.refund_objects import MoneyBack
from billing_app.payments.refunds.bringing import bring
from billing_app.payments.rules import Context, Rule, object_id
from billing_app.payments.settlement import NotOurs, settle
from billing_app.payments.stripe_objects import SessionWithPayment


@dataclass(frozen=True, slots=True)
class MoneyBackTold:
    """What is given back of a charge, with what the charge paid for: a checkout session or an invoice."""

    money: MoneyBack
    paid_for: SessionWithPayment | InvoiceTold


async def money_back_told(gateway: StripeGateway, charge_id: str) -> MoneyBackTold:
    """Ask Stripe about a charge and what it paid for.

    Raises:
        NotOurs: it was made neither by a checkout nor for an invoice.
    """
    money = await gateway.money_back(charge_id)
    intent = money.charge.payment_intent
    if not intent:
        raise NotOurs("This charge was not made by a checkout.")
    made_by = await gateway.session_of_intent(intent)
    if made_by is not None:
        return MoneyBackTold(money, made_by)
    invoice_id = await gateway.invoice_of_intent(intent)
    if invoice_id is None:
        raise NotOurs("This charge was made neither by a checkout nor for an invoice.")
    return MoneyBackTold(money, await invoice_told(gateway, invoice_id))


async def money_back_of_intent(gateway: StripeGateway, payment_intent: str) -> MoneyBackTold | None:
    """The same, by the payment intent; None: nothing was ever charged."""
    charge = await gateway.charge_of_intent(payment_intent)
    return await money_back_told(gateway, charge) if charge else None


async def apply_money_back(session: AsyncSession, told: MoneyBackTold, context: Context, learnt_from: str) -> list[str]:
    """Settle first: a refund may overtake the news of the purchase it refunds. Joins the caller's transaction."""
    if isinstance(told.paid_for, InvoiceTold):
        effects = await mirror_invoice(session, told.paid_for, context, learnt_from)
        row = await invoices.invoice_for_update(session, told.paid_for.invoice.id)
        assert row is not None, "the invoice was mirrored just before"
        return effects + await bring(session, context, row, told.money)
    settled = await settle(session, context.ledger, told.paid_for, learnt_from)
    payment = await payments.payment_for_update(session, told.money.charge.payment_intent or "")
    assert payment is not None, "the checkout was settled just before"
    return settled.effects + await bring(session, context, settled.checkout, told.money)


async def _fetch_charge(gateway: StripeGateway, event: WebhookEvent) -> MoneyBackTold:
    return await money_back_told(gateway, object_id(event))


async def _fetch_refund(gateway: StripeGateway, event: WebhookEvent) -> MoneyBackTold:
    return await _of(gateway, (await gateway.refund(object_id(event))).charge)


async def _fetch_dispute(gateway: StripeGateway, event: WebhookEvent) -> MoneyBackTold:
    return await _of(gateway, (await gateway.dispute(object_id(event))).charge)


async def _of(gateway: StripeGateway, charge_id: str | None) -> MoneyBackTold:
    if charge_id is None:
        raise NotOurs("No charge stands behind it.")
    return await money_back_told(gateway, charge_id)


async def _apply(session: AsyncSession, event: WebhookEvent, told: MoneyBackTold, context: Context) -> list[str]:
    return await apply_money_back(session, told, context, f"event:{event.id}")


_OF_REFUNDS = Rule(_fetch_refund, _apply)
_OF_DISPUTES = Rule(_fetch_dispute, _apply)

RULES: dict[str, Rule] = {
    "charge.refunded": Rule(_fetch_charge, _apply),
    "refund.created": _OF_REFUNDS,
    "refund.updated": _OF_REFUNDS,
    "refund.failed": _OF_REFUNDS,
    "charge.dispute.created": _OF_DISPUTES,
    "charge.dispute.updated": _OF_DISPUTES,
    "charge.dispute.closed": _OF_DISPUTES,
    "charge.dispute.funds_withdrawn": _OF_DISPUTES,
    "charge.dispute.funds_reinstated": _OF_DISPUTES,
}
