"""What Stripe says of a customer who moves in: their subscription, what of it is paid, their cards. Reads only."""

from dataclasses import dataclass, replace
from datetime import datetime

from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.errors import InvalidInput
from billing_app.moving_in.arrivals import Arrival
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.gateway_subscriptions import CustomerCards, CustomerSubscriptions
from billing_app.payments.stripe_errors import MissingAtStripe
from billing_app.payments.stripe_objects import MANAGED_BY
from billing_app.payments.subscription_objects import Line, Told

_LOOKED_THROUGH = 12
"""So many paid invoices are read, the newest first, for the one that pays the running period."""


@dataclass(frozen=True, slots=True)
class Period:
    """The line of an invoice that pays what is running now."""

    invoice: str
    currency: str
    paid_at: datetime | None
    line: Line


@dataclass(frozen=True, slots=True)
class AtStripe:
    """Everything Stripe knows that matters.

    Attributes:
        others: live subscriptions of the same Stripe customer that the file does not name.
        paid: invoices of the subscription that are paid; what they paid for is in the file's opening lots.
        period: None: nothing that is paid covers this moment.
    """

    cards: CustomerCards
    subscriptions: CustomerSubscriptions
    subscription: Told | None
    others: tuple[str, ...]
    paid: tuple[str, ...]
    period: Period | None

    def taken_over(self, item_id: int) -> CustomerSubscriptions:
        """As Stripe will tell it once the subscription carries our mark."""
        marked = [
            replace(one, metadata={**one.metadata, **mark(item_id)}) if one == self.subscription else one
            for one in self.subscriptions.subscriptions
        ]
        return replace(self.subscriptions, subscriptions=tuple(marked))


def mark(item_id: int) -> dict[str, str]:
    """What a subscription says of itself once it is ours: also which item its price stands for."""
    return {"managed_by": MANAGED_BY, "item_id": str(item_id)}


async def look(gateway: StripeGateway, arrival: Arrival, at: datetime) -> AtStripe | None:
    """Ask about the customer and the subscription an arrival names; None: it names none.

    Args:
        at: billing time, now.

    Raises:
        InvalidInput: they do not exist, do not belong together, or are over.
        Unavailable: Stripe does not answer.
    """
    if arrival.stripe_customer is None:
        return None
    try:
        cards = await gateway.payment_methods_of(arrival.stripe_customer)
    except MissingAtStripe:
        raise InvalidInput(f"Stripe knows no customer {arrival.stripe_customer} (in this mode).") from None
    if cards.deleted:
        raise InvalidInput(f"{arrival.stripe_customer} was deleted at Stripe: leave it out.")
    try:
        told = await gateway.subscriptions_of(arrival.stripe_customer, also=arrival.stripe_subscription)
    except MissingAtStripe:
        raise InvalidInput(f"Stripe knows no subscription {arrival.stripe_subscription} (in this mode).") from None
    named = told.named(arrival.stripe_subscription) if arrival.stripe_subscription else None
    others = tuple(one.id for one in told.subscriptions if one.status in LIVE and one != named and not one.ours)
    if named is None:
        return AtStripe(cards, told, None, others, (), None)
    if named.customer != arrival.stripe_customer:
        raise InvalidInput(f"{named.id} belongs to {named.customer}, not to {arrival.stripe_customer}.")
    if named.status not in LIVE:
        raise InvalidInput(
            f"{named.id} is {named.status}: leave it out, and bring what is left as another kind of lot."
        )
    paid = [invoice for invoice, status in await gateway.invoices_of(named.id) if status == "paid"]
    return AtStripe(cards, told, named, others, tuple(paid), await _period(gateway, named, paid, at))


async def _period(gateway: StripeGateway, named: Told, paid: list[str], at: datetime) -> Period | None:
    if named.status == "trialing":
        return None
    for invoice_id in paid[: -_LOOKED_THROUGH - 1 : -1]:
        invoice = await gateway.invoice(invoice_id)
        for line in invoice.lines:
            of_it = line.subscription == named.id and not line.proration
            if of_it and line.period_start <= at < line.period_end:
                return Period(invoice.id, invoice.currency, invoice.paid_at, line)
    return None
