"""What rules and watchers ask Stripe before they write: always how things stand now, outside of any transaction."""

from dataclasses import dataclass

from billing_app import clock
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.gateway_subscriptions import CustomerCards, CustomerSubscriptions
from billing_app.payments.mirroring.invoices import InvoiceTold
from billing_app.payments.models import WebhookEvent
from billing_app.payments.refund_objects import MoneyBack
from billing_app.payments.rules import object_id
from billing_app.payments.settlement import NotOurs
from billing_app.payments.stripe_errors import MissingAtStripe
from billing_app.payments.stripe_objects import SessionWithPayment


@dataclass(frozen=True, slots=True)
class SessionTold:
    """A checkout session, and, once one for a plan is complete, the subscriptions of its customer.

    `back`: refunds and disputes of its payment, if there are any.
    """

    session: SessionWithPayment
    subscriptions: CustomerSubscriptions | None
    back: MoneyBack | None = None


async def session_told(gateway: StripeGateway, session_id: str) -> SessionTold:
    """A session with its payment or its subscription."""
    page = await gateway.session_with_payment(session_id)
    made = page.session.subscription
    if made is None:
        charge = page.charge
        return SessionTold(page, None, await gateway.money_back(charge.id) if charge and charge.taken_back else None)
    return SessionTold(page, await gateway.subscription_with_others(made, page.session.customer))


async def invoice_told(gateway: StripeGateway, invoice_id: str) -> InvoiceTold:
    """An invoice with the subscriptions of its customer."""
    asked_at = clock.wall()
    invoice = await gateway.invoice(invoice_id)
    if not invoice.customer:
        raise NotOurs("The invoice belongs to no customer.")
    return InvoiceTold(invoice, await gateway.subscriptions_of(invoice.customer, also=invoice.subscription), asked_at)


async def fetch_session(gateway: StripeGateway, event: WebhookEvent) -> SessionTold:
    """For `checkout.session.*`."""
    return await session_told(gateway, object_id(event))


async def fetch_subscription(gateway: StripeGateway, event: WebhookEvent) -> CustomerSubscriptions:
    """For `customer.subscription.*`."""
    return await gateway.subscription_with_others(object_id(event), event.stripe_customer_id)


async def fetch_schedule(gateway: StripeGateway, event: WebhookEvent) -> CustomerSubscriptions:
    """For `subscription_schedule.*`: what matters of a schedule is what it does to its subscription."""
    if not event.stripe_customer_id:
        raise NotOurs("The schedule belongs to no customer.")
    return await gateway.subscriptions_of(event.stripe_customer_id)


async def fetch_invoice(gateway: StripeGateway, event: WebhookEvent) -> InvoiceTold | None:
    """For `invoice.*`; None: a draft that was deleted since."""
    try:
        return await invoice_told(gateway, object_id(event))
    except MissingAtStripe:
        if event.payload.get("status") == "draft":
            return None
        raise


async def fetch_cards(gateway: StripeGateway, event: WebhookEvent) -> CustomerCards | None:
    """For `payment_method.*` and `customer.updated`; None: the method belongs to nobody (any more)."""
    if event.type.startswith("customer."):
        return await gateway.payment_methods_of(object_id(event))
    try:
        customer = (await gateway.payment_method(object_id(event))).customer
    except MissingAtStripe:
        return None
    return await gateway.payment_methods_of(customer) if customer else None
