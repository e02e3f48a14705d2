"""What is asked of Stripe about subscriptions, invoices and payment methods: reads only, each bounded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import stripe

from billing_app import clock
from billing_app.payments.gateway_refunds import MoneyBackCalls
from billing_app.payments.stripe_errors import MissingAtStripe
from billing_app.payments.stripe_objects import id_of, read_charge, read_intent
from billing_app.payments.subscription_objects import (
    Card,
    InvoicePaid,
    NextPhase,
    Price,
    Told,
    ToldInvoice,
    moment,
    next_phase_of,
    read_card,
    read_invoice,
    read_price,
    read_subscription,
)

_PAGE = 100
_MAX_LINES = 1_000
_WITH = ("schedule", "discounts.source.coupon", "latest_invoice")
_MAX_PAYMENTS = 10


@dataclass(frozen=True, slots=True)
class CustomerSubscriptions:
    """Every subscription of a Stripe customer, the one made first first, and when that was asked (wall time)."""

    customer: str
    asked_at: datetime
    subscriptions: tuple[Told, ...]

    def named(self, subscription_id: str) -> Told | None:
        """One of them."""
        return next((told for told in self.subscriptions if told.id == subscription_id), None)


@dataclass(frozen=True, slots=True)
class CustomerCards:
    """The payment methods a Stripe customer keeps, which is the default, and when that was asked (wall time)."""

    customer: str
    asked_at: datetime
    cards: tuple[Card, ...]
    default: str | None
    deleted: bool = False


class SubscriptionReads(MoneyBackCalls):
    """Part of the gateway."""

    async def subscriptions_of(self, customer: str, *, also: str | None = None) -> CustomerSubscriptions:
        """The subscriptions of a customer, ended ones too: the hundred made last, and `also`, however old it is."""
        asked_at = clock.wall()
        found = await self._subscriptions(customer)
        if also and all(raw.id != also for raw in found):
            found.append(await self._subscription(also))
        told = [await self._told(raw) for raw in found]
        return CustomerSubscriptions(customer, asked_at, tuple(sorted(told, key=lambda one: one.created)))

    async def subscription_with_others(self, subscription_id: str, customer: str | None) -> CustomerSubscriptions:
        """A subscription together with all others of its customer.

        Args:
            customer: whose it is as far as known; asked of Stripe if not.
        """
        owner = customer or id_of((await self._subscription(subscription_id)).customer) or ""
        return await self.subscriptions_of(owner, also=subscription_id)

    async def invoice(self, invoice_id: str) -> ToldInvoice:
        """An invoice with all its lines, payments and their charges.

        Raises:
            MissingAtStripe: there is none: a draft that was deleted.
        """
        raw = await self._call(self._stripe.v1.invoices.retrieve_async(invoice_id, {"expand": ["payments"]}))
        lines = list(raw.lines.data)
        if raw.lines.has_more:
            lines = [line async for line in self._lines(invoice_id)]
        return read_invoice(raw, lines, await self._payments(raw))

    async def invoice_links(self, invoice_id: str) -> tuple[str | None, str | None]:
        """Stripe's page of an invoice and its PDF; None while it is a draft."""
        raw = await self._call(self._stripe.v1.invoices.retrieve_async(invoice_id))
        return raw.hosted_invoice_url, raw.invoice_pdf

    async def invoices_of(self, subscription_id: str) -> list[tuple[str, str]]:
        """Id and status of a subscription's invoices, the hundred made last, the oldest of those first."""
        listed = await self._call(
            self._stripe.v1.invoices.list_async({"subscription": subscription_id, "limit": _PAGE})
        )
        return [(raw.id, raw.status or "draft") for raw in reversed(listed.data)]

    async def invoice_of_intent(self, intent_id: str) -> str | None:
        """The invoice that a payment intent pays; None for payments of another origin."""
        listed = await self._call(
            self._stripe.v1.invoice_payments.list_async(
                {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
            )
        )
        return id_of(listed.data[0].invoice) if listed.data else None

    async def payment_methods_of(self, customer: str) -> CustomerCards:
        """What a customer keeps to pay with, the hundred added last; nothing if the customer was deleted."""
        asked_at = clock.wall()
        owner = await self._call(self._stripe.v1.customers.retrieve_async(customer))
        if getattr(owner, "deleted", False):
            return CustomerCards(customer, asked_at, (), None, deleted=True)
        listed = await self._call(self._stripe.v1.customers.payment_methods.list_async(customer, {"limit": _PAGE}))
        settings = owner.invoice_settings
        default = id_of(settings.default_payment_method) if settings else None
        return CustomerCards(customer, asked_at, tuple(read_card(raw) for raw in listed.data), default)

    async def payment_method(self, method_id: str) -> Card:
        """A payment method as it is now; it belongs to nobody once it was detached."""
        return read_card(await self._call(self._stripe.v1.payment_methods.retrieve_async(method_id)))

    async def price(self, price_id: str) -> Price:
        """A price, also one that is archived."""
        return read_price(await self._call(self._stripe.v1.prices.retrieve_async(price_id)))

    async def _subscriptions(self, customer: str) -> list[stripe.Subscription]:
        """Oldest first: Stripe lists the newest first, and within a second that is the only order there is."""
        asked = self._stripe.v1.subscriptions.list_async(
            {"customer": customer, "status": "all", "limit": _PAGE, "expand": [f"data.{one}" for one in _WITH]}
        )
        try:
            return (await self._call(asked)).data[::-1]
        except MissingAtStripe:  # the customer was deleted; a subscription can still be had by its own name
            return []

    async def _subscription(self, subscription_id: str) -> stripe.Subscription:
        return await self._call(self._stripe.v1.subscriptions.retrieve_async(subscription_id, {"expand": list(_WITH)}))

    async def _told(self, raw: stripe.Subscription) -> Told:
        failing = raw.status in ("past_due", "unpaid")
        return read_subscription(
            raw,
            next_phase=await self._next_phase(raw),
            failing_since=await self._owed_since(raw.id) if failing else None,
            card_fingerprint=await self._fingerprint(raw) if raw.status == "trialing" else None,
        )

    async def _fingerprint(self, raw: stripe.Subscription) -> str | None:
        method = id_of(raw.default_payment_method) or await self._default_of(id_of(raw.customer))
        return (await self.payment_method(method)).fingerprint if method else None

    async def _default_of(self, customer: str | None) -> str | None:
        """What a subscription without a card of its own is paid with."""
        if customer is None:
            return None
        owner = await self._call(self._stripe.v1.customers.retrieve_async(customer))
        settings = None if getattr(owner, "deleted", False) else owner.invoice_settings
        return id_of(settings.default_payment_method) if settings else None

    async def _next_phase(self, raw: stripe.Subscription) -> NextPhase | None:
        coming = next_phase_of(raw.schedule) if isinstance(raw.schedule, stripe.SubscriptionSchedule) else None
        if coming is None:
            return None
        at, price_id = coming
        return NextPhase(at, await self.price(price_id) if price_id else None)

    async def _owed_since(self, subscription_id: str) -> datetime | None:
        """When the oldest open invoice was made final, which is when it was first to be paid."""
        listed = await self._call(
            self._stripe.v1.invoices.list_async({"subscription": subscription_id, "status": "open", "limit": _PAGE})
        )
        finalized = [raw.status_transitions.finalized_at or raw.created for raw in listed.data]
        return moment(min(finalized)) if finalized else None

    async def _lines(self, invoice_id: str) -> AsyncIterator[stripe.InvoiceLineItem]:
        taken, after = 0, None
        while taken < _MAX_LINES:
            page = await self._call(
                self._stripe.v1.invoices.line_items.list_async(
                    invoice_id, {"limit": _PAGE, "starting_after": after} if after else {"limit": _PAGE}
                )
            )
            for line in page.data:
                yield line
            taken += len(page.data)
            if not page.has_more or not page.data:
                return
            after = page.data[-1].id

    async def _payments(self, raw: stripe.Invoice) -> list[InvoicePaid]:
        """The payments of an invoice that go by a payment intent; what was paid elsewhere has none."""
        made = raw.payments.data[:_MAX_PAYMENTS] if raw.payments else []
        intents = [id_of(each.payment.payment_intent) for each in made if each.payment.type == "payment_intent"]
        return [await self._paid(intent) for intent in intents if intent]

    async def _paid(self, intent_id: str) -> InvoicePaid:
        asked = self._stripe.v1.payment_intents.retrieve_async(
            intent_id, {"expand": ["latest_charge.balance_transaction"]}
        )
        raw = await self._call(asked)
        if not isinstance(raw.latest_charge, stripe.Charge):
            return InvoicePaid(read_intent(raw), None)
        charge = read_charge(raw.latest_charge)
        return InvoicePaid(read_intent(raw), charge, await self.money_back(charge.id) if charge.taken_back else None)
